"""How officers prove who they are: a passkey, or a password together with a one-time code."""
