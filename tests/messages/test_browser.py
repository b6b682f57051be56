"""The settings page with every channel on, and the real service worker, in a real Chromium."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Page, expect

from tests.messages.conftest import make_batch, make_residents
from todoke.exchange.messages.actions import register, token_of, write_many
from todoke.exchange.messages.models import ContactPoint, Delivery, Message, Wording
from todoke.kernel import clock, sessions

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(page_phone: Page, live_server: Any, settings: Any) -> Page:
    settings.SMS_URL, settings.LINE_TOKEN, settings.LINE_ADD_URL = "http://sms.invalid", "t", "https://line.example/"
    settings.VAPID_KEY = base64.urlsafe_b64encode(bytes(31) + b"\x07").decode().rstrip("=")
    (resident,) = make_residents(1)
    for name in ("sms", "push"):
        register(resident=resident, channel_name=name, address={}, identity=name, label="…5678")
    now = clock.now()
    ContactPoint.objects.create(
        resident=resident, channel="sms", address="", fingerprint="f", label="…1234", created_at=now
    )
    wording = Wording.objects.create(
        key="k", about="alert:1", sender="石巻市", texts={"ja": {"subject": "津波警報"}}, created_at=now
    )
    write_many(wording=wording, batch=make_batch([resident], moment=now))
    Delivery.objects.create(message=Message.objects.get(), channel="push", state="sent", changed_at=now)
    store = sessions.SessionStore()
    store[sessions.PRINCIPAL], store["seen"] = f"resident:{resident.pk}", (now - timedelta(seconds=1)).timestamp()
    store.create()
    page_phone.context.add_cookies([{"name": "todoke", "value": store.session_key or "", "url": live_server.url}])
    page_phone.context.grant_permissions(["notifications"], origin=live_server.url)
    page_phone.goto(f"{live_server.url}/settings/contact/")
    return page_phone


def test_the_page_with_every_channel_is_accessible(page: Page) -> None:
    page.evaluate((django_settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js").read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run({ runOnly: tags })", tags)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.get_by_role("button", name="この端末に知らせる")).to_be_visible()


def test_a_push_is_shown_and_says_that_it_arrived(page: Page) -> None:
    scope = page.evaluate(
        "async () => { await navigator.serviceWorker.register('/sw.js'); await navigator.serviceWorker.ready;"
        " return location.origin + '/'; }"
    )
    message = Message.objects.get()
    devtools = page.context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    devtools.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    said = {
        "title": "津波警報",
        "body": "日和山公園へ",
        "tag": str(message.pk),
        "link": f"{scope}m/{token_of(message.pk)}/",
        "language": "ja",
        "urgent": True,
    }
    registration = next(one for one in registrations if one["scopeURL"] == scope)
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": scope, "registrationId": registration["registrationId"], "data": json.dumps(said)},
    )
    shown = page.evaluate(
        "async () => { for (let n = 0; n < 50; n++) {"
        " const found = await (await navigator.serviceWorker.ready).getNotifications();"
        " if (found.length) return found.map((one) => [one.title, one.body, one.data.link]);"
        " await new Promise((then) => setTimeout(then, 100)); } return []; }"
    )
    assert shown == [["津波警報", "日和山公園へ", said["link"]]]
    for _attempt in range(50):
        if Delivery.objects.get(channel="push").state == "delivered":
            break
        page.wait_for_timeout(100)
    assert Delivery.objects.get(channel="push").state == "delivered"
