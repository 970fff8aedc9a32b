"""One settings file, from the environment; closed unless opened. See `.env.example`."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from django.utils.translation import gettext_lazy as _

from carmsvc.content_security import content_directives
from carmsvc.environment import (
    celery_address,
    demand_production,
    flag,
    listed,
    required,
    whole,
)
from carmsvc.platform.openapi_settings import DOCUMENT
from carmsvc.schedule import schedule_of

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = required("SECRET_KEY")
SECRET_KEY_FALLBACKS = listed("SECRET_KEY_FALLBACKS")
DEBUG = flag("DEBUG")
ALLOWED_HOSTS = listed("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS")
BASE_URL = os.environ.get("BASE_URL", "http://127.0.0.1:8000")
IS_HTTPS = BASE_URL.startswith("https://")  # which is production
if IS_HTTPS:
    demand_production(SECRET_KEY, ALLOWED_HOSTS, debug=DEBUG)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "carmsvc.platform",
    "clients",
    "delegation",
    "statements",
    "reconciliation",
    "training",
    "carmsvc",
]

MIDDLEWARE = [
    "carmsvc.platform.safe_answers.SafeAnswers",
    "carmsvc.platform.health.HealthDoors",
    "carmsvc.platform.audit_origin.AuditOrigin",
    # before whatever may refuse a request: its error page is a page too
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "carmsvc.platform.plain_text.PlainText",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clients.viewing.ViewingAs",
    "carmsvc.platform.tenancy.ImporterScope",
    # a page is private unless marked
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "clients.presence.Presence",
    "clients.second_factor.SecondFactorRequired",
]
IMPORTER_SCOPE_RESOLVER = "clients.queries.importer_ids_for_request"

ROOT_URLCONF = "carmsvc.urls"
WSGI_APPLICATION = "carmsvc.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clients.views.asking.brokerage_rights",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# PostgreSQL: the app role works inside the wall, the owner role builds it
_APP_DATABASE = dj_database_url.parse(required("DATABASE_URL"), conn_max_age=60)
_OWNER_DATABASE = dj_database_url.parse(
    os.environ.get("DATABASE_OWNER_URL") or required("DATABASE_URL")
)
DATABASES: dict[str, Any] = {
    "default": {**_APP_DATABASE, "TEST": {"MIRROR": "owner"}},
    "owner": {**_OWNER_DATABASE, "TEST": {"DEPENDENCIES": []}},
}
DATABASE_ROUTERS = ["carmsvc.platform.tenancy.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis or Valkey: broker, cache, nothing that must survive a flush, nothing worth waiting for
REDIS_URL = required("REDIS_URL")
REDIS_SECONDS = 2  # a server that takes connections and never answers would hang an upload
CACHES = {
    "default": {
        "BACKEND": "carmsvc.platform.limits_cache.LimitsOutliveRedis",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "carmsvc",
        "OPTIONS": {"socket_timeout": REDIS_SECONDS},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CELERY_BROKER_URL = celery_address(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 1800
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 800_000  # kB
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# above the longest time limit, so that nothing healthy is delivered twice
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "global_keyprefix": "carmsvc.",
    # a nudge to a dead broker gives up at once; nobody waits for it in a request
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "socket_connect_timeout": REDIS_SECONDS,
    "socket_timeout": REDIS_SECONDS,
}
CELERY_TASK_PUBLISH_RETRY = False  # the sweep collects what a dead broker did not take
SWEEP_SECONDS = float(os.environ.get("SWEEP_SECONDS", "60"))
WORK_LEASE_SECONDS = float(os.environ.get("WORK_LEASE_SECONDS", "300"))
WORK_RETRY_SECONDS = float(os.environ.get("WORK_RETRY_SECONDS", "30"))
CELERY_BEAT_SCHEDULE_FILENAME = os.environ.get("BEAT_SCHEDULE_FILE", "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = schedule_of(SWEEP_SECONDS)

# Who signs in
AUTH_USER_MODEL = "clients.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[0]["OPTIONS"] = {"user_attributes": ["email", "full_name"]}
ACCOUNT_ADAPTER = "clients.adapter.InvitationOnlyAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds
ACCOUNT_SESSION_REMEMBER = False
# per address of the account ("key") and per network address ("ip"); the same for no account
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/900s/key,30/900s/ip",
    "reset_password": "5/900s/key,20/m/ip",
    "confirm_email": "3/m/key",
    # the public contact page: per network address, and per e-mail address that is given
    "contact": os.environ.get("CONTACT_RATES", "10/h/ip,5/d/key"),
}

# Second factors: the brokerage's people need one; an importer says so of its own people
STAFF_SECOND_FACTOR = flag("STAFF_SECOND_FACTOR", "1")
MFA_ADAPTER = "clients.adapter.FactorAdapter"
MFA_FORMS = {
    "add_webauthn": "clients.forms.passkeys.AddPasskey",
    "authenticate_webauthn": "clients.forms.passkeys.SecondStep",
    "login_webauthn": "clients.forms.passkeys.SignIn",
    "reauthenticate_webauthn": "clients.forms.passkeys.ConfirmItIsYou",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = os.environ.get("BROKERAGE_NAME", "") or "carmsvc"
MFA_TOTP_TOLERANCE = 1  # a phone's clock is seldom right to the second
MFA_ALLOW_UNVERIFIED_EMAIL = True  # or nobody with a factor could change their address
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS

# Sign-in at an OpenID Connect provider; off without an issuer
OIDC_ISSUER = os.environ.get("OIDC_ISSUER", "")
OIDC_NAME = os.environ.get("OIDC_NAME", "") or "OpenID Connect"
OIDC_SECOND_FACTOR = flag("OIDC_SECOND_FACTOR")  # 1: the provider asks for it, we do not
SOCIALACCOUNT_ADAPTER = "clients.single_sign_on.KnownPeopleOnly"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": OIDC_NAME,
                "client_id": required("OIDC_CLIENT_ID"),
                "secret": required("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_ISSUER.rstrip("/")},
            }
        ],
    }

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = whole("EMAIL_PORT", 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "carmsvc@localhost")

INVITATION_DAYS = whole("INVITATION_DAYS", 7)

# People in the CARM portal: for how long a confirmed role counts as known, in days (our practice;
# no law says so), and how long an importer has to answer a round
PORTAL_VERIFICATION_DAYS = whole("PORTAL_VERIFICATION_DAYS", 90)
PORTAL_ANSWER_DAYS = whole("PORTAL_ANSWER_DAYS", 14)

# Readiness: how much of the required security should be posted, in percent, and how many days
# before its end one is told (thresholds of ours; no source has them)
READINESS_HEADROOM_PERCENT = whole("READINESS_HEADROOM_PERCENT", 110)
READINESS_EXPIRY_DAYS = whole("READINESS_EXPIRY_DAYS", 60)

# API keys: how long one works when nobody says, and at most
API_KEY_DAYS = whole("API_KEY_DAYS", 365)
API_KEY_MOST_DAYS = whole("API_KEY_MOST_DAYS", 730)
API_KEY_OVERLAP_DAYS = 14  # how long a key that is being replaced may go on, at most

# With it a browser takes a cookie only from this very host, over TLS, for the whole site
HOST_ONLY = "__Host-" if IS_HTTPS else ""

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "carmsvc" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_NAME = f"{HOST_ONLY}django_language"
TIME_ZONE = "America/Toronto"
USE_TZ = True

# Files: static ones are public and hashed, originals are private and served by views only
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", BASE_DIR / "files"))
MEDIA_URL = "/no-public-files/"
STORAGE_BUCKET = os.environ.get("STORAGE_BUCKET", "")  # an S3 bucket instead of the disk
S3_STORAGE = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": STORAGE_BUCKET,
        "endpoint_url": os.environ.get("STORAGE_ENDPOINT") or None,
        "region_name": os.environ.get("STORAGE_REGION") or None,
        "default_acl": None,  # private, whatever the bucket's own default
        "querystring_auth": True,
        "file_overwrite": False,
    },
}
STORAGES = {
    "default": (
        S3_STORAGE if STORAGE_BUCKET else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ),
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if flag("STATIC_MANIFEST", "0")
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not flag("STATIC_MANIFEST", "0")
WHITENOISE_ALLOW_ALL_ORIGINS = False
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20

# Limits on uploaded tables, enforced before memory is spent
UPLOAD_MAX_BYTES = whole("UPLOAD_MAX_BYTES", 256 * 2**20)
UPLOAD_MAX_ROWS = whole("UPLOAD_MAX_ROWS", 2_000_000)
UPLOAD_MAX_COLUMNS = whole("UPLOAD_MAX_COLUMNS", 200)
UPLOAD_MAX_CELLS = whole("UPLOAD_MAX_CELLS", 60_000_000)
UPLOAD_MAX_CELL_LENGTH = whole("UPLOAD_MAX_CELL_LENGTH", 1_000)
UPLOAD_MAX_UNPACKED_BYTES = whole("UPLOAD_MAX_UNPACKED_BYTES", 512 * 2**20)
UPLOAD_MAX_ROW_ERRORS = whole("UPLOAD_MAX_ROW_ERRORS", 100_000)

# The virus scanner: host:port or the path of a socket of clamd; empty: files are not scanned
CLAMD_ADDRESS = os.environ.get("CLAMD_ADDRESS", "")
CLAMD_SECONDS = float(os.environ.get("CLAMD_SECONDS", "10"))

# The brokerage: first five digits of its transaction numbers
BROKER_ACCOUNT_SECURITY_NUMBERS = listed("BROKER_ACCOUNT_SECURITY_NUMBERS")
BROKERAGE_NAME = os.environ.get("BROKERAGE_NAME", "")
BROKERAGE_USES_SUB_AGENTS = flag("BROKERAGE_USES_SUB_AGENTS")  # 1: agreements must allow them
# what an agency agreement says of the brokerage; a person may still change it on each one
BROKERAGE_BUSINESS_NUMBER = os.environ.get("BROKERAGE_BUSINESS_NUMBER", "")
BROKERAGE_ADDRESS = os.environ.get("BROKERAGE_ADDRESS", "")

# Help: business hours, the province whose holidays the office keeps, and how soon we answer and
# solve, in business hours: priority=answer/solution, of one category as category.priority=…
SUPPORT_HOURS = os.environ.get("SUPPORT_HOURS", "08:30-17:00")
SUPPORT_PROVINCE = os.environ.get("SUPPORT_PROVINCE", "ON")
SUPPORT_TARGETS = os.environ.get("SUPPORT_TARGETS", "urgent=1/8 high=4/16 normal=8/40")
SUPPORT_NEAR_HOURS = whole("SUPPORT_NEAR_HOURS", 2)  # of business, before something is due
SUPPORT_CLIENT_DAYS = whole("SUPPORT_CLIENT_DAYS", 5)  # of business, for a client to answer
SUPPORT_CLOSES_AFTER_DAYS = whole("SUPPORT_CLOSES_AFTER_DAYS", 30)  # without a word; 0: never
SUPPORT_CLOSING_NOTICE_DAYS = whole("SUPPORT_CLOSING_NOTICE_DAYS", 7)  # the warning before it
# where answers by e-mail go: reply+TOKEN@ this domain; empty: people answer on the page only
REPLY_ADDRESS = os.environ.get("REPLY_ADDRESS", "")
RECEIVED_LETTER_MOST_BYTES = whole("RECEIVED_LETTER_MOST_BYTES", 25 * 2**20)

# The wall to the outside
SECURITY_CONTACT = listed("SECURITY_CONTACT")  # whom security.txt names
SEARCHED_PAGES = ["contact"]  # what search engines may read, by the names of addresses
SECURITY_POLICY_URL = os.environ.get("SECURITY_POLICY_URL", "")
SECURE_SSL_REDIRECT = IS_HTTPS and flag("SECURE_SSL_REDIRECT", "1")
BEHIND_TLS_PROXY = flag("BEHIND_TLS_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
SECURE_HSTS_SECONDS = 63_072_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{HOST_ONLY}sessionid", f"{HOST_ONLY}csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = True  # a page's forms hold the token themselves
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no third cookie
CSRF_FAILURE_VIEW = "carmsvc.platform.error_pages.form_from_elsewhere"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": content_directives([OIDC_ISSUER] if OIDC_ISSUER else [])}

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "carmsvc.platform.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "carmsvc.platform.authentication.WithinGrants",
    ],
    "DEFAULT_PAGINATION_CLASS": "carmsvc.platform.pagination.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "carmsvc.platform.openapi.HouseSchema",
    "EXCEPTION_HANDLER": "carmsvc.platform.problems.problem_response",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_THROTTLE_CLASSES": ["carmsvc.platform.throttling.PrincipalThrottle"],
    "DEFAULT_THROTTLE_RATES": {"principal": os.environ.get("API_RATE", "600/minute")},
}
SPECTACULAR_SETTINGS = DOCUMENT

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "carmsvc.platform.discretion.DiscreetLine",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    # one way out for every line: Django's own handlers would print twice, and mail what failed
    "loggers": {name: {"handlers": [], "propagate": True} for name in ("django", "django.server")},
}
