"""Pages for everyone, in the seven languages of warnings, without log-in: what is in force, and one's own message."""
