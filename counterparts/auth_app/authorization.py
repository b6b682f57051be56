"""What an authorization request must hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from counterparts.auth_app.clients import Client
from counterparts.auth_app.refusals import NotRedirectableError, RefusedError

SCOPES = frozenset({"openid", "name", "address", "birthdate", "gender", "sign"})
_PRINTABLE = re.compile(r"[\x20-\x7E]{1,255}\Z")
_CLIENT_ID = re.compile(r"[0-9a-zA-Z]{1,255}\Z")
_CHALLENGE = re.compile(r"[0-9a-zA-Z_-]{1,128}\Z")


@dataclass(frozen=True)
class AuthorizationRequest:
    """The parameters as they came; all but ``acr_values`` are required."""

    response_type: str
    scope: str
    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    acr_values: str

    @property
    def parameters(self) -> dict[str, str]:
        """As a form repeats them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def scopes(self) -> frozenset[str]:
        """What is asked for."""
        return frozenset(self.scope.split())


def read_request(values: Mapping[str, str], client: Client) -> AuthorizationRequest:
    """Raises NotRedirectableError when the answer has nowhere to go, else RefusedError, which goes to the client."""
    request = AuthorizationRequest(**{field.name: values.get(field.name, "") for field in fields(AuthorizationRequest)})
    if not _CLIENT_ID.match(request.client_id) or request.client_id != client.client_id:
        raise NotRedirectableError("invalid_client", "client_id is not registered")
    if request.redirect_uri not in client.redirect_uris:
        raise NotRedirectableError("invalid_request", "redirect_uri is not registered")
    if not _PRINTABLE.match(request.state):
        raise RefusedError("invalid_request", "state is required: 1 to 255 printable characters")
    if request.response_type != "code":
        raise RefusedError("unsupported_response_type", "response_type must be code")
    if "openid" not in request.scopes:
        raise RefusedError("invalid_scope", "scope must include openid")
    if request.scopes - SCOPES or request.scopes - client.scopes:
        raise RefusedError("invalid_scope", "a scope is unknown or not granted to this client")
    if not _PRINTABLE.match(request.nonce):
        raise RefusedError("invalid_request", "nonce is required: 1 to 255 printable characters")
    if request.code_challenge_method != "S256":
        raise RefusedError("invalid_request", "code_challenge_method must be S256")
    if not _CHALLENGE.match(request.code_challenge):
        raise RefusedError("invalid_request", "code_challenge is required: 1 to 128 characters of base64url")
    return request
