"""The workers' application: ``celery -A config.celery worker``. Beat has ``config.beat``."""

import os

from celery import Celery

from config import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
# Checks load addresses and with them GraphQL, which no job needs. The web process checks.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
env.start_services()

app = Celery("loadstar")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="periodic")
