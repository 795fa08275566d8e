"""Ratios of speed, all taken in this one run: how the fused game compares with the usual ways.

    python tests/benchmarks/speed.py                     steps a second, three ways
    python tests/benchmarks/speed.py --tutorial          … and against TensorFlow's DCGAN tutorial

The second trains our game to a Fréchet distance of 100, then the tutorial's networks and step
(written anew here) for a hundred times as long, both sampled alike, and prints both distances.
Training seconds leave compilation out.
"""

import argparse
import time

import numpy as np
from digits import distance, pictures, references, train

from gan_lessons.data import digits, ring, to_float, to_pixels
from gan_lessons.networks import point_discriminator, point_generator
from gan_lessons.objectives import log_loss_d, non_saturating_g
from gan_lessons.runtime import device_line, keras, tf
from gan_lessons.training import GAN, d_step, digit_game, g_step

layers = keras.layers


def rate(play, steps):
    """Steps a second: the best of three runs of ``play(steps)``, after one to warm up."""
    play(max(1, steps // 10))
    times = []
    for _ in range(3):
        start = time.perf_counter()
        play(steps)
        times.append(time.perf_counter() - start)
    return steps / min(times)


def single_step(game, data, batch):
    """The same two moves as a Python function of one step, for one tf.function call or none."""
    adam = keras.optimizers.Adam
    d_optimizer, g_optimizer = adam(1e-3, 0.5), adam(1e-3, 0.5)
    data = tf.constant(data)

    def step():
        real = tf.gather(data, tf.random.uniform([batch], maxval=len(data), dtype=tf.int32))
        z = tf.random.normal((2, batch, game.latent_dim))
        d_step(game.generator, game.discriminator, d_optimizer, log_loss_d, real, z[0])
        g_step(game.generator, game.discriminator, g_optimizer, non_saturating_g, z[1])

    return step


def three_ways(name, game, data, steps):
    """Print steps a second: fused, one compiled call a step, and eager."""
    batch = game.knobs["batch"].value
    step = single_step(game, data, batch)
    compiled = tf.function(step)
    rates = {
        "fused": rate(game.advance, steps),
        "one call a step": rate(lambda n: [compiled() for _ in range(n)], steps),
        "eager": rate(lambda n: [step() for _ in range(n)], max(5, steps // 40)),
    }
    for way, value in rates.items():
        print(
            f"{name:8} {way:16} {value:8,.1f} steps/s {batch * value:12,.0f} images/s"
            f"   fused is {rates['fused'] / value:5.1f} times as fast"
        )


def tutorial_generator():
    """The shape of the DCGAN tutorial's generator: z of 100, 256-128-64-1, kernels 5×5."""
    return keras.Sequential(
        [
            keras.Input((100,)),
            layers.Dense(7 * 7 * 256, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Reshape((7, 7, 256)),
            layers.Conv2DTranspose(128, 5, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(64, 5, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(1, 5, strides=2, padding="same", use_bias=False),
            layers.Activation("tanh"),
        ]
    )


def tutorial_discriminator():
    """The shape of the tutorial's discriminator: 64-128, kernels 5×5, dropout .3."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(64, 5, strides=2, padding="same"),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
            layers.Conv2D(128, 5, strides=2, padding="same"),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


def tutorial_step(generator, discriminator, data, batch=256):
    """The tutorial's step: both gradients from one noise, then both Adams at 1e-4; compiled."""
    optimizers = [keras.optimizers.Adam(1e-4) for _ in range(2)]

    @tf.function
    def step():
        real = tf.gather(data, tf.random.uniform([batch], maxval=len(data), dtype=tf.int32))
        with tf.GradientTape(persistent=True) as tape:
            fake = generator(tf.random.normal((batch, 100)), training=True)
            on_real, on_fake = (discriminator(x, training=True) for x in (real, fake))
            d_loss, g_loss = log_loss_d(on_real, on_fake), non_saturating_g(on_fake)
        for player, loss, optimizer in zip(
            (generator, discriminator), (g_loss, d_loss), optimizers, strict=True
        ):
            variables = player.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)

    return step


def against_the_tutorial(goal=100.0):
    """Print after how long ours crosses ``goal``, and where the tutorial is 100 times later."""
    real, other = references()
    print(f"floor {distance(other, real):.2f} at n = {len(real):,}")
    game, clock = digit_game(), 0.0
    game.advance(1)
    found = np.inf
    while found > goal:
        clock = train(game, clock + 0.25, clock)
        found = distance(pictures(game), real)
    print(f"ours: distance {found:.0f} after {clock:.1f} s of training, step {game.step}")
    generator = tutorial_generator()
    step = tutorial_step(
        generator, tutorial_discriminator(), tf.constant(to_float(digits().x_train))
    )
    step()
    played, steps = 0.0, 0
    while played < 100 * clock:
        start = time.perf_counter()
        step()
        played, steps = played + time.perf_counter() - start, steps + 1
    z = np.random.default_rng(1).normal(size=(20, 500, 100)).astype(np.float32)
    images = np.concatenate([to_pixels(generator(part, training=False).numpy()) for part in z])
    print(
        f"the tutorial's: distance {distance(images, real):.0f} after {played:.0f} s, step {steps} "
        f"({1000 * played / steps:.0f} ms a step), {played / clock:.0f} times as long"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tutorial", action="store_true", help="takes some minutes more")
    options = parser.parse_args()
    print(device_line())
    points = ring(10_000)
    toy = GAN(point_generator, point_discriminator, points)
    toy.compile(batch=256)
    three_ways("2×64", toy, points, 400)
    three_ways("digits", digit_game(), to_float(digits().x_train), 100)
    if options.tutorial:
        against_the_tutorial()


if __name__ == "__main__":
    main()
