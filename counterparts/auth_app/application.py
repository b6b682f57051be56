"""The provider's paths."""

import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from counterparts.auth_app import pages, tokens
from counterparts.auth_app.authorization import SCOPES, AuthorizationRequest, read_request
from counterparts.auth_app.cards import Cards
from counterparts.auth_app.clients import Client
from counterparts.auth_app.grants import TOKEN_SECONDS, Behaviour, Grant, Grants
from counterparts.auth_app.keys import SigningKeys
from counterparts.auth_app.refusals import NotRedirectableError, RefusedError
from counterparts.page import language_of, stylesheet

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

REALM = "/api/realms/main"
OIDC = f"{REALM}/protocol/openid-connect"

ROUTES = Map(
    [
        Rule("/", endpoint="idle", methods=["GET"]),
        Rule("/health", endpoint="health", methods=["GET"]),
        Rule("/counterpart.css", endpoint="style", methods=["GET"]),
        Rule("/control/rotate", endpoint="rotate", methods=["POST"]),
        Rule(f"{REALM}/.well-known/openid-configuration", endpoint="discovery", methods=["GET"]),
        Rule(f"{OIDC}/auth", endpoint="authorize", methods=["GET", "POST"]),
        Rule(f"{OIDC}/token", endpoint="token", methods=["POST"]),
        Rule(f"{OIDC}/userinfo", endpoint="userinfo", methods=["GET", "POST"]),
        Rule(f"{OIDC}/certs", endpoint="certs", methods=["GET"]),
        Rule(f"{OIDC}/logout", endpoint="logout", methods=["GET", "POST"]),
    ]
)


