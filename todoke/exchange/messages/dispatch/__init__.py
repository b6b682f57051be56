"""How messages leave the house: which way, in which order, and what is done when one fails."""
