"""Django's settings. What an installation chooses comes from the environment, by ``setting``."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from todoke.kernel.configuration import ConfigurationError, boolean, limits, pairs, setting, words
from todoke.kernel.postgres import state_folder

BASE_DIR = Path(__file__).resolve().parent.parent

STATE = state_folder()
DEBUG = setting("TODOKE_DEBUG", False, "Show error details in the browser; never in production", boolean)
SECRET_KEY = setting(
    "TODOKE_SECRET_KEY", "demonstration-only-not-secret", "Signs cookies; 50 random characters in production", str
)
FIELD_KEYS = setting(
    "TODOKE_FIELD_KEYS",
    ["MWJ2cVpqN0t4V3BtUnRZd0hhTG9FZFNjR2ZVaUtuQjA="],
    "Fernet keys that encrypt secrets at rest, newest first, separated by commas",
    words,
    "a demonstration key",
)
BASE_URL = setting("TODOKE_BASE_URL", "http://localhost:8000", "Address at which residents reach the portal", str)
ALLOWED_HOSTS = setting("TODOKE_HOSTS", ["localhost", "127.0.0.1"], "Host names served, separated by commas", words)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
PREFECTURE = setting("TODOKE_PREFECTURE", "04", "The prefecture served, by its code in JIS X 0401", str)
DEMONSTRATION = setting(
    "TODOKE_DEMONSTRATION", False, "Say on every page that this is a demonstration with fictitious people", boolean
)
PACKS = setting("TODOKE_PACKS", BASE_DIR / "packs", "Folder of the services", Path, "packs")
POLICIES = setting("TODOKE_POLICIES", BASE_DIR / "policies", "Folder of the policies", Path, "policies")
INDICATOR_SOURCES: dict[str, str] = setting(
    "TODOKE_INDICATOR_SOURCES",
    {},
    "Where indicators of kind http are read as JSON, as indicator=address, separated by commas",
    pairs,
    "",
)
PLANS = setting("TODOKE_PLANS", BASE_DIR / "plans", "Folder of the plans for disasters", Path, "plans")

TELEGRAM_FOLDER = setting(
    "TODOKE_TELEGRAM_FOLDER", "", "Folder in which telegrams of warnings arrive as files; empty: none", str
)
TELEGRAM_FEEDS: list[str] = setting(
    "TODOKE_TELEGRAM_FEEDS",
    [],
    "Atom feeds of telegrams, separated by commas; the agency's are "
    "https://www.data.jma.go.jp/developer/xml/feed/extra.xml and …/eqvol.xml",
    words,
    "",
)
PUSH_TOKENS: list[str] = setting(
    "TODOKE_PUSH_TOKENS",
    [],
    "Bearer tokens of who may push telegrams and readings, separated by commas; empty: nobody",
    words,
    "",
)
SENSORS = setting("TODOKE_SENSORS", "", "YAML file of stations and their thresholds; empty: none", str)
COMMONS_PROFILE = setting(
    "TODOKE_COMMONS_PROFILE",
    "",
    "YAML file with namespaces and code values of Lアラート where its current edition differs from the defaults",
    str,
)
COMMONS_ENDPOINT = setting(
    "TODOKE_COMMONS_ENDPOINT", "", "Where Lアラート takes documents by SOAP; empty: nothing is published there", str
)
COMMONS_SENDER = setting(
    "TODOKE_COMMONS_SENDER", "", "senderID that its operator gave us; messages that have it are our own", str
)
COMMONS_USER = setting("TODOKE_COMMONS_USER", "", "Our user there, where it asks for one (HTTP Basic)", str)
COMMONS_PASSWORD = setting("TODOKE_COMMONS_PASSWORD", "", "Its password", str, "")
COMMONS_CERTIFICATE = setting(
    "TODOKE_COMMONS_CERTIFICATE", "", "PEM file of our client certificate, where Lアラート asks for one", str
)
COMMONS_KEY = setting("TODOKE_COMMONS_KEY", "", "PEM file of its key; empty: in the same file", str)
COMMONS_AUTHORITY = setting(
    "TODOKE_COMMONS_AUTHORITY", "", "PEM file of who certifies Lアラート's server; empty: who this machine trusts", str
)
COMMONS_TIMEOUT_SECONDS = setting(
    "TODOKE_COMMONS_TIMEOUT_SECONDS", 10.0, "Patience with one answer of Lアラート", float
)

MAP_ADDRESS = setting(
    "TODOKE_MAP_ADDRESS",
    "https://www.google.com/maps/dir/?api=1&travelmode=walking&destination={latitude},{longitude}",
    "Where a warning's reader sees the way to their shelter; geo:{latitude},{longitude} opens the telephone's own map",
    str,
)

if BASE_URL.startswith("https://") and not DEMONSTRATION:
    for name in ("TODOKE_SECRET_KEY", "TODOKE_FIELD_KEYS"):
        if not os.environ.get(name):
            raise ConfigurationError(f"{name} must be set where TODOKE_BASE_URL is https: its default is public")


def _database(url: str) -> dict[str, object]:
    """``postgresql://user:password@host:port/name?options``; a socket folder goes into ``?host=``."""
    parts = urlsplit(url)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "todoke",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATABASE_URL = setting(
    "DATABASE_URL", "", "PostgreSQL to use; empty: an embedded one is started and kept under TODOKE_STATE", str
)
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "csp",
    "todoke.kernel",
    "todoke.registry.organisations",
    "todoke.registry.places",
    "todoke.registry.people",
    "todoke.registry.catalogue",
    "todoke.exchange.messages",
    "todoke.exchange.passes",
    "todoke.capabilities.forms",
    "todoke.loops.apply",
    "todoke.loops.reach",
    "todoke.loops.improve",
    "todoke.faces.look",
    "todoke.faces.portal",
    "todoke.faces.public",
    "todoke.faces.console",
    "todoke.faces.reader",
]

