"""Django settings, from environment variables with defaults that run on a fresh machine.

``docs/operate.md`` lists every variable. The defaults are the embedded mode: SQLite in the data
folder and a broker of our own on a unix socket, started by ``manage.py up``.
"""

from elmweb import env, logs, production
from elmweb.paths import BASE_DIR, broker_socket, ensure_data_dir
from elmweb.secrets import secret_key

DEBUG = env.boolean("ELMWEB_DEBUG", False)
PRODUCTION = production.is_on()  # refuses what is missing
SECRET_KEY = env.secret("ELMWEB_SECRET_KEY") or secret_key()
ALLOWED_HOSTS = env.text("ELMWEB_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "elmweb",
    "elmweb.accounts",
    "archive",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "elmweb.accounts.access.Gate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]
ROOT_URLCONF = "elmweb.urls"
ASGI_APPLICATION = "elmweb.asgi.application"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
# What one person may take who is no admin, see elmweb.accounts.quotas; a person may have others.
QUOTAS = {
    "runs": env.integer("ELMWEB_QUOTA_RUNS", 4, low=0, high=10**9),
    "children": env.integer("ELMWEB_QUOTA_CHILDREN", 100_000, low=0, high=10**9),
    "training_hours": env.integer("ELMWEB_QUOTA_TRAINING_HOURS", 8, low=0, high=10**9),
    "changes": env.integer("ELMWEB_QUOTA_CHANGES", 120, low=1, high=10**9),
}
# Proxies of ours in front: as many entries at the end of X-Forwarded-For are believed.
PROXIES = env.integer("ELMWEB_PROXIES", 0, low=0, high=10)
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- database: SQLite in the data folder, or PostgreSQL through DATABASE_URL
_SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": ensure_data_dir() / "elmweb.sqlite3",
    "OPTIONS": {
        # IMMEDIATE takes the write lock when a transaction begins: no deadlock by lock upgrade.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;"
        ),
    },
    # A file, so that threads and processes of one test share the database as they do in a run.
    "TEST": {"NAME": ensure_data_dir() / "test.sqlite3"},
}
DATABASES = {"default": env.postgres("DATABASE_URL") or _SQLITE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- broker and channel layer: one Valkey/Redis, three numbered databases
REDIS_URL = env.secret("ELMWEB_REDIS_URL") or f"unix://{broker_socket()}"
CHANNEL_LAYERS = {
    "default": {
        # pubsub keeps sockets open when the broker is killed; the plain layer closed them all.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
}
_SOCKET = REDIS_URL.removeprefix("unix://")
CELERY_BROKER_URL = (
    f"redis+socket://{_SOCKET}?virtual_host=1" if _SOCKET != REDIS_URL else REDIS_URL
)

# --- files of models: in a folder, or in a bucket that several hosts share
_MODELS = env.bucket("ELMWEB_MODELS")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    **({"models": _MODELS} if _MODELS else {}),
}

# --- the sandbox that programs run in; read here so that nonsense is refused at the start
SANDBOX = env.sandbox()

# --- pages
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "elmweb.staticfiles.WheelFinder",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # Plotly sets inline styles; scripts stay strict.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
    }
}
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True  # scripts read the page's <meta name="csrf-token">
CSRF_FAILURE_VIEW = "elmweb.errors.csrf_failure"
SESSION_COOKIE_AGE = 30 * 24 * 3600
# Cookies ignore the port: the name keeps two ELMWebs on one machine apart.
SESSION_COOKIE_NAME = f"elmweb_{broker_socket().stem}"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SESSION_COOKIE_AGE = 7 * 24 * 3600
if PRODUCTION and production.speaks_https(PROXIES):
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked from within, past the proxy
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-elmweb", "__Host-elmweb-csrf"
    # Subdomains and the browsers' preload list are not ours to decide on.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

LOGGING = logs.configuration(
    env.choice("ELMWEB_LOG_FORMAT", "plain", of=("plain", "json")),
    env.choice("ELMWEB_LOG_LEVEL", "INFO", of=("DEBUG", "INFO", "WARNING", "ERROR")),
)

# --- figures for Prometheus: at /metrics, for this machine, for admins, and with this token
METRICS_TOKEN = env.secret("ELMWEB_METRICS_TOKEN")
