"""From a warning to the residents in danger, their answers, and the board that shows both (届く)."""
