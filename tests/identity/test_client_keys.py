"""Our keys towards the provider."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, RSAKey

from todoke.kernel.configuration import ConfigurationError
from todoke.registry.people.adapters.client_keys import algorithm, client_keys, make_key, public_keys


def test_a_key_is_made_once_and_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "client.pem"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: make_key(path), range(8)))
    first = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["client.pem"]
    make_key(path)
    assert path.read_bytes() == first


def test_several_keys_from_files_and_text(tmp_path: Path) -> None:
    (tmp_path / "new.pem").write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    text = ECKey.generate_key("P-256").as_pem(private=True).decode().replace("\n", "\\n")
    keys = client_keys([str(tmp_path / "new.pem"), text], ["2026-11"], tmp_path / "unused.pem")
    assert [algorithm(key) for key in keys] == ["RS256", "ES256"]
    published = public_keys(keys)["keys"]
    assert [key["kid"] for key in published] == ["2026-11", keys[1].thumbprint()]
    assert [key["alg"] for key in published] == ["RS256", "ES256"]
    assert not any({"d", "p", "q"} & set(key) for key in published)
    assert not (tmp_path / "unused.pem").exists()


@pytest.mark.parametrize("kind", ["missing", "nonsense", "public", "public-rsa", "curve"])
def test_what_is_no_private_key_is_named_without_being_shown(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "secret-name.pem"
    contents = {
        "nonsense": b"nonsense",
        "public": ECKey.generate_key("P-256").as_pem(private=False),
        "public-rsa": RSAKey.generate_key(2048).as_pem(private=False),
        "curve": ECKey.generate_key("P-384").as_pem(private=True),
    }
    if kind in contents:
        path.write_bytes(contents[kind])
    with pytest.raises(ConfigurationError, match="TODOKE_OIDC_KEYS") as caught:
        client_keys([str(path)], [], tmp_path / "unused.pem")
    assert "secret-name" not in str(caught.value)
