"""Orders and shelters of a municipality as messages of Lアラート."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from django.conf import settings

from todoke.exchange.passes.queries import headcounts
from todoke.kernel import clock
from todoke.loops.reach.models import Order
from todoke.loops.reach.telegrams.commons import (
    Envelope,
    EvacuationArea,
    EvacuationDetail,
    EvacuationMessage,
    Profile,
    ShelterEntry,
    ShelterMessage,
)
from todoke.loops.reach.telegrams.types import Status
from todoke.loops.reach.types import OrderKind
from todoke.registry.organisations.models import Organisation
from todoke.registry.places.models import Municipality, ShelterState
from todoke.registry.places.prefectures import prefecture
from todoke.registry.places.types import Openness

NAMED = 3
"""Shelters that a headline names; of more it says how many."""


def evacuation_message(
    order: Order, *, revision: int, office: Organisation | None, profile: Profile
) -> EvacuationMessage:
    """An order that is issued (revision 1), or lifted (what follows)."""
    place = _place(order.municipality_code)
    lifted = revision > 1 and order.lifted_at is not None
    first = order.issued_at or clock.now()
    at = order.lifted_at if lifted and order.lifted_at else first
    sort = profile.sorts[order.kind]
    area = order.area_name or f"{place.name}全域"
    deed = "を解除しました" if lifted else "を発令しました"
    return EvacuationMessage(
        envelope=_envelope(
            order.document_id,
            revision,
            place=place,
            office=office,
            title="避難情報",
            headline=f"{'【訓練】' if order.drill else ''}{area}に出ていた{sort}{deed}。"
            if lifted
            else f"{'【訓練】' if order.drill else ''}{area}に{sort}{deed}。",
            first=first,
            at=at,
            drill=order.drill,
        ),
        disaster=profile.disasters.get(order.hazard, ""),
        households=None if lifted else order.households,
        people=None if lifted else order.people,
        details=(
            EvacuationDetail(
                kind=OrderKind(order.kind),
                sort=sort,
                lifted=lifted,
                areas=(EvacuationArea(area, at, households=order.households, people=order.people),),
            ),
        ),
    )


def shelter_message(
    states: Iterable[ShelterState],
    *,
    document_id: UUID,
    revision: int,
    municipality_code: str,
    first: datetime,
    drill: bool,
    profile: Profile,
) -> ShelterMessage:
    """The shelters of a municipality as they stand now, by their newest states."""
    place, rows = _place(municipality_code), list(states)
    there = headcounts([row.shelter_id for row in rows])
    opened = [row.shelter.name for row in rows if row.state != Openness.CLOSED]
    full = [row.shelter.name for row in rows if row.state == Openness.FULL]
    return ShelterMessage(
        envelope=_envelope(
            document_id,
            revision,
            place=place,
            office=None,
            title="避難所情報",
            headline=f"{'【訓練】' if drill else ''}{_opened(opened)}",
            first=first,
            at=max([first, *(row.at for row in rows)]),
            drill=drill,
        ),
        note=f"満員：{'、'.join(full)}" if full else "",
        shelters=tuple(
            ShelterEntry(
                name=row.shelter.name,
                name_kana=row.shelter.name_kana,
                state=profile.shelter_states[row.state],
                address=row.shelter.address,
                latitude=row.shelter.latitude,
                longitude=row.shelter.longitude,
                phone=row.shelter.phone,
                at=row.at,
                people=there[row.shelter_id].people if row.shelter_id in there else None,
                households=there[row.shelter_id].families if row.shelter_id in there else None,
                capacity=row.shelter.capacity,
            )
            for row in rows
        ),
    )


def government_code(municipality_code: str) -> str:
    """The code of six digits (全国地方公共団体コード): five, and a digit that checks them."""
    total = sum(int(digit) * weight for digit, weight in zip(municipality_code, (6, 5, 4, 3, 2), strict=True))
    return f"{municipality_code}{(11 - total % 11) % 10}"


def _opened(names: list[str]) -> str:
    if not names:
        return "避難所をすべて閉鎖しました。"
    if len(names) <= NAMED:
        return f"避難所を開設しています：{'、'.join(names)}。"
    return f"避難所を{len(names)}か所開設しています：{'、'.join(names[:NAMED])}など。"


def _place(code: str) -> Municipality:
    return Municipality.objects.defer("boundary").get(pk=code)


def _envelope(
    document_id: UUID,
    revision: int,
    *,
    place: Municipality,
    office: Organisation | None,
    title: str,
    headline: str,
    first: datetime,
    at: datetime,
    drill: bool,
) -> Envelope:
    """The same for the same revision: an attempt that is made again is known there by its distributionID."""
    acting = office is not None and not office.municipality_code
    return Envelope(
        document_id=document_id,
        revision=revision,
        distribution_id=uuid5(document_id, f"revision {revision}"),
        sender_id=settings.COMMONS_SENDER,
        office=office.name if office else place.name,
        publisher=prefecture(settings.PREFECTURE).name if acting else place.name,
        title=title,
        headline=headline,
        targets=((place.name, government_code(place.code)),),
        first_created_at=first,
        created_at=at,
        reported_at=at,
        status=Status.DRILL if drill else Status.NORMAL,
    )
