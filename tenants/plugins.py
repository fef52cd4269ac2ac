"""Plug-ins: named implementations, found through entry points.

Engines, forecasters and connectors are classes that an installed distribution publishes
under one of our entry-point groups. Ours take the same road (``[project.entry-points]``
in ``pyproject.toml``), so that a guest can do whatever we can.
"""

from collections import Counter
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar, cast

P = TypeVar("P")


class UnknownPlugin(LookupError):
    """No installed distribution publishes a plug-in of this name."""


class PluginConflict(RuntimeError):
    """Two distributions publish one name; neither may win silently."""


class PluginGroup(Generic[P]):
    """The plug-ins of one kind, by name.

    Args:
        group: entry-point group, for example ``"scheduling.engines"``.
        protocol: what each plug-in implements; kept by the contract tests of its kind.
    """

    def __init__(self, group: str, protocol: type[P]) -> None:
        self.group = group
        self.protocol = protocol

    @cached_property
    def _published(self) -> dict[str, EntryPoint]:
        found = entry_points(group=self.group)
        twice = [
            name for name, count in Counter(point.name for point in found).items() if count > 1
        ]
        if twice:
            raise PluginConflict(f"{self.group}: published twice: {', '.join(sorted(twice))}")
        return {point.name: point for point in found}

    def names(self) -> tuple[str, ...]:
        """Names that may be asked for, in alphabetical order."""
        return tuple(sorted(self._published))

    def get(self, name: str) -> type[P]:
        """Return the class published as ``name``, imported at the first call.

        A plug-in with a missing dependency so stops whoever asks for it, not the start.

        Raises:
            UnknownPlugin: ``name`` is not published; the message lists what is.
        """
        point = self._published.get(name)
        if point is None:
            known = ", ".join(self.names()) or "none"
            raise UnknownPlugin(f"{self.group} has no {name!r} (known: {known})")
        return cast("type[P]", point.load())
