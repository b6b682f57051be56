"""Where warnings come from: each hands what it got to ``actions.telegrams.receive``."""
