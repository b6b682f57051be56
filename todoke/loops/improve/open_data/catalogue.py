"""The catalogue of all data sets for machines: DCAT-AP 3 as a graph, in Turtle or JSON-LD."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings

from todoke.loops.improve.models import PublishedFile
from todoke.loops.improve.open_data.licences import licence_named
from todoke.loops.improve.open_data.publishing import version_of
from todoke.loops.improve.open_data.registry import DATA_SETS
from todoke.loops.improve.open_data.types import MEDIA_TYPES, DataSet, Format
from todoke.registry.catalogue.types import Texts
from todoke.registry.places.adapters.shelter_files import check_digit
from todoke.registry.places.prefectures import prefecture

if TYPE_CHECKING:
    from rdflib import BNode, Graph, URIRef

Node = TypeVar("Node", bound=Any)

PROFILE = "https://semiceu.github.io/DCAT-AP/releases/3.0.0/"
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_MEDIA = "https://www.iana.org/assignments/media-types/"


def address(path: str = "") -> str:
    """An address of ours under /data/, as it stays."""
    return f"{settings.BASE_URL}/data/{path}"


def catalogue() -> "Graph":
    """Every data set with its files, the API, who gives it, and on what terms."""
    return _Writer().written()


def as_turtle() -> str:
    """The catalogue in Turtle."""
    return str(catalogue().serialize(format="turtle"))


def as_json_ld() -> str:
    """The catalogue in JSON-LD, with its context in it."""
    from rdflib.namespace import DCAT, DCTERMS, FOAF, SKOS, XSD

    context = {
        "dcat": str(DCAT),
        "dct": str(DCTERMS),
        "foaf": str(FOAF),
        "skos": str(SKOS),
        "xsd": str(XSD),
        "spdx": "http://spdx.org/rdf/terms#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
    }
    return str(catalogue().serialize(format="json-ld", context=context, indent=1))


class _Writer:
    def __init__(self) -> None:
        from rdflib import Graph, Namespace
        from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD

        self.graph = Graph()
        self.rdf, self.dcat, self.dct, self.foaf, self.skos, self.xsd = RDF, DCAT, DCTERMS, FOAF, SKOS, XSD
        self.spdx = Namespace("http://spdx.org/rdf/terms#")
        self.vcard = Namespace("http://www.w3.org/2006/vcard/ns#")
        for name, space in {"spdx": self.spdx, "vcard": self.vcard, "dct": DCTERMS}.items():
            self.graph.bind(name, space)
        self.ours = prefecture(settings.PREFECTURE)
        self.files = {(row.data_set, row.format): row for row in PublishedFile.objects.all()}

    def written(self) -> "Graph":
        dct, dcat = self.dct, self.dcat
        whole = self._uri(address())
        self._typed(whole, dcat.Catalog)
        self._say(
            whole, dct.title, {"ja": f"{self.ours.name}のオープンデータ", "en": f"Open data of {self.ours.name_en}"}
        )
        self._say(
            whole,
            dct.description,
            {
                "ja": f"{self.ours.name}の方針の指標と数値、手続、市町村の施設などのデータ。",
                "en": f"Indicators and figures of {self.ours.name_en}'s policy, services, municipalities' places.",
            },
        )
        publisher = self._publisher()
        self._add(whole, dct.publisher, publisher)
        self._add(whole, dct.conformsTo, self._typed(self._uri(PROFILE), dct.Standard))
        self._add(whole, dct.license, self._licence(settings.OPEN_DATA_LICENCE))
        self._add(whole, self.foaf.homepage, self._typed(self._uri(address()), self.foaf.Document))
        self._add(whole, dct.spatial, self._prefecture())
        themes = self._typed(self._uri(f"{_AUTHORITY}data-theme"), self.skos.ConceptScheme)
        self._say(themes, dct.title, {"en": "Data theme"})
        self._add(whole, dcat.themeTaxonomy, themes)
        for language in ("JPN", "ENG"):
            self._add(whole, dct.language, self._language(language))
        service = self._service(publisher)
        self._add(whole, dcat.service, service)
        moments = []
        for one in DATA_SETS.values():
            modified = one.state().modified
            moments += [modified] if modified else []
            self._add(whole, dcat.dataset, self._data_set(one, publisher, service, modified))
        if moments:
            self._moment(whole, dct.modified, max(moments))
        return self.graph

    def _data_set(self, one: DataSet, publisher: "URIRef", service: "URIRef", modified: Any) -> "URIRef":
        dct, dcat = self.dct, self.dcat
        node = self._typed(self._uri(address(f"{one.id}/")), dcat.Dataset)
        self._say(node, dct.title, one.titles)
        self._say(node, dct.description, one.description)
        self._text(node, dct.identifier, one.id)
        self._add(node, dct.publisher, publisher)
        self._add(node, dcat.contactPoint, self._contact())
        self._add(node, dcat.landingPage, self._typed(self._uri(address(f"{one.id}/")), self.foaf.Document))
        self._add(node, dct.spatial, self._prefecture())
        self._add(node, dct.language, self._language("JPN"))
        self._add(node, dct.accrualPeriodicity, self._term("frequency", one.frequency, dct.Frequency))
        self._add(node, dct.accessRights, self._term("access-right", "PUBLIC", dct.RightsStatement))
        for theme in one.themes:
            concept = self._term("data-theme", theme, self.skos.Concept)
            self._text(concept, self.skos.prefLabel, theme, "en")
            self._add(node, dcat.theme, concept)
        for keyword in one.keywords:
            for language in ("ja", "en"):
                self._text(node, dcat.keyword, keyword[language], language)
        if one.standard:
            standard = self._typed(self._blank(), dct.Standard)
            self._text(standard, dct.title, f"自治体標準オープンデータセット {one.standard} {one.titles['ja']}", "ja")
            self._add(node, dct.conformsTo, standard)
        if modified:
            self._moment(node, dct.modified, modified)
        span = one.span()
        if span.begins or span.ends:
            period = self._typed(self._blank(), dct.PeriodOfTime)
            for predicate, day in ((dcat.startDate, span.begins), (dcat.endDate, span.ends)):
                if day:
                    self._text(period, predicate, day.isoformat(), kind=self.xsd.date)
            self._add(node, dct.temporal, period)
        version = version_of(one)
        for form in Format:
            self._add(node, dcat.distribution, self._distribution(one, form, version, service))
        self._add(service, dcat.servesDataset, node)
        return node

    def _distribution(self, one: DataSet, form: Format, version: str, service: "URIRef") -> "URIRef":
        dct, dcat = self.dct, self.dcat
        place = address(f"{one.id}.{form}")
        node = self._typed(self._uri(f"{place}#distribution"), dcat.Distribution)
        self._say(
            node,
            dct.title,
            {"ja": f"{one.titles['ja']}（{form.upper()}）", "en": f"{one.titles['en']} ({form.upper()})"},
        )
        self._add(node, dcat.accessURL, self._uri(place))
        self._add(node, dcat.downloadURL, self._uri(place))
        self._add(node, dct["format"], self._term("file-type", form.upper(), dct.MediaTypeOrExtent))
        self._add(node, dcat.mediaType, self._typed(self._uri(_MEDIA + MEDIA_TYPES[form]), dct.MediaType))
        self._add(node, dct.license, self._licence(one.licence()))
        self._add(node, dct.conformsTo, self._typed(self._uri(address(f"{one.id}.schema.json")), dct.Standard))
        self._add(node, dcat.accessService, service)
        self._add(
            node,
            self._uri("http://data.europa.eu/r5r/availability"),
            self._term("planned-availability", "STABLE", self.skos.Concept),
        )
        ready = self.files.get((one.id, form))
        if ready and ready.version == version:
            self._text(node, dcat.byteSize, str(ready.size), kind=self.xsd.nonNegativeInteger)
            self._moment(node, dct.modified, ready.made_at)
            checksum = self._typed(self._blank(), self.spdx.Checksum)
            self._add(
                checksum,
                self.spdx.algorithm,
                self._typed(self.spdx.checksumAlgorithm_sha256, self.spdx.ChecksumAlgorithm),
            )
            self._text(checksum, self.spdx.checksumValue, ready.sha256, kind=self.xsd.hexBinary)
            self._add(node, self.spdx.checksum, checksum)
        return node

    def _service(self, publisher: "URIRef") -> "URIRef":
        node = self._typed(self._uri(f"{settings.BASE_URL}/api/data/"), self.dcat.DataService)
        self._say(node, self.dct.title, {"ja": "オープンデータAPI", "en": "Open data API"})
        self._say(
            node,
            self.dct.description,
            {"ja": "行をさがし、並べ、ページごとに受け取るAPI。", "en": "Rows filtered, sorted, and page by page."},
        )
        self._add(node, self.dcat.endpointURL, self._uri(f"{settings.BASE_URL}/api/data/"))
        self._add(node, self.dcat.endpointDescription, self._uri(f"{settings.BASE_URL}/api/data/openapi.json"))
        self._add(node, self.dct.publisher, publisher)
        self._add(node, self.dct.license, self._licence(settings.OPEN_DATA_LICENCE))
        return node

    def _publisher(self) -> "URIRef":
        node = self._typed(self._uri(f"{settings.BASE_URL}/#publisher"), self.foaf.Agent)
        self._say(node, self.foaf.name, {"ja": self.ours.name, "en": self.ours.name_en})
        self._add(node, self.foaf.homepage, self._typed(self._uri(f"{settings.BASE_URL}/"), self.foaf.Document))
        kind = self._uri("http://purl.org/adms/publishertype/RegionalAuthority")
        self._add(node, self.dct.type, self._typed(kind, self.skos.Concept))
        return node

    def _contact(self) -> "URIRef":
        node = self._typed(self._uri(f"{settings.BASE_URL}/#contact"), self.vcard.Kind)
        self._say(node, self.vcard.fn, {"ja": self.ours.name, "en": self.ours.name_en})
        self._add(node, self.vcard.hasURL, self._uri(f"{settings.BASE_URL}/help/"))
        return node

    def _prefecture(self) -> "URIRef":
        node = self._typed(self._uri(f"{address()}#area"), self.dct.Location)
        code = settings.PREFECTURE + "000"
        self._text(node, self.dct.identifier, code + check_digit(code))
        self._say(node, self.skos.prefLabel, {"ja": self.ours.name, "en": self.ours.name_en})
        return node

    def _licence(self, id_: str) -> "URIRef":
        licence = licence_named(id_)
        node = self._typed(self._uri(licence.url), self.dct.LicenseDocument)
        self._say(node, self.dct.title, licence.titles)
        kind = self._uri(f"http://purl.org/adms/licencetype/{licence.kind}")
        self._add(node, self.dct.type, self._typed(kind, self.skos.Concept))
        return node

    def _language(self, code: str) -> "URIRef":
        return self._term("language", code, self.dct.LinguisticSystem)

    def _term(self, scheme: str, code: str, kind: Any) -> "URIRef":
        return self._typed(self._uri(f"{_AUTHORITY}{scheme}/{code}"), kind)

    def _typed(self, node: Node, kind: Any) -> Node:
        self._add(node, self.rdf.type, kind)
        return node

    def _add(self, subject: Any, predicate: Any, thing: Any) -> None:
        self.graph.add((subject, predicate, thing))

    def _say(self, subject: Any, predicate: Any, said: Texts) -> None:
        for language in ("ja", "en"):
            if said.get(language):
                self._text(subject, predicate, said[language], language)

    def _text(self, subject: Any, predicate: Any, text: str, language: str | None = None, kind: Any = None) -> None:
        from rdflib import Literal

        self._add(subject, predicate, Literal(text, lang=language, datatype=kind))

    def _moment(self, subject: Any, predicate: Any, moment: Any) -> None:
        self._text(subject, predicate, moment.isoformat(timespec="seconds"), kind=self.xsd.dateTime)

    def _uri(self, text: str) -> "URIRef":
        from rdflib import URIRef

        return URIRef(text)

    def _blank(self) -> "BNode":
        from rdflib import BNode

        return BNode()
