"""Plug-ins: named implementations, found through entry points.

Engines, forecasters and connectors are classes that an installed distribution publishes
under one of our entry-point groups. Ours take the same road (``[project.entry-points]``
in ``pyproject.toml``), so that a guest can do whatever we can. Which guests a tenant may ask for
its plan says (``tenants.queries.usable``).
"""

from collections import Counter
from functools import cached_property
from importlib.metadata import EntryPoint, distribution, entry_points
from typing import Final, Generic, TypeVar, cast

P = TypeVar("P")

_OURS: Final = "loadstar"


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

    def guests(self) -> tuple[str, ...]:
        """Names that other packages than ours publish, in alphabetical order."""
        return tuple(name for name in self.names() if _is_guest(self._published[name]))

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


def guests() -> tuple[str, ...]:
    """Return the names of all plug-ins of other packages, of any kind that ours publishes."""
    kinds = {point.group for point in distribution(_OURS).entry_points}
    points = [point for kind in kinds for point in entry_points(group=kind)]
    return tuple(sorted({point.name for point in points if _is_guest(point)}))


def _is_guest(point: EntryPoint) -> bool:
    return point.dist is None or point.dist.name != _OURS
