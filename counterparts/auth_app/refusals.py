"""How the provider says no."""


class RefusedError(Exception):
    """An OAuth error as RFC 6749 names it, with a description for the client's developer."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        self.error = error
        self.description = description
        self.status = status
        super().__init__(f"{error}: {description}")


class NotRedirectableError(RefusedError):
    """Shown on a page: who asks, or where to answer, is not known."""
