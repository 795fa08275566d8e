"""A spy before every Keras optimizer: sees each update, and decides who may move."""

import contextlib
import random
from unittest.mock import patch

import numpy as np

from gan_lessons.runtime import keras, tf


class Spy:
    """Notes each update of any Keras optimizer, and lets through what may move.

    moving:  whose weights may move now: "D", "G", "others"
    updates: one list for each update since it was last emptied, of pairs (whose weight, gradient)
    """

    def __init__(self, gan):
        players = {"D": gan.discriminator, "G": gan.generator}
        self._owners = {id(v): who for who, network in players.items() for v in network.variables}
        self._kept = {}
        self.moving, self.updates = {"D", "G", "others"}, []
        for network in players.values():
            self._keep(network.variables)

    def _keep(self, variables):
        """Remember what these variables are at first sight."""
        for v in variables:
            self._kept.setdefault(id(v), (v.value, v.numpy()))

    def apply(self, optimizer, gradients, variables, real_apply):
        """Note the update, then make it for the players that may move."""
        owners = [self._owners.get(id(v), "others") for v in variables]
        self.updates.append(list(zip(owners, gradients, strict=True)))
        if all(g is None for g in gradients):
            return real_apply(optimizer, gradients, variables)  # let Keras say what it says
        may = [i for i, who in enumerate(owners) if who in self.moving]
        if not may:
            return None
        if not optimizer.built:
            optimizer.build(variables)
        self._keep([*variables, *optimizer.variables])
        return real_apply(optimizer, [gradients[i] for i in may], [variables[i] for i in may])

    def gradient(self, player):
        """What arrived at a player in the noted updates, as one vector."""
        pairs = [pair for update in self.updates for pair in update]
        parts = [np.ravel(g) for who, g in pairs if who == player and g is not None]
        return np.concatenate(parts) if parts else np.zeros(1)

    def moved(self):
        """For each noted update the set of those whose weights got a gradient other than zero."""
        found = [{who for who, g in u if g is not None and np.any(g)} for u in self.updates]
        return [players for players in found if players]

    def put_back(self):
        """All variables that were seen, to what they were at first sight."""
        for variable, value in self._kept.values():
            variable.assign(value)


@contextlib.contextmanager
def under_spy(gan):
    """Keras' optimizers report to a Spy and nothing is compiled; undone on leaving, weights too."""
    real_apply, eager = keras.optimizers.Optimizer.apply, tf.config.functions_run_eagerly()
    spy, states = Spy(gan), (random.getstate(), np.random.get_state())

    def apply(optimizer, grads, trainable_variables=None):
        variables = trainable_variables or optimizer._trainable_variables
        return spy.apply(optimizer, list(grads), list(variables), real_apply)

    tf.config.run_functions_eagerly(True)
    try:
        with patch.object(keras.optimizers.Optimizer, "apply", apply):
            yield spy
    finally:
        tf.config.run_functions_eagerly(eager)
        spy.put_back()
        random.setstate(states[0])
        np.random.set_state(states[1])
