"""Writes of the improving loop, a file per noun."""
