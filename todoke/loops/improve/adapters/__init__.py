"""Outside systems that figures come from."""
