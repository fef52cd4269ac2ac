"""``manage.py release_schema VERSION``: from now on the schema as it is must not break."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

_NO_BREAKS = "# Declared breaks since the last release; see docs/api.md. None.\n"


class Command(BaseCommand):
    help = "Keep the schema as the released one, and empty the list of declared breaks."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", help="for example 0.2.0")

    def handle(self, *args: Any, version: str, **options: Any) -> None:
        from config.contract import (  # noqa: PLC0415  # not for --help
            DECLARED,
            RELEASED,
            as_release,
            changes,
            released_version,
        )
        from config.schema import as_sdl  # noqa: PLC0415

        if RELEASED.exists():
            before = RELEASED.read_text(encoding="utf-8")
            self.stdout.write(f"since {released_version(before)}:")
            for change in changes(before, as_sdl()):
                self.stdout.write(f"  {change}")
        RELEASED.parent.mkdir(parents=True, exist_ok=True)
        RELEASED.write_text(as_release(as_sdl(), version), encoding="utf-8")
        DECLARED.write_text(_NO_BREAKS, encoding="utf-8")
        self.stdout.write(f"released as {version}")
