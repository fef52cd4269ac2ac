"""``python -m config.embedded start|stop|status``."""

import sys

from config import embedded, env
from config.embedded.processes import ServiceFailed

_USAGE = "usage: python -m config.embedded start|stop|status"


def main(arguments: list[str]) -> int:
    """Do what ``arguments`` say; return the exit status."""
    run_dir = env.run_dir()
    if arguments == ["start"]:
        embedded.start(run_dir)
    elif arguments == ["stop"]:
        embedded.stop(run_dir)
    elif arguments == ["status"]:
        states = embedded.status(run_dir)
        for name, is_up in states.items():
            sys.stdout.write(f"{name}: {'up' if is_up else 'down'}\n")
        return 0 if all(states.values()) else 1
    else:
        sys.stderr.write(_USAGE + "\n")
        return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ServiceFailed as failure:
        sys.exit(str(failure))
