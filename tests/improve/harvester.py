"""CKAN's own reader of DCAT (ckanext-dcat, profile euro_dcat_ap_3) on a catalogue from standard input, without CKAN.

What the reader takes from CKAN itself (settings, registers of licences and formats) is put in its place here, as CKAN
has it when it is new. Prints the data sets as CKAN would store them, as JSON.
"""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock


class NotThereError(Exception):
    """CKAN does not have it."""


def _nothing(*_given: Any) -> Any:
    raise KeyError(_given)


def _module(name: str, content: Mapping[str, Any]) -> ModuleType:
    """Has what is given; anything else in it is there, and does nothing."""
    module = ModuleType(name)
    module.__path__ = []
    module.__getattr__ = lambda _name: MagicMock()  # type: ignore[method-assign]
    for key, value in content.items():
        setattr(module, key, value)
    sys.modules[name] = module
    return module


class _OfCkan(MetaPathFinder, Loader):
    """Any module of CKAN is there."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(name, self, is_package=True) if name.partition(".")[0] == "ckan" else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _module(spec.name, {})

    def exec_module(self, module: ModuleType) -> None:
        """It is as it is."""


def ckan_as_new() -> None:
    """The parts of CKAN that its reader of DCAT imports."""
    toolkit = {
        "config": {"ckan.locale_default": "ja", "ckan.site_url": "http://ckan.example"},
        "ObjectNotFound": NotThereError,
        "ValidationError": NotThereError,
        "asbool": lambda value: value in {True, "true", "True"},
        "aslist": lambda value, *_: value.split() if isinstance(value, str) else value,
        "get_action": _nothing,
        "_": lambda text: text,
    }
    sys.meta_path.insert(0, _OfCkan())
    tools = _module("ckan.plugins.toolkit", toolkit)
    _module("ckantoolkit", toolkit)
    _module("ckan", {"plugins": _module("ckan.plugins", {"toolkit": tools})})
    _module("ckan.plugins.interfaces", {"Interface": object})
    formats = {"csv": ["CSV", "Comma Separated Values", "text/csv"], "json": ["JSON", "JSON", "application/json"]}
    _module("ckan.lib.helpers", {"resource_formats": lambda: formats})
    _module("ckan.lib.munge", {"munge_tag": lambda text: text})
    _module("ckan.model.license", {"LicenseRegister": _Licences})
    _module("dateutil.parser", {"parse": lambda text, **_: datetime.fromisoformat(text)})
    _module("dateutil", {"parser": sys.modules["dateutil.parser"]})
    _module("simplejson", {"dumps": json.dumps, "loads": json.loads})


class _Licences(dict[str, Any]):
    """Those that CKAN brings with it, as far as they matter here."""

    def __init__(self) -> None:
        super().__init__(
            {"cc-by-4.0": MagicMock(url="https://creativecommons.org/licenses/by/4.0/", title="CC BY 4.0")}
        )


def main() -> None:
    """Read, print."""
    ckan_as_new()
    from ckanext.dcat.processors import RDFParser

    parser = RDFParser(profiles=["euro_dcat_ap_3"])
    parser.parse(sys.stdin.read(), _format=sys.argv[1])
    json.dump(list(parser.datasets()), sys.stdout, ensure_ascii=False, default=str)


if __name__ == "__main__":
    main()
