"""A prefecture to try out: offices, officers, and plainly fictitious residents with their cards."""
