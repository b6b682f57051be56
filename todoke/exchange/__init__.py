"""What passes between the prefecture and a person."""
