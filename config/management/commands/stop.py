"""``manage.py stop``: ends what the demo serves, then the embedded services."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config import embedded
from config.demo.serving import programmes


class Command(BaseCommand):
    """See the module."""

    help = "End web, beat and worker, then the embedded services. Data stays."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.RUN_DIR)
        ended = [name for name, each in programmes(folder).items() if each.stop()]
        ended += [name for name, is_up in embedded.status(folder).items() if is_up]
        embedded.stop(folder)
        self.stdout.write(f"stopped: {', '.join(ended)}" if ended else "nothing was running")
