"""Writes of cases, a file per noun."""
