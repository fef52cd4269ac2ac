"""What all environments share: apps, database, tenants, templates. Concerns have files beside."""

from pathlib import Path
from typing import Final

import django_stubs_ext

from config import env
from config.settings.celery import *  # noqa: F403
from config.settings.graphql import *  # noqa: F403
from config.settings.live import *  # noqa: F403
from config.settings.logging import *  # noqa: F403
from config.settings.security import *  # noqa: F403
from config.settings.unfold import *  # noqa: F403

# admin.ModelAdmin[Model] and the like exist for type checkers only without this.
django_stubs_ext.monkeypatch()

BASE_DIR: Final = Path(__file__).resolve().parents[2]
RUN_DIR: Final = env.run_dir()

DEBUG = env.debug()
ALLOWED_HOSTS = env.allowed_hosts()

# contenttypes in public only: ids are then equal in all schemas, which matters because
# their cache is shared by all tenants of a process.
SHARED_APPS = [
    "config.apps.ConfigConfig",
    "tenants",  # before the library: commands of the same name are ours
    "django_tenants",
    "django.contrib.contenttypes",
    "unfold",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "tenants.accounts",
    "tenants.audit",
    "tenants.idempotency",
]
TENANT_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "tenants.accounts",
    "tenants.audit",
    "tenants.idempotency",
    "assets",
    "scheduling",
    "forecasting",
    "integrations",
    "portal",
]
INSTALLED_APPS = SHARED_APPS + [app for app in TENANT_APPS if app not in SHARED_APPS]

DATABASES = {"default": env.database()}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.redis_url()

TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
# Without it each query is preceded by a SET search_path: twice the round trips.
TENANT_LIMIT_SET_CALLS = True
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
ROOT_URLCONF = "config.urls_tenant"

CACHES = {
    "default": {
        "BACKEND": "config.cache.SharedRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "django_tenants.cache.reverse_key",
        # Whoever asks it goes on without it, and does not wait for one that is away.
        "OPTIONS": {"socket_timeout": 0.25, "socket_connect_timeout": 0.25},
    }
}

AUTH_USER_MODEL = "accounts.User"
# In the tenant's schema, so that a cookie of one tenant is nothing to another.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenants.middleware.TenantByHostMiddleware",
    "config.content_policy.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.brand",
                "portal.context.said",
            ]
        },
    }
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands"), ("de", "Deutsch")]
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
# Served straight from the apps: nothing needs to be collected first.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
