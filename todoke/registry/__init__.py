"""What the prefecture knows."""
