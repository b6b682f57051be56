"""The reader at the door of a shelter: volunteers check people in, without an account."""
