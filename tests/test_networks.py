"""The networks make and judge what they say they do."""

import numpy as np
import pytest

from gan_lessons import data, networks
from gan_lessons.data import digits, to_float
from gan_lessons.judge import verdict

PAIRS = {
    "digits": (networks.digit_generator, networks.digit_discriminator, (28, 28, 1)),
    "article": (networks.article_generator, networks.article_discriminator, (28, 28, 1)),
    "dense": (networks.dense_generator, networks.digit_discriminator, (28, 28, 1)),
    "upsampling": (networks.upsampling_generator, networks.digit_discriminator, (28, 28, 1)),
    "points": (networks.point_generator, networks.point_discriminator, (2,)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_shapes_and_ranges(name):
    make_generator, make_discriminator, shape = PAIRS[name]
    generator, discriminator = make_generator(), make_discriminator()
    z = np.random.default_rng(0).normal(size=(5, generator.input_shape[-1])).astype(np.float32)
    fake = generator(z)
    assert fake.shape == (5, *shape)
    assert len(shape) == 1 or np.abs(fake).max() <= 1
    logits = discriminator(fake)
    assert logits.shape == (5, 1)
    assert discriminator.layers[-1].get_config().get("activation", "linear") == "linear"


def test_labels_reach_both_players():
    generator = networks.digit_generator(classes=10)
    discriminator = networks.digit_discriminator(classes=10)
    z = np.ones((10, 32), np.float32)
    labels = np.eye(10, dtype=np.float32)
    fake = np.asarray(generator([z, labels]))
    assert len(np.unique(fake.reshape(10, -1), axis=0)) == 10
    same = np.repeat(fake[:1], 10, axis=0)
    assert len(np.unique(np.asarray(discriminator([same, labels])))) == 10


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: networks.digit_generator(latent_dim=0), "latent_dim must be at least 1, got 0"),
        (lambda: networks.digit_discriminator(classes=-1), "classes must be at least 0, got -1"),
        (lambda: networks.point_generator(width=0), "width must be at least 1, got 0"),
        (lambda: networks.point_discriminator(depth=0), "depth must be at least 1, got 0"),
    ],
)
def test_bad_sizes_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_the_trained_pair_makes_digits_and_tells_them_from_noise():
    """By the judge: clear digits of every kind; D gives real digits more than noise."""
    generator, discriminator = networks.trained_pair()
    fakes = generator(np.random.default_rng(1).normal(size=(1000, 32)).astype(np.float32)).numpy()
    said = verdict(fakes)
    assert said.distance < 8 * said.distance_floor
    assert said.digits == 10
    real = to_float(digits().x_test[:500])
    noise = np.random.default_rng(2).uniform(-1, 1, real.shape).astype(np.float32)
    logit = {
        name: discriminator(x).numpy().mean() for name, x in (("real", real), ("noise", noise))
    }
    assert logit["real"] > logit["noise"], logit


def test_a_damaged_pair_is_refused(monkeypatch):
    monkeypatch.setitem(data.SHA256, "digit_pair.npz", "0" * 64)
    with pytest.raises(ValueError, match=r"digit_pair\.npz is damaged"):
        networks.trained_pair()
