"""The ways the data takes, from end to end."""
