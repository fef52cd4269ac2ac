"""Whose power a group is about."""

from typing import Any

from scheduling.flex.flexmeasures.commodities import commodity_of
from scheduling.flex.flexmeasures.objects import objects
from scheduling.flex.parsing import DocumentError


def group_of(given: dict[str, Any]) -> str | None:
    """Return the name of the group that a device or a group belongs to."""
    model = given.get("flex_model")
    group = given.get("group", model.get("group") if isinstance(model, dict) else None)
    if isinstance(group, dict):
        group = next(iter(group.values()), None)
    return None if group is None else str(group)


def check_groups(given: dict[str, Any]) -> None:
    """Check that groups that are referred to are there, and that none is within itself.

    Raises:
        DocumentError: one is not, or is.
    """
    groups = objects(given.get("groups"), "$.groups")
    above = {str(group.get("name")): group_of(group) for _, group in groups}
    for path, part in [*objects(given["devices"], "$.devices"), *groups]:
        group, passed = group_of(part), 0
        if group is not None and group not in above:
            at = f"{path}.group" if part.get("group") is not None else f"{path}.flex_model.group"
            known = ", ".join(above) or "none"
            raise DocumentError([(at, f"there is no group {group!r} (known: {known})")])
        while group is not None and passed <= len(above):
            group, passed = above.get(group), passed + 1
        if group is not None:
            raise DocumentError([(f"{path}.group", "a group is within itself")])


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
        group = group_of(device)
        while group is not None:
            if found.setdefault(group, commodity) != commodity:
                words = f"has devices of {found[group]} and of {commodity}: give it those of one"
                raise DocumentError([(f"{path}.flex_model.group", f"group {group!r} {words}")])
            group = above.get(group)
    return found
