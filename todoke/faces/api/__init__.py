"""What machines send us."""
