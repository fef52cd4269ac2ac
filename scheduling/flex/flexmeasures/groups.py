"""Whose power a group is about."""

from typing import Any

from scheduling.flex.flexmeasures.context import commodity_of
from scheduling.flex.flexmeasures.reading import objects
from scheduling.flex.parsing import DocumentError


def group_of(given: dict[str, Any]) -> str | None:
    """Return the name of the group that a device or a group belongs to."""
    model = given.get("flex_model")
    group = given.get("group", model.get("group") if isinstance(model, dict) else None)
    if isinstance(group, dict):
        group = next(iter(group.values()), None)
    return None if group is None else str(group)


def commodities_of_groups(given: dict[str, Any]) -> dict[str, str]:
    """Return the commodity of each group that has a device, in it or in a group within it.

    Raises:
        DocumentError: a group has devices of two commodities.
    """
    above = {
        str(group.get("name")): group_of(group)
        for _, group in objects(given.get("groups"), "$.groups")
    }
    found: dict[str, str] = {}
    for path, device in objects(given["devices"], "$.devices"):
        model = device.get("flex_model")
        commodity = commodity_of(model if isinstance(model, dict) else {}, f"{path}.flex_model")
        group, passed = group_of(device), 0
        # A group above itself is found later; here it is but left.
        while group is not None and passed <= len(above):
            if found.setdefault(group, commodity) != commodity:
                words = f"has devices of {found[group]} and of {commodity}: give it those of one"
                raise DocumentError([(f"{path}.flex_model.group", f"group {group!r} {words}")])
            group, passed = above.get(group), passed + 1
    return found
