from django.db import models


class Feed(models.Model):
    """An Atom feed that is polled, and how that goes."""

    address = models.CharField(max_length=300, unique=True)
    last_modified = models.CharField(
        max_length=60, blank=True, help_text="As the server said it, for If-Modified-Since"
    )
    polled_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True, help_text="What is older than a few minutes is stale")
    problem = models.CharField(max_length=300, blank=True, help_text="Why the last poll failed")

    def __str__(self) -> str:
        return self.address
