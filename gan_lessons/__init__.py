"""Helpers for the GAN lessons. Importing this package loads nothing heavy.

Take what you need from its modules, as the notebooks do: ``from gan_lessons.data import digits``.
"""

__version__ = "0.1.0"
