#!/usr/bin/env python
"""Commands of Loadstar. Embedded services are started for the commands that need them."""

import gc
import os
import sys

#: Commands that work without a database.
_ALONE = {"solve", "backtest", "help", "version", "stop", "print_schema"}


def _needs_services(arguments: list[str]) -> bool:
    if not arguments or arguments[0] in _ALONE:
        return False
    return not {"-h", "--help", "--version"} & set(arguments)


def main() -> None:
    """Run the command that the arguments name."""
    # What is imported stays: to look through it for waste is a twentieth of the start.
    # ``config.apps`` turns it on again.
    gc.disable()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    if _needs_services(sys.argv[1:]):
        from config import env  # noqa: PLC0415

        env.start_services()
    from django.core.management import CommandError, execute_from_command_line  # noqa: PLC0415

    from tenants.management.release import on_this_release  # noqa: PLC0415

    try:
        with on_this_release():
            execute_from_command_line(sys.argv)
    except CommandError as error:
        sys.stderr.write(f"CommandError: {error}\n")
        sys.exit(error.returncode)


if __name__ == "__main__":
    main()
