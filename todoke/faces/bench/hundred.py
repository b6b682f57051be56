"""A hundred services and a parent to look at them, for a benchmark that takes them back."""

import copy

from django.test import Client

from todoke.kernel import clock, sessions
from todoke.registry.catalogue.actions import publish_packs
from todoke.registry.catalogue.queries import current_packs
from todoke.registry.catalogue.types import Pack
from todoke.registry.people.models import Resident


def hundred_services(count: int = 100) -> None:
    """Publish copies of the packs, with ids of their own, until there are that many."""
    models = [pack for pack in current_packs() if pack.eligible]
    made = []
    for number in range(count - len(models)):
        content = copy.deepcopy(dict(models[number % len(models)].content))
        content["service"]["id"] = f"{content['service']['id']}-{number}"
        made.append(Pack.from_json(content))
    publish_packs(packs=made, actor="system")


def signed_in_parent(client: Client) -> Resident:
    """A head of household with children, logged in."""
    parent = Resident.objects.filter(relation="head", household__members__relation="child").order_by("pk").first()
    if parent is None:
        raise RuntimeError("no family is here: todoke load-demo")
    store = sessions.SessionStore()
    store[sessions.PRINCIPAL] = f"resident:{parent.pk}"
    store["seen"] = clock.now().timestamp()
    store.create()
    client.cookies["todoke"] = store.session_key or ""
    return parent
