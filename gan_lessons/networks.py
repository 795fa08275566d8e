"""Builders of generators and discriminators, as plain Keras models.

A discriminator ends in one logit, with no sigmoid. Given ``classes``, a network takes a second
input, the one-hot label, and the game becomes conditional: G gets the label beside z, D compares
it with its features (a projection discriminator: Miyato and Koyama 2018, eq. 6).
"""

from gan_lessons import arguments
from gan_lessons.cures import MinibatchDiscrimination, MinibatchStd, Pack
from gan_lessons.data import read_asset
from gan_lessons.runtime import keras

layers, ops = keras.layers, keras.ops
WIDEST, DEEPEST = 1024, 32  # what a builder takes: more is a slip, or too much for a lesson


def _latent(latent_dim, classes):
    """Inputs of a generator, and the vector it starts from: z, with the one-hot label beside it."""
    latent_dim = arguments.whole("latent_dim", latent_dim, 1, WIDEST)
    classes = arguments.whole("classes", classes, 0, WIDEST)
    z = keras.Input((latent_dim,), name="z")
    if not classes:
        return z, z
    label = keras.Input((classes,), name="label")
    return [z, label], layers.Concatenate()([z, label])


def _verdict(x, features, classes):
    """A discriminator from its input and its last features, shape (batch, d)."""
    classes = arguments.whole("classes", classes, 0, WIDEST)
    logit = layers.Dense(1)(features)
    if not classes:
        return keras.Model(x, logit, name="discriminator")
    label = keras.Input((classes,), name="label")
    wanted = layers.Dense(features.shape[-1], use_bias=False)(label)
    match = ops.sum(wanted * features, axis=-1, keepdims=True)
    return keras.Model([x, label], logit + match, name="discriminator")


def digit_generator(latent_dim=32, classes=0):
    """The course's generator of digits: z -> (28, 28, 1) in [−1, 1].

    Its last 14×14×4 map is unfolded into 28×28×1 (depth to space), so that no layer has to work
    at full resolution.
    """
    inputs, h = _latent(latent_dim, classes)
    h = layers.Dense(7 * 7 * 32, use_bias=False)(h)
    h = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(h))
    h = layers.Reshape((7, 7, 32))(h)
    h = layers.Conv2DTranspose(16, 4, strides=2, padding="same", use_bias=False)(h)
    h = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(h))
    h = layers.Conv2D(4, 3, padding="same")(h)
    return keras.Model(inputs, ops.tanh(ops.depth_to_space(h, 2)), name="generator")


def digit_discriminator(classes=0):
    """The course's discriminator of digits: (28, 28, 1) -> one logit; no batch normalisation.

    It folds the picture into 14×14×4 first (space to depth), for the same reason.
    """
    x = keras.Input((28, 28, 1), name="picture")
    h = ops.space_to_depth(x, 2)
    h = layers.LeakyReLU(0.2)(layers.Conv2D(16, 3, padding="same")(h))
    h = layers.LeakyReLU(0.2)(layers.Conv2D(32, 4, strides=2, padding="same")(h))
    h = layers.LeakyReLU(0.2)(layers.Conv2D(64, 4, strides=2, padding="same")(h))
    return _verdict(x, layers.Flatten()(h), classes)


def trained_pair():
    """The course's two digit networks as they stand after 30,000 steps: (generator, discriminator).

    They never saw any but the shipped training digits; ``tools/train_pair.py`` made them. Raises
    FileNotFoundError or ValueError where the shipped weights are missing or damaged.
    """
    weights = read_asset("digit_pair.npz")
    return tuple(_filled(n, weights) for n in (digit_generator(), digit_discriminator()))


def _filled(network, weights):
    """The network with its weights from an asset."""
    network.set_weights([weights[f"{network.name}/{i}"] for i in range(len(network.weights))])
    return network


