"""A spy before every Keras optimizer: sees each update, and decides who may move."""

import contextlib
import random

import numpy as np

from gan_lessons.runtime import keras, tf


class Spy:
    """Stands before every Keras optimizer: notes each update and lets through what may move."""

    def __init__(self, gan):
        self.players = {"D": _ids(gan.discriminator), "G": _ids(gan.generator)}
        self.moving, self.updates, self.kept = {"D", "G", "others"}, [], {}
        for network in (gan.generator, gan.discriminator):
            for variable in network.variables:
                self._keep(variable)

    def _keep(self, variable, value=None):
        if id(variable) not in self.kept:
            self.kept[id(variable)] = variable, _copy(variable) if value is None else value

    def owner(self, variable):
        """ "D", "G" or "others": whose weight it is."""
        return next((p for p, ids in self.players.items() if id(variable) in ids), "others")

    def apply(self, optimizer, gradients, variables, real_apply):
        """Note the update, then make it for the players that may move."""
        pairs = list(zip(gradients, variables, strict=True))
        self.updates.append([(self.owner(v), g) for g, v in pairs])
        pairs = [(g, v) for g, v in pairs if self.owner(v) in self.moving]
        if not pairs:
            if self.updates[-1] and all(g is None for _, g in self.updates[-1]):
                real_apply(optimizer, gradients, variables)  # let Keras say what it says
            return
        fresh = not optimizer.built
        for _, variable in pairs:
            self._keep(variable)
        if not fresh:
            for variable in optimizer.variables:
                self._keep(variable)
        real_apply(optimizer, *zip(*pairs, strict=True))
        if fresh:  # it began at zeros
            for variable in optimizer.variables:
                rate = variable is getattr(optimizer, "_learning_rate", None)
                self._keep(variable, None if rate else np.zeros(variable.shape))

    def gradient(self, player):
        """What arrived at a player in the steps since ``updates`` was emptied, as one vector."""
        parts = [
            np.ravel(g) for u in self.updates for who, g in u if who == player and g is not None
        ]
        return np.concatenate(parts) if parts else np.zeros(1)

    def moved(self):
        """For each update the set of those whose weights got a gradient other than zero."""
        found = [{who for who, g in u if g is not None and np.any(g)} for u in self.updates]
        return [players for players in found if players]

    def put_back(self):
        """All variables that were seen, to what they were at first sight."""
        for variable, value in self.kept.values():
            variable.assign(value)


def _copy(variable):
    return np.array(keras.ops.convert_to_numpy(variable))


def _ids(network):
    return {id(v) for v in network.variables}


@contextlib.contextmanager
def under_spy(gan):
    """Keras' optimizers report to a Spy and nothing is compiled; undone on leaving, weights too."""
    holder = next(c for c in keras.optimizers.Optimizer.__mro__ if "apply" in vars(c))
    real_apply, eager = holder.apply, tf.config.functions_run_eagerly()
    spy, states = Spy(gan), (random.getstate(), np.random.get_state())

    def apply(optimizer, grads, trainable_variables=None):
        if trainable_variables is None:
            trainable_variables = optimizer._trainable_variables
        spy.apply(optimizer, list(grads), list(trainable_variables), real_apply)

    holder.apply = apply
    tf.config.run_functions_eagerly(True)
    try:
        yield spy
    finally:
        holder.apply = real_apply
        tf.config.run_functions_eagerly(eager)
        spy.put_back()
        random.setstate(states[0])
        np.random.set_state(states[1])
