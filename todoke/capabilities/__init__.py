"""What services are made of; a pack has a section for each that it uses."""
