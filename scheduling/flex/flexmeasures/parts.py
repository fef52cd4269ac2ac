"""The document under construction."""

from dataclasses import dataclass, field
from typing import Any, Final

ELECTRICITY: Final = "electricity"
#: Where a capacity is silent for some steps there is no limit: more than any device draws.
UNLIMITED_KW: Final = 1e9


@dataclass(slots=True)
class Parts:
    """Parts of a site document under construction.

    ``paths``: where each part was given, by its list and number. ``inner``: the node where
    devices of a commodity are placed. ``root``: prices and connection of the site.
    """

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    paths: dict[tuple[str, int], str] = field(default_factory=dict)
    couplings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    inner: dict[str, str | None] = field(default_factory=dict)
    root: dict[str, Any] = field(default_factory=dict)

    def add(self, kind: str, path: str, part: dict[str, Any]) -> None:
        """Add ``part``, given at ``path``, to the list ``kind`` of the document."""
        parts = self.lists.setdefault(kind, [])
        self.paths[kind, len(parts)] = path
        parts.append(part)

    def names(self, kind: str) -> set[str]:
        """Return the names of all parts of the list ``kind``."""
        return {part["name"] for part in self.lists.get(kind, [])}
