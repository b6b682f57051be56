"""An OpenID provider that stands in for the Digital Agency's authentication app (デジタル認証アプリサービス).

It asks for what the real one asks for: authorization code flow only, PKCE with S256, ``state`` and ``nonce``,
``private_key_jwt`` at the token endpoint, an exactly registered ``redirect_uri``. It answers with an ES256 id_token
and a pairwise ``sub``. Instead of a My Number card and its PIN there is a page on which one of the fictitious people
of the cards file is chosen.

Start it::

    python -m counterparts.auth_app --port 8001 --cards cards.json --client-keys http://localhost:8000/.well-known/todoke-jwks.json

The first line on standard output is its base address. Paths, below it:

===================================================  =========================================================
/api/realms/main/.well-known/openid-configuration    discovery
/api/realms/main/protocol/openid-connect/auth        the page (GET), and its form (POST)
/api/realms/main/protocol/openid-connect/token       code to tokens (POST)
/api/realms/main/protocol/openid-connect/userinfo    the card's attributes (GET, Bearer)
/api/realms/main/protocol/openid-connect/certs       public keys
/api/realms/main/protocol/openid-connect/logout      end of the log-in
/control/rotate                                      sign with a new key (POST; ``forget=1`` drops the old)
/health                                              200 when it serves
===================================================  =========================================================

Without a browser: GET the authorization address, then POST to the same path a form of all its query parameters
(they stand in the page as hidden fields) and

- ``card``: the id of a card of the cards file, or ``cancel=1`` instead, and
- ``behaviour`` (``ok`` when left out): how this log-in misbehaves, one of ``denied``, ``expired``, ``nonce``,
  ``replayed``, ``key``, ``acr``, ``down``.

The answer is a 302 to the client's ``redirect_uri``.

The cards file is a JSON list of ``{"id", "name", "kana", "address", "birthdate", "gender", "story", "note"}``:
``birthdate`` YYYYMMDD, ``gender`` "1" or "2", ``story`` true for those who stand first on the page, ``note`` a few
words about them.
"""
