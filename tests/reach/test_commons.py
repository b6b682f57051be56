"""Lアラート: what is written is read back, an update is the same document one revision on, and editions can differ."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest

from todoke.kernel.configuration import ConfigurationError
from todoke.loops.reach.telegrams.commons import (
    Envelope,
    EvacuationArea,
    EvacuationDetail,
    EvacuationMessage,
    Profile,
    ShelterEntry,
    ShelterMessage,
    load_profile,
    read_commons,
    write_commons,
)
from todoke.loops.reach.telegrams.errors import ForeignTelegramError, IncompleteTelegramError, TelegramError
from todoke.loops.reach.telegrams.markup import Node, parse
from todoke.loops.reach.telegrams.types import Status
from todoke.loops.reach.types import OrderKind

AT = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=9)))
PROFILE = Profile()
ENVELOPE = Envelope(
    document_id=UUID("019f0000-0000-7000-8000-000000000001"),
    revision=1,
    distribution_id=UUID("019f0000-0000-7000-8000-000000000002"),
    sender_id="editor.pref.miyagi.example",
    office="石巻市危機対策課",
    publisher="石巻市",
    title="避難情報",
    headline="湊地区に避難指示を発令しました。",
    targets=(("石巻市", "042021"),),
    first_created_at=AT,
    created_at=AT,
    reported_at=AT,
)
EVACUATION = EvacuationMessage(
    envelope=ENVELOPE,
    disaster="令和8年7月の大雨",
    note="川から離れてください。",
    households=1500,
    people=3200,
    details=(
        EvacuationDetail(
            OrderKind.EVACUATE,
            lifted=False,
            sort="避難指示",
            target="全員",
            areas=(EvacuationArea("湊地区", AT, "みなとちく", households=1000, people=2100),),
        ),
        EvacuationDetail(OrderKind.ELDERLY, lifted=True, sort="高齢者等避難", areas=(EvacuationArea("蛇田地区", AT),)),
    ),
)
SHELTERS = ShelterMessage(
    envelope=replace(ENVELOPE, title="避難所情報", headline="避難所を開設しました。"),
    disaster="令和8年7月の大雨",
    shelters=(
        ShelterEntry(
            "湊小学校",
            "開設",
            name_kana="みなとしょうがっこう",
            address="石巻市吉野町1丁目",
            latitude=38.4301,
            longitude=141.3201,
            phone="0225-00-0000",
            at=AT,
            people=120,
            people_voluntary=3,
            households=50,
            households_voluntary=1,
            capacity=300,
        ),
        ShelterEntry("門脇公民館", "閉鎖", kind="臨時避難所"),
    ),
)


def path(body: bytes, *names: str) -> Node:
    found = parse(body).find("/".join(names))
    assert found is not None
    return found


def test_both_kinds_come_back() -> None:
    assert read_commons(write_commons(EVACUATION, PROFILE), PROFILE) == EVACUATION
    assert read_commons(write_commons(SHELTERS, PROFILE), PROFILE) == SHELTERS


def test_the_envelope_and_the_report_agree() -> None:
    body = write_commons(EVACUATION, PROFILE)
    root = parse(body)
    assert (root.name, root.namespace) == ("EDXLDistribution", "urn:oasis:names:tc:emergency:EDXL:DE:1.0")
    assert [child.name for child in root.children] == [
        *("distributionID", "senderID", "dateTimeSent", "distributionStatus", "distributionType"),
        *("combinedConfidentiality", "targetArea", "contentObject"),
    ]
    content = path(body, "contentObject")
    assert [child.name for child in content.children] == [
        *("contentDescription", "xmlContent", "publishingOfficeName", "previousDocumentRevision"),
        *("documentRevision", "documentID", "category"),
    ]
    head = path(body, "contentObject", "xmlContent", "embeddedXMLContent", "Report", "Head")
    for name in ("documentRevision", "documentID"):
        assert head.value(name) == content.value(name)
    assert content.value("category") == "EvacuationOrder"
    assert root.value("combinedConfidentiality") == "UNCLASSIFIED AND NOT SENSITIVE"


def test_an_update_is_the_same_document_one_revision_on() -> None:
    following = ENVELOPE.next(
        distribution_id=UUID("019f0000-0000-7000-8000-000000000003"),
        at=AT + timedelta(hours=1),
        headline="解除しました。",
    )
    body = write_commons(replace(EVACUATION, envelope=following), PROFILE)
    root, content = parse(body), path(body, "contentObject")
    assert root.value("distributionType") == "Update"
    assert content.value("documentID") == str(ENVELOPE.document_id)
    assert (content.value("previousDocumentRevision"), content.value("documentRevision")) == ("1", "2")
    said = read_commons(body, PROFILE).envelope
    assert (said.first_created_at, said.reported_at) == (AT, AT + timedelta(hours=1))


@pytest.mark.parametrize(
    ("changed", "status", "type_"),
    [
        ({}, "Actual", "Report"),
        ({"status": Status.DRILL}, "Exercise", "Report"),
        ({"cancels": True}, "Actual", "Cancel"),
    ],
)
def test_status_and_type(changed: dict[str, object], status: str, type_: str) -> None:
    root = parse(write_commons(replace(EVACUATION, envelope=replace(ENVELOPE, **changed)), PROFILE))  # type: ignore[arg-type]
    assert (root.value("distributionStatus"), root.value("distributionType")) == (status, type_)


def test_words_that_are_no_longer_used_are_read() -> None:
    body = write_commons(EVACUATION, PROFILE).replace("避難指示</".encode(), "避難勧告</".encode())
    said = read_commons(body, PROFILE)
    assert isinstance(said, EvacuationMessage)
    assert (said.details[0].kind, said.details[0].sort) == (OrderKind.EVACUATE, "避難勧告")


def test_a_word_that_nobody_knows_is_kept_as_it_is() -> None:
    body = write_commons(EVACUATION, PROFILE).replace("避難指示</".encode(), "新しい言葉</".encode())
    said = read_commons(body, PROFILE)
    assert isinstance(said, EvacuationMessage)
    assert (said.details[0].kind, said.details[0].sort) == (None, "新しい言葉")


def test_what_is_not_said_to_be_real_is_a_test() -> None:
    body = write_commons(EVACUATION, PROFILE).replace(b"Actual", b"")
    assert read_commons(body, PROFILE).envelope.status is Status.TEST


class TestProfile:
    def test_another_edition(self, tmp_path: Path) -> None:
        file = tmp_path / "commons.yaml"
        file.write_text(
            "head: http://xml.publiccommons.ne.jp/pcxml1/informationBasis4/\n"
            "sorts: {elderly: 高齢者等避難（４）, evacuate: 避難指示（４）, secure: 緊急安全確保（４）}\n"
        )
        profile = load_profile(str(file))
        body = write_commons(EVACUATION, profile)
        assert path(body, "contentObject", "xmlContent", "embeddedXMLContent", "Report", "Head").namespace.endswith(
            "4/"
        )
        assert "避難指示（４）".encode() in body
        said = read_commons(body, profile)
        assert isinstance(said, EvacuationMessage)
        assert said.details[0].kind is OrderKind.EVACUATE

    def test_without_a_file_the_defaults(self) -> None:
        assert load_profile("") == PROFILE

    @pytest.mark.parametrize(
        "text", ["nonsense: 1", "head: 3", "sorts: {elderly: x}", "- a", "a: [", "older_sorts: {x: y}"]
    )
    def test_what_is_wrong_in_it_is_said(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "commons.yaml"
        file.write_text(text)
        with pytest.raises(ConfigurationError, match="TODOKE_COMMONS_PROFILE"):
            load_profile(str(file))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ((b"EDXLDistribution", b"Distribution"), ForeignTelegramError),
        ((b"Report>", b"Rapport>"), IncompleteTelegramError),
        ((b"pcx_ev:EvacuationOrder", b"pcx_ev:Event"), ForeignTelegramError),
        ((b"documentID>019f", b"documentID>x"), IncompleteTelegramError),
        ((b"<edxlde:EDXLDistribution", b"<!DOCTYPE a><edxlde:EDXLDistribution"), TelegramError),
    ],
)
def test_what_is_no_such_message(changed: tuple[bytes, bytes], error: type[TelegramError]) -> None:
    with pytest.raises(error):
        read_commons(write_commons(EVACUATION, PROFILE).replace(*changed), PROFILE)
