"""Passes that residents show, readers at the doors of shelters, and who is where."""
