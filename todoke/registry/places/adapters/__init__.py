"""Where places come from: packages with public data, and files that a prefecture imports."""
