"""Writes of passes."""