@dataclass
class Provider:
    """A WSGI application. ``base`` is its address as browsers and the client see it, without a slash at the end."""

    base: str
    client: Client
    cards: Cards
    pairwise_secret: str
    keys: SigningKeys = field(default_factory=SigningKeys)
    grants: Grants = field(default_factory=Grants)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Route, answer, and turn refusals into their form."""
        request = Request(environ)
        request.max_content_length = 64 * 1024
        try:
            endpoint, _ = ROUTES.bind_to_environ(environ).match()
            response: Any = getattr(self, f"on_{endpoint}")(request)
        except NotRedirectableError as refusal:
            response = pages.refused_page(refusal, language_of(request, "ui_locales"))
        except RefusedError as refusal:
            response = _json({"error": refusal.error, "error_description": refusal.description}, refusal.status)
            if refusal.status == 401:
                response.headers["WWW-Authenticate"] = f'Bearer error="{refusal.error}"'
        except HTTPException as error:
            response = error
        return list(response(environ, start_response))

    def on_idle(self, request: Request) -> Response:
        """Says what this is."""
        return pages.idle_page(language_of(request, "ui_locales"))

    def on_health(self, request: Request) -> Response:
        """For who waits until it serves."""
        return _json({"cards": len(self.cards)})

    def on_style(self, request: Request) -> Response:
        """The style sheet."""
        return stylesheet()

    def on_rotate(self, request: Request) -> Response:
        """New signing key."""
        self.keys.rotate(forget=request.form.get("forget") == "1")
        return _json({"kid": self.keys.current.kid})

    def on_discovery(self, request: Request) -> Response:
        """OpenID Connect Discovery."""
        return _json(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.base}{OIDC}/auth",
                "token_endpoint": self.token_endpoint,
                "userinfo_endpoint": f"{self.base}{OIDC}/userinfo",
                "jwks_uri": f"{self.base}{OIDC}/certs",
                "end_session_endpoint": f"{self.base}{OIDC}/logout",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["pairwise"],
                "scopes_supported": sorted(SCOPES & self.client.scopes),
                "id_token_signing_alg_values_supported": ["ES256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256"],
                "code_challenge_methods_supported": ["S256"],
                "acr_values_supported": [tokens.HIGHEST_ACR],
                "claims_supported": ["sub", "name", "address", "birthdate", "gender"],
            }
        )

    def on_certs(self, request: Request) -> Response:
        """Public keys."""
        return _json(self.keys.published())

    def on_authorize(self, request: Request) -> Response:
        """The page, and its form."""
        values: Mapping[str, str] = request.form if request.method == "POST" else request.args
        try:
            asked = read_request(values, self.client)
        except NotRedirectableError:
            raise
        except RefusedError as refusal:
            return _back(
                values["redirect_uri"],
                {
                    "error": refusal.error,
                    "error_description": refusal.description,
                    "state": values.get("state", ""),
                },
            )
        self.client.keys.read_ahead()
        if request.method == "POST":
            return self._chosen(asked, request)
        return pages.choose_page(asked, self.cards, request.args.get("q", ""), language_of(request, "ui_locales"))

    def _chosen(self, asked: AuthorizationRequest, request: Request) -> Response:
        known = {behaviour.value for behaviour in Behaviour}
        name = request.form.get("behaviour", "ok")
        behaviour = Behaviour(name) if name in known else Behaviour.OK
        if request.form.get("cancel") or behaviour is Behaviour.DENIED:
            return _back(
                asked.redirect_uri,
                {"error": "access_denied", "error_description": "User denied", "state": asked.state},
            )
        card = self.cards.get(request.form.get("card", ""))
        if card is None:
            return pages.choose_page(asked, self.cards, "", language_of(request, "ui_locales"))
        grant = Grant(asked, card, behaviour, time.time(), used=behaviour is Behaviour.REPLAYED)
        return _back(
            asked.redirect_uri,
            {"code": self.grants.issue_code(grant), "state": asked.state, "session_state": str(uuid.uuid4())},
        )

    def on_token(self, request: Request) -> Response:
        """Code to tokens."""
        form = request.form
        if form.get("grant_type") != "authorization_code":
            raise RefusedError("unsupported_grant_type", "grant_type must be authorization_code")
        self.client.authenticate(
            form.get("client_assertion_type", ""), form.get("client_assertion", ""), self.token_endpoint
        )
        if form.get("client_id", self.client.client_id) != self.client.client_id:
            raise RefusedError("invalid_client", "client_id is not that of the assertion", 401)
        grant = self.grants.take(form.get("code", ""))
        tokens.check_verifier(grant, form.get("redirect_uri", ""), form.get("code_verifier", ""))
        if grant.behaviour is Behaviour.DOWN:
            return _json({"error": "temporarily_unavailable", "error_description": "Down on purpose"}, 503)
        access_token = self.grants.issue_token(grant)
        token = tokens.id_token(
            grant, issuer=self.issuer, subject=self._subject(grant), access_token=access_token, keys=self.keys
        )
        return _json(
            {
                "access_token": access_token,
                "token_type": "Bearer",
                "expires_in": TOKEN_SECONDS,
                "scope": grant.request.scope,
                "id_token": token,
            }
        )

    def on_userinfo(self, request: Request) -> Response:
        """The card's attributes, for a Bearer token."""
        authorization = request.authorization
        token = authorization.token if authorization and authorization.type == "bearer" else None
        grant = self.grants.of_token(token or "")
        if grant is None:
            raise RefusedError("invalid_token", "Token verification failed", 401)
        return _json(tokens.userinfo(grant, self._subject(grant)))

    def on_logout(self, request: Request) -> Response:
        """There is no session here to end; goes back to the client's own origin only."""
        target = request.values.get("post_logout_redirect_uri", "")
        if target and _origin(target) in {_origin(uri) for uri in self.client.redirect_uris}:
            return _back(target, {"state": request.values["state"]} if request.values.get("state") else {})
        return pages.logged_out_page(language_of(request, "ui_locales"))

    @property
    def issuer(self) -> str:
        """As in ``iss``."""
        return f"{self.base}{REALM}"

    @property
    def token_endpoint(self) -> str:
        """As in the assertion's ``aud``."""
        return f"{self.base}{OIDC}/token"

    def _subject(self, grant: Grant) -> str:
        return tokens.pairwise_subject(grant.card, self.client.client_id, self.pairwise_secret)


def _json(document: dict[str, Any], status: int = 200) -> Response:
    return Response(
        json.dumps(document, ensure_ascii=False),
        status=status,
        mimetype="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _back(target: str, parameters: dict[str, str]) -> Response:
    if not parameters:
        answer = redirect(target)
    else:
        answer = redirect(f"{target}{'&' if urlsplit(target).query else '?'}{urlencode(parameters)}")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc
