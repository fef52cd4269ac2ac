"""The timetable's own application: ``celery -A config.beat beat``.

It sends names and nothing else, so it needs neither Django nor the apps: 60 MB less at rest.
"""

from celery import Celery

from config import env

env.start_services()

app = Celery("loadstar.beat", fixups=[])
app.config_from_object("config.settings.celery", namespace="CELERY")