def face_generator():
    """The course's generator of colour pictures: z of 32 -> (64, 64, 3) in [−1, 1].

    D4's, with the strides right: 4 -> 8 -> 16 -> 32 -> 64, kernels of 5×5.
    """
    z = keras.Input((32,), name="z")
    h = layers.Dense(4 * 4 * 128, use_bias=False)(z)
    h = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(h))
    h = layers.Reshape((4, 4, 128))(h)
    for width in (64, 32, 16):
        h = layers.Conv2DTranspose(width, 5, strides=2, padding="same", use_bias=False)(h)
        h = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(h))
    h = layers.Conv2DTranspose(3, 5, strides=2, padding="same", activation="tanh")(h)
    return keras.Model(z, h, name="generator")


def face_discriminator():
    """The course's discriminator of colour pictures: (64, 64, 3) -> one logit."""
    x = h = keras.Input((64, 64, 3), name="picture")
    for width in (16, 32, 64, 128):
        h = layers.LeakyReLU(0.2)(layers.Conv2D(width, 5, strides=2, padding="same")(h))
    return keras.Model(x, layers.Dense(1)(layers.Flatten()(h)), name="discriminator")


def trained_face_generator():
    """The face generator's average after 3,000 steps; ``tools/train_faces.py`` made it."""
    return _filled(face_generator(), read_asset("face_pair.npz"))


def trained_face_discriminator():
    """The face discriminator after 3,000 steps; ``tools/train_faces.py`` made it."""
    return _filled(face_discriminator(), read_asset("face_pair.npz"))


def article_generator():
    """D0's convolutional generator, corrected: z of 100 -> (28, 28, 1).

    Two layers of stride 2 take 7×7 to 28×28; the article's third made it 56×56.
    """
    z = keras.Input((100,), name="z")
    h = layers.Dense(7 * 7 * 256, use_bias=False)(z)
    h = layers.LeakyReLU(0.2)(layers.BatchNormalization()(h))
    h = layers.Reshape((7, 7, 256))(h)
    h = layers.Conv2DTranspose(128, 4, strides=2, padding="same", use_bias=False)(h)
    h = layers.LeakyReLU(0.2)(layers.BatchNormalization()(h))
    h = layers.Conv2DTranspose(64, 4, strides=2, padding="same", use_bias=False)(h)
    h = layers.LeakyReLU(0.2)(layers.BatchNormalization()(h))
    h = layers.Conv2DTranspose(1, 4, padding="same", use_bias=False)(h)
    return keras.Model(z, ops.tanh(h), name="article_generator")


def dense_generator():
    """D3's dense generator: z of 100 -> 128 -> 256 -> 512 -> 1024 -> (28, 28, 1)."""
    z = h = keras.Input((100,), name="z")
    for width in (128, 256, 512, 1024):
        h = layers.LeakyReLU(0.2)(layers.Dense(width)(h))
    h = layers.Dense(28 * 28, activation="tanh")(h)
    return keras.Model(z, layers.Reshape((28, 28, 1))(h), name="dense_generator")


def upsampling_generator():
    """A generator that resizes, then convolves: 7×7 -> 14×14 -> (28, 28, 1), overlaps all even.

    Resize-convolution, nearest neighbour (Odena, Dumoulin and Olah 2016).
    """
    z = keras.Input((32,), name="z")
    h = layers.Dense(7 * 7 * 32, use_bias=False)(z)
    h = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(h))
    h = layers.UpSampling2D(2)(layers.Reshape((7, 7, 32))(h))
    h = layers.Conv2D(16, 3, padding="same", use_bias=False)(h)
    h = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(h))
    h = layers.Conv2D(1, 3, padding="same", activation="tanh")(layers.UpSampling2D(2)(h))
    return keras.Model(z, h, name="upsampling_generator")


def article_discriminator():
    """D0's convolutional discriminator: (28, 28, 1) -> one logit."""
    x = keras.Input((28, 28, 1), name="picture")
    h = layers.Conv2D(64, 4, strides=2, padding="same")(x)
    h = layers.Dropout(0.3)(layers.LeakyReLU(0.2)(h))
    h = layers.Conv2D(128, 4, strides=2, padding="same")(h)
    h = layers.Dropout(0.3)(layers.LeakyReLU(0.2)(h))
    return keras.Model(x, layers.Dense(1)(layers.Flatten()(h)), name="article_discriminator")


