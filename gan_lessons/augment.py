"""Differentiable augmentation: what D sees of a picture is changed at random, slopes pass through.

Pictures are (n, height, width, 3) float32 in [−1, 1], where 0 is mid-grey. Each function takes one
number per picture, shape (n,), and changes each picture by its own. Zhao et al. 2020, §3 and the
policy "color, translation, cutout".
"""

from gan_lessons import arguments
from gan_lessons.runtime import tf

BRIGHTNESS = 0.5  # at strength 1 added to a picture: from −0.5 to 0.5
SATURATION = 1.0  # its distances from grey times 0 to 2
CONTRAST = 0.5  # its distances from its mean times 0.5 to 1.5
SHIFT = 1 / 8  # of its side, in both directions
HOLE = 1 / 2  # of its side: the hole's


def per_picture(values):
    """One number per picture, (n,), as (n, 1, 1, 1)."""
    values = arguments.tensor("values", values, "n", of="number")
    return tf.reshape(tf.cast(values, tf.float32), (-1, 1, 1, 1))


def _whole(values):
    """Rounded to whole numbers, int32."""
    return tf.cast(tf.round(values), tf.int32)


def brightness(x, amount):
    """Each picture plus its amount."""
    x = arguments.tensor("x", x, *"nhwc", of="float32")
    amount = arguments.each("amount", amount, x)
    return x + per_picture(amount)


def saturation(x, factor):
    """Each pixel's distance from its own grey, times the picture's factor: 0 leaves grey."""
    x = arguments.tensor("x", x, *"nhwc", of="float32")
    factor = arguments.each("factor", factor, x)
    grey = tf.reduce_mean(x, axis=3, keepdims=True)
    return grey + per_picture(factor) * (x - grey)


def contrast(x, factor):
    """Each number's distance from the mean of its picture, times the picture's factor."""
    x = arguments.tensor("x", x, *"nhwc", of="float32")
    factor = arguments.each("factor", factor, x)
    mean = tf.reduce_mean(x, axis=(1, 2, 3), keepdims=True)
    return mean + per_picture(factor) * (x - mean)


def translate(x, down, right):
    """Each picture moved by whole pixels; what comes in from outside is 0, mid-grey.

    Two matrix products per picture. A row of the first matrix has its 1 where that row of pixels
    comes from, and none where it comes from outside.
    """
    x = arguments.tensor("x", x, *"nhwc", of="float32")
    down = arguments.each("down", down, x, of="int32")
    right = arguments.each("right", right, x, of="int32")
    n, height, width, channels = tf.unstack(tf.shape(x))
    rows = tf.one_hot(tf.range(height) - down[:, tf.newaxis], height)
    columns = tf.one_hot(tf.range(width) - right[:, tf.newaxis], width)
    moved = rows @ tf.reshape(x, (n, height, width * channels))
    moved = columns[:, tf.newaxis] @ tf.reshape(moved, (n, height, width, channels))
    return tf.reshape(moved, tf.shape(x))


def cutout(x, top, left, side):
    """A square hole in each picture, ``side`` wide, is 0, mid-grey; top and left may be below 0."""
    x = arguments.tensor("x", x, *"nhwc", of="float32")
    top = arguments.each("top", top, x, of="int32")
    left = arguments.each("left", left, x, of="int32")
    side = arguments.dial("side", side, 0, arguments.MOST, of="int32")
    rows, columns = tf.range(tf.shape(x)[1]), tf.range(tf.shape(x)[2])
    in_rows = (rows >= top[:, tf.newaxis]) & (rows < top[:, tf.newaxis] + side)
    in_columns = (columns >= left[:, tf.newaxis]) & (columns < left[:, tf.newaxis] + side)
    hole = in_rows[:, :, tf.newaxis] & in_columns[:, tf.newaxis, :]
    return tf.where(hole[..., tf.newaxis], 0.0, x)


def diff_augment(x, key, strength=1.0):
    """All of the above, each picture with its own draw: a function of the key alone.

    key: two whole numbers, a seed of TensorFlow's stateless random functions.
    strength: 0 to 1, a scalar; every range above shrinks with it, and at 0 the result is x.
    """
    x = arguments.tensor("x", x, *"nhwc", of="float32")
    arguments.tensor("key", key, 2, of="int")
    strength = arguments.dial("strength", strength, 0, 1)
    n, height = tf.shape(x)[0], tf.shape(x)[1]
    draws = 2 * tf.random.stateless_uniform((7, n), key) - 1  # each from −1 to 1
    bright, colour, contrasts, down, right, top, left = tf.unstack(draws)
    size = tf.cast(height, tf.float32)
    x = brightness(x, strength * BRIGHTNESS * bright)
    x = saturation(x, 1 + strength * SATURATION * colour)
    x = contrast(x, 1 + strength * CONTRAST * contrasts)
    x = translate(x, *(_whole(strength * SHIFT * size * d) for d in (down, right)))
    side = _whole(strength * HOLE * size)
    corners = (_whole((0.5 + 0.5 * d) * size) - side // 2 for d in (top, left))
    return cutout(x, *corners, side)
