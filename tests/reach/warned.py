"""A tsunami before Ishinomaki: what an alert engine leaves behind, made row by row."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import uuid4

import numpy as np

from todoke.exchange.messages.actions import token_of, write_many
from todoke.exchange.messages.models import Delivery, Message, Wording
from todoke.exchange.messages.types import Batch
from todoke.kernel import clock
from todoke.kernel.text import search_key
from todoke.loops.reach.models import Alert, AreaWarning, Incident, Order, Telegram
from todoke.loops.reach.plans import Step, plans
from todoke.loops.reach.telegrams.types import Severity
from todoke.loops.reach.types import Change, OrderKind, Variant
from todoke.loops.reach.wordings import Saying, directions, texts_of
from todoke.registry.people.models import Household, Resident
from todoke.registry.places.geometry import from_geojson, to_wkb
from todoke.registry.places.models import Municipality, Shelter, ShelterState, Zone
from todoke.registry.places.types import Hazard

CITY, TOWN = "04202", "04581"
HOME = (141.3095, 38.4199)
HILL = (141.3021, 38.4247)
COAST = "津波予報区"


def shelter_at(
    code: str, name: str, point: tuple[float, float] = HILL, *, municipality: str = CITY, capacity: int | None = 300
) -> Shelter:
    return Shelter.objects.create(
        code=code,
        name=name,
        name_en="",
        municipality=Municipality.objects.get(pk=municipality),
        longitude=point[0],
        latitude=point[1],
        emergency=True,
        designated=True,
        hazards=[Hazard.TSUNAMI, Hazard.FLOOD],
        capacity=capacity,
        source="test",
        imported_at=clock.now(),
    )


def say_open(shelter: Shelter, state: str = "open") -> None:
    ShelterState.objects.create(shelter=shelter, state=state, at=clock.now(), actor="test", actor_name="試験")


def resident(language: str = "ja", point: tuple[float, float] | None = HOME) -> Resident:
    home = Household.objects.create(
        municipality_code=CITY,
        address="宮城県石巻市見本町1-2-3",
        longitude=point[0] if point else None,
        latitude=point[1] if point else None,
    )
    name = "見本 花子"
    return Resident.objects.create(
        household=home,
        relation="head",
        name=name,
        name_key=search_key(name),
        birth_date=date(1992, 5, 14),
        gender="2",
        language=language,
    )


def tsunami_zone() -> Zone:
    west, south, east, north = 141.290, 38.405, 141.325, 38.4222
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return Zone.objects.create(
        code="test:tsunami",
        hazard=Hazard.TSUNAMI,
        kind="tsunami",
        name="試験の区域",
        boundary=to_wkb(from_geojson({"type": "Polygon", "coordinates": [ring]})),
        source="test",
        imported_at=clock.now(),
    )


@dataclass
class Danger:
    """An incident with what is in force in it."""

    incident: Incident
    telegram: Telegram
    coast: list[str] = field(default_factory=lambda: [CITY, TOWN])

    @property
    def drill(self) -> bool:
        return self.incident.status == "drill"

    def warn(
        self,
        severity: Severity = Severity.WARNING,
        *,
        name: str = "津波警報",
        kind: str = "tsunami",
        level: int | None = None,
        area: str = "宮城県",
        municipalities: list[str] | None = None,
        publisher: str = "気象庁",
    ) -> AreaWarning:
        """In force from now on; what was in force in the same area ends."""
        now = clock.now()
        AreaWarning.objects.filter(kind=kind, area_name=area, ended_at=None, incident=self.incident).update(
            ended_at=now
        )
        return AreaWarning.objects.create(
            incident=self.incident,
            unit=f"test:{self.incident.status}:{kind}",
            kind=kind,
            area_type=COAST,
            area_code=area,
            area_name=area,
            municipalities=self.coast if municipalities is None else municipalities,
            name=name,
            severity=severity,
            level=level,
            detail={"height": "３ｍ", "height_m": 3.0} if kind == "tsunami" else {},
            publisher=publisher,
            issued_at=now,
            began_at=now,
            telegram=self.telegram,
        )

    def order(
        self,
        kind: OrderKind = OrderKind.EVACUATE,
        *,
        hazard: Hazard = Hazard.TSUNAMI,
        municipality: str = CITY,
        area: str = "沿岸部",
        households: int | None = 5112,
    ) -> Order:
        now = clock.now()
        return Order.objects.create(
            incident=self.incident,
            municipality_code=municipality,
            kind=kind,
            hazard=hazard,
            area_name=area,
            households=households,
            drill=self.drill,
            entered_by="officer:1",
            entered_by_name="試験",
            entered_at=now,
            confirmed_by="officer:2",
            issued_at=now,
            document_id=uuid4(),
        )

    def alert(
        self,
        step: str = "warning",
        change: Change = Change.ISSUED,
        *,
        before: str = "",
        order: Order | None = None,
        plan: str = "tsunami",
    ) -> Alert:
        number = Alert.objects.count()
        return Alert.objects.create(
            key=f"test:{uuid4()}",
            incident=self.incident,
            telegram=None if order else self.telegram,
            order=order,
            plan=plan,
            plan_digest="0" * 64,
            step=step,
            change=change,
            drill=self.drill,
            audience={"areas": self.coast},
            saying={"before": before, "hazard": Hazard.TSUNAMI},
            by_municipality={CITY: 1},
            caused_at=clock.now() + timedelta(microseconds=number),
            written_at=clock.now(),
            state="written",
        )

    def tell(self, person: Resident, alert: Alert, *, shelter: Shelter | None = None, metres: int = 830) -> str:
        """Write the message, as if its first channel had carried it; the token of its page."""
        wording = wording_of(alert, sheltered=shelter is not None)
        values = {}
        if shelter is not None:
            said = {"metres": metres, "direction": 7, "minutes": 18}
            values = {name: np.array([value]) for name, value in said.items()}
            values["shelter"] = np.array([shelter.code.encode()])
        write_many(
            wording=wording,
            batch=Batch(
                started_at=clock.now(),
                residents=np.frombuffer(person.pk.bytes, np.uint8).reshape(1, 16),
                languages=np.array([person.language.encode()]),
                municipalities=np.array([CITY.encode()]),
                values=values,
            ),
        )
        message = Message.objects.filter(wording=wording).latest("created_at")
        Delivery.objects.create(
            message=message, channel="inbox", resident=person, state="sent", changed_at=message.created_at
        )
        return token_of(message.pk)


def danger(status: str = "normal", *, hazard: str = "tsunami") -> Danger:
    now = clock.now()
    incident = Incident.objects.create(
        key=f"{status}:{hazard}:{uuid4()}", hazard=hazard, title="津波警報", status=status, began_at=now
    )
    telegram = Telegram.objects.create(
        digest=uuid4().hex * 2, source="drill", received_at=now, body=b"<x/>", type="VTSE41", status=status
    )
    return Danger(incident, telegram)


def wording_of(alert: Alert, *, sheltered: bool) -> Wording:
    """As the alert's sending makes it."""
    plan = plans()[alert.plan]
    step: Step | None = None if alert.step == "over" else plan.step(alert.step)
    said = Saying(
        plan=plan,
        step=step,
        change=Change(alert.change),
        before=plan.step(alert.saying["before"]) if alert.saying.get("before") else None,
        arrives_at=at(15, 10),
        height="３ｍ",
        height_m=3.0,
        drill=alert.drill,
    )
    names = {row.code: {"ja": row.name} for row in Shelter.objects.all()}
    return Wording.objects.create(
        key=f"alert:{alert.pk}:{Variant.STANDARD}:{'sheltered' if sheltered else 'alone'}",
        about=f"alert:{alert.pk}",
        sender="宮城県",
        variant=Variant.STANDARD,
        priority=0,
        drill=alert.drill,
        spread=True,
        texts=texts_of(said, Variant.STANDARD, sheltered=sheltered),
        words={"direction": directions(), "shelter": names},
        created_at=clock.now(),
    )


def at(hour: int, minute: int) -> datetime:
    return datetime.combine(clock.today(), datetime.min.time(), clock.JAPAN).replace(hour=hour, minute=minute)