def repair_generator():
    """A generator that completes a digit: z (16,) and what is given (28, 28, 2) -> (28, 28, 1).

    What is given: see ``gan_lessons.repair``. It works on the picture folded to 7×7×32; beside
    its convolutions, which see only the neighbourhood, a small dense part looks at the whole
    picture and at z. Pixels that are known come out as they are.
    """
    z = keras.Input((16,), name="z")
    given = keras.Input((28, 28, 2), name="given")
    whole = layers.Flatten()(layers.AveragePooling2D(4)(given))
    whole = layers.LeakyReLU(0.2)(layers.Dense(64)(layers.Concatenate()([z, whole])))
    whole = layers.LeakyReLU(0.2)(layers.Dense(7 * 7 * 8)(whole))
    h = layers.Concatenate()([ops.space_to_depth(given, 4), layers.Reshape((7, 7, 8))(whole)])
    for _ in range(3):
        h = layers.LeakyReLU(0.2)(layers.Conv2D(40, 3, padding="same")(h))
    made = ops.tanh(ops.depth_to_space(layers.Conv2D(16, 3, padding="same")(h), 4))
    hint, known = given[..., :1], given[..., 1:]
    return keras.Model([z, given], known * hint + (1.0 - known) * made, name="generator")


def repair_discriminator(blind=False):
    """A discriminator of completed digits: (28, 28, 1) and what was given (28, 28, 2) -> one logit.

    blind: it does not look at what was given.
    """
    arguments.switch("blind", blind)
    x = keras.Input((28, 28, 1), name="picture")
    given = keras.Input((28, 28, 2), name="given")
    seen = ops.zeros_like(given) if blind else given
    h = ops.space_to_depth(layers.Concatenate()([x, seen]), 2)
    h = layers.LeakyReLU(0.2)(layers.Conv2D(32, 4, strides=2, padding="same")(h))
    h = layers.LeakyReLU(0.2)(layers.Conv2D(64, 4, strides=2, padding="same")(h))
    return keras.Model([x, given], layers.Dense(1)(layers.Flatten()(h)), name="discriminator")


def trained_repairs():
    """The course's repairer of digits for each shipped a: (generator, {a: its weights}).

    a: the weight of L_adv, from 0 (MSE alone) to 1 (the game alone), ascending; give the weights
    to ``generator.set_weights``. It stands at a = 0. ``tools/train_repair.py`` made them from the
    shipped training digits (seed 0). Raises FileNotFoundError or ValueError where they are missing
    or damaged.
    """
    arrays = read_asset("repair.npz")
    generator = repair_generator()
    count = len(generator.weights)
    weights = {
        float(a): [arrays[f"{k}/{i}"].astype("float32") for i in range(count)]
        for k, a in enumerate(arrays["a"])
    }
    generator.set_weights(weights[0.0])
    return generator, weights


def point_generator(latent_dim=2, width=64, depth=2):
    """A small dense generator of points: z -> (2,)."""
    latent_dim = arguments.whole("latent_dim", latent_dim, 1, WIDEST)
    width = arguments.whole("width", width, 1, WIDEST)
    depth = arguments.whole("depth", depth, 1, DEEPEST)
    z = h = keras.Input((latent_dim,), name="z")
    for _ in range(depth):
        h = layers.Dense(width, activation="relu")(h)
    return keras.Model(z, layers.Dense(2)(h), name="generator")


def point_discriminator(width=64, depth=2, cures=False):
    """A small dense discriminator of points: (2,) -> one logit.

    cures: with the layers of ``gan_lessons.cures`` in it, all at rest: Pack before the first dense
    layer, the two others after it. A game of points turns them by their names.
    """
    width = arguments.whole("width", width, 1, WIDEST)
    depth = arguments.whole("depth", depth, 1, DEEPEST)
    arguments.switch("cures", cures)
    x = h = keras.Input((2,), name="point")
    if cures:
        h = Pack(name="pack")(h)
    h = layers.LeakyReLU(0.2)(layers.Dense(width)(h))
    if cures:
        h = MinibatchDiscrimination(name="batch_discrimination")(h)
        h = MinibatchStd(name="batch_std")(h)
    for _ in range(depth - 1):
        h = layers.LeakyReLU(0.2)(layers.Dense(width)(h))
    return keras.Model(x, layers.Dense(1)(h), name="discriminator")