MIDDLEWARE = [
    "todoke.faces.operations.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "todoke.faces.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "todoke.faces.visitors.VisitorMiddleware",
    "todoke.faces.failures.FailureMiddleware",
]

ROOT_URLCONF = "todoke.faces.urls"
WSGI_APPLICATION = "todoke.faces.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "todoke.faces.visitors.page_context",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "todoke.faces.look.templatetags.look",
            ],
        },
    }
]

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "todoke" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"

STATIC_URL = "/static/"
STATIC_ROOT = STATE / "static"
WHITENOISE_USE_FINDERS = True
STATICFILES_DIRS = [BASE_DIR / "todoke" / "faces" / "static"]

SESSION_ENGINE = "todoke.kernel.sessions"
SESSION_COOKIE_NAME = "todoke"
SESSION_COOKIE_AGE = setting(
    "TODOKE_SESSION_SECONDS", 12 * 3600, "A log-in ends after so many seconds at the latest", int
)
SESSION_IDLE_SECONDS = setting("TODOKE_SESSION_IDLE_SECONDS", 2 * 3600, "A log-in ends after so many idle seconds", int)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "todoke.faces.failures.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
UPLOAD_MAX_BYTES = setting("TODOKE_UPLOAD_MAX_BYTES", 10 * 1024 * 1024, "Largest file a person may attach", int)

SMALLEST_COUNT = setting(
    "TODOKE_SMALLEST_COUNT", 10, "Counts of people below it are hidden in simulations and in what is published", int
)
OPEN_DATA_LICENCE = setting(
    "TODOKE_OPEN_DATA_LICENCE",
    "CC-BY-4.0",
    "Licence of open data that is under no policy of its own: CC-BY-4.0, PDL-1.0 or CC0-1.0",
    str,
)
OPEN_DATA_RATE = setting(
    "TODOKE_OPEN_DATA_RATE", 5.0, "Pages of open data that one address may ask for each second, over time", float
)
OPEN_DATA_BURST = setting(
    "TODOKE_OPEN_DATA_BURST", 100.0, "Pages of open data that one address may ask for at once", float
)
PROXIES = setting(
    "TODOKE_PROXIES",
    0,
    "Reverse proxies before the server that add to X-Forwarded-For; 0: the sender's address is the connection's",
    int,
)
ALONE_MOST = setting("TODOKE_ALONE_MOST", 1000, "A notice to more people than that needs a second officer", int)
SIMULATIONS_A_DAY = setting("TODOKE_SIMULATIONS_A_DAY", 100, "Simulations that an officer can run in 24 hours", int)
DRAFT_DAYS = setting("TODOKE_DRAFT_DAYS", 180, "A draft that nobody touches for so many days is deleted", int)

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = setting("TODOKE_SMTP_HOST", "localhost", "SMTP server", str)
EMAIL_PORT = setting("TODOKE_SMTP_PORT", 25, "Its port", int)
EMAIL_HOST_USER = setting("TODOKE_SMTP_USER", "", "Its user, where it asks for one", str)
EMAIL_HOST_PASSWORD = setting("TODOKE_SMTP_PASSWORD", "", "Its password", str)
EMAIL_USE_TLS = setting("TODOKE_SMTP_STARTTLS", False, "Whether to ask it for STARTTLS", boolean)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = setting("TODOKE_MAIL_FROM", "todoke@localhost", "Sender of e-mails", str)

