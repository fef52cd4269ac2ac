"""Progress of what takes long, in a line now and then."""

import time
from collections.abc import Callable
from typing import Final

_SECONDS: Final = 2.0


class Told:
    """Tells how far it is, at most every two seconds."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write, self._next = write, time.monotonic() + _SECONDS

    def __call__(self, done: int, of: int, beliefs: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS
            self._write(f"{done} of {of} sensors: {beliefs} beliefs")
