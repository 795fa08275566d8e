"""PictureGAN: a GAN of colour pictures that D may see augmented, the real ones and the fakes."""

from itertools import count

from gan_lessons.augment import diff_augment
from gan_lessons.game import Knob
from gan_lessons.runtime import keras, tf
from gan_lessons.training.gan import GAN
from gan_lessons.training.knobs import KNOBS

AUGMENT = 1  # what a key is folded with, so that no draw is one of the noise


@keras.saving.register_keras_serializable(package="gan_lessons")
class PictureGAN(GAN):
    """A GAN whose data are pictures (n, height, width, 3), with one knob more.

    augment: how strongly all that D sees is changed, in D's move and in G's; 0 is not at all
    (``gan_lessons.augment.diff_augment``). ``verdicts`` are of unchanged pictures.
    """

    own_knobs = KNOBS | {"augment": Knob(0.0, 0.0, 1.0, label="augmentation of all D sees")}

    def verdicts(self, n=48):
        """As in GAN, but of fewer pictures: these are large, and panels ask twice a second."""
        return super().verdicts(n)

    def _d_view(self, label, purpose, i=0):
        view, call = super()._d_view(label, purpose, i), count()

        def change(x):
            key = tf.random.experimental.stateless_fold_in(
                self._key(purpose, i * 8 + next(call)), AUGMENT
            )
            strength = self._dial("augment")
            return tf.cond(strength > 0.0, lambda: diff_augment(x, key, strength), lambda: x)

        return Changed(view, change)


class Changed:
    """A view of D that sees ``change(x)`` in place of x."""

    def __init__(self, view, change):
        self.view, self.change = view, change
        self.trainable_variables = view.trainable_variables

    def __call__(self, x, training):
        return self.view(self.change(x), training)
