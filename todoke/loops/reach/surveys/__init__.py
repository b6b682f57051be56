"""Questions with a notice: answered from the message, once each, anonymous where that was promised."""
