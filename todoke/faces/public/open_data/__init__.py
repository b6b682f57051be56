"""Open data for people and for programs that take files."""
