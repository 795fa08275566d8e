"""The colours of the course: two safe pairs for colour-blind eyes, all readable on white."""

REAL_COLOUR = "#0072b2"  # blue: real examples
FAKE_COLOUR = "#c44e00"  # vermilion: what G makes
D_COLOUR = "#7b3294"  # purple: the discriminator's curves
G_COLOUR = "#007a33"  # green: the generator's curves
INK = "#333333"  # text and axes
FAINT = "#767676"  # cursor and hints