SMS_URL = setting("TODOKE_SMS_URL", "", "Where a provider takes text messages as JSON; empty: none are sent", str)
SMS_KEY = setting("TODOKE_SMS_KEY", "", "Our key there, sent as a bearer token", str, "")
SMS_FROM = setting("TODOKE_SMS_FROM", "Todoke", "Sender of text messages, as agreed with the provider", str)
LINE_URL = setting("TODOKE_LINE_URL", "https://api.line.me", "The Messaging API of LINE", str)
LINE_TOKEN = setting("TODOKE_LINE_TOKEN", "", "Channel access token of LINE; empty: nothing is sent there", str, "")
LINE_SECRET = setting("TODOKE_LINE_SECRET", "", "Channel secret of LINE, by which its calls are known", str, "")
LINE_ADD_URL = setting("TODOKE_LINE_ADD_URL", "", "Where residents add our account of LINE as a friend", str)
VAPID_KEY = setting(
    "TODOKE_VAPID_KEY",
    "",
    "Our private key for Web Push, the 32 bytes of P-256 in base64url (todoke push-key makes one); empty: no push",
    str,
    "",
)
VAPID_CONTACT = setting(
    "TODOKE_VAPID_CONTACT", "mailto:todoke@localhost", "Whom a push service can ask about our messages", str
)
PRIVATE_HOSTS: list[str] = setting(
    "TODOKE_PRIVATE_HOSTS",
    [],
    "Hosts that the address of a device or webhook may name although they are not on the public network, separated by "
    "commas, with their ports (localhost:8003); of stand-ins",
    words,
    "",
)
RECEIPTS_KEY = setting(
    "TODOKE_RECEIPTS_KEY", "", "By which providers sign their receipts; empty: receipts are refused", str, ""
)
LIMITS: dict[str, float] = setting(
    "TODOKE_LIMITS", {}, "Messages a second that a provider takes: sms=100,line=500", limits, ""
)
SENDERS = setting("TODOKE_SENDERS", 16, "Requests to providers at a time, for each job of a worker", int)
PROVIDER_TIMEOUT_SECONDS = setting("TODOKE_PROVIDER_TIMEOUT_SECONDS", 10.0, "Patience with one answer of theirs", float)

OIDC_ISSUER = setting(
    "TODOKE_OIDC_ISSUER",
    "http://localhost:8001/api/realms/main",
    "The authentication app's issuer; in production https://auth-and-sign.go.jp/api/realms/main",
    str,
)
OIDC_AUTHORIZATION_ENDPOINT = setting(
    "TODOKE_OIDC_AUTHORIZATION_ENDPOINT", "", "Its authorization endpoint; empty: where Keycloak has it", str
)
OIDC_TOKEN_ENDPOINT = setting("TODOKE_OIDC_TOKEN_ENDPOINT", "", "Its token endpoint; empty: the same", str)
OIDC_USERINFO_ENDPOINT = setting("TODOKE_OIDC_USERINFO_ENDPOINT", "", "Its userinfo endpoint; empty: the same", str)
OIDC_JWKS_URI = setting("TODOKE_OIDC_JWKS_URI", "", "Its public keys; empty: the same", str)
OIDC_CLIENT_ID = setting("TODOKE_OIDC_CLIENT_ID", "RP00000001", "What the authentication app knows us as", str)
OIDC_KEYS: list[str] = setting(
    "TODOKE_OIDC_KEYS",
    [],
    "Our private keys, EC P-256 or RSA, the signing one first: PEM files or PEM text, separated by commas; "
    "empty: one is made under TODOKE_STATE",
    words,
    "",
)
OIDC_KEY_IDS: list[str] = setting(
    "TODOKE_OIDC_KEY_IDS", [], "Their kids in the same order; empty: their thumbprints", words, ""
)
OIDC_SCOPES = setting(
    "TODOKE_OIDC_SCOPES",
    ["openid", "name", "address", "birthdate", "gender"],
    "What we ask of the card, separated by commas; all but gender are needed",
    words,
    "openid,name,address,birthdate,gender",
)
OIDC_ACR_VALUES = setting("TODOKE_OIDC_ACR_VALUES", "aal3 crl", "acr_values of the request; '-' sends none", str)
OIDC_MINIMUM_LEVEL = setting(
    "TODOKE_OIDC_MINIMUM_LEVEL", "aal3", "Lowest acr that lets a resident in; '-' asks for none", str
)
OIDC_LEVELS = setting(
    "TODOKE_OIDC_LEVELS", ["aal1", "aal2", "aal3"], "The levels of acr, lowest first", words, "aal1,aal2,aal3"
)
OIDC_LOGIN_SECONDS = setting("TODOKE_OIDC_LOGIN_SECONDS", 600, "A log-in that was begun is good for so long", int)
OIDC_TIMEOUT_SECONDS = setting("TODOKE_OIDC_TIMEOUT_SECONDS", 5.0, "Patience with one answer of the provider", float)

LOGGING_CONFIG = "todoke.kernel.logs.configure"
LOGGING = {
    "level": setting("TODOKE_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR", str),
    "form": setting("TODOKE_LOG_FORM", "auto", "json, text, or auto: text on a terminal, else json", str),
}
METRICS_TOKEN = setting(
    "TODOKE_METRICS_TOKEN", "", "Bearer token for /metrics; without one only this machine may read it", str
)
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

SILENCED_SYSTEM_CHECKS = ["models.W042"]
