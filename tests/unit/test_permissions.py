"""Rights belong to subtrees."""

import pytest
from django.core.exceptions import PermissionDenied

from tenants.permissions import (
    ANONYMOUS,
    PLATFORM,
    ROLE_PERMISSIONS,
    Actor,
    Grant,
    Permission,
    Role,
    actor_in_role,
    authorise,
)


def test_a_manager_of_one_customer_and_viewer_of_another_is_not_a_manager_of_both() -> None:
    actor = Actor(
        "user:1",
        (
            Grant("1.", ROLE_PERMISSIONS[Role.MANAGER]),
            Grant("2.", ROLE_PERMISSIONS[Role.VIEWER]),
        ),
    )

    assert actor.may_on(Permission.ASSET_MANAGE, "1.5.")
    assert not actor.may_on(Permission.ASSET_MANAGE, "2.6.")
    assert actor.may_on(Permission.ASSET_READ, "2.6.")


def test_a_path_that_begins_with_the_same_digits_is_not_in_the_subtree() -> None:
    actor = actor_in_role("user:1", Role.MANAGER, "1.")

    assert not actor.may_on(Permission.ASSET_READ, "12.")


def test_nobody_may_nothing() -> None:
    assert not any(ANONYMOUS.may(permission) for permission in Permission)
    assert not ANONYMOUS.may_on(Permission.ASSET_READ, "1.")
    with pytest.raises(PermissionDenied):
        authorise(ANONYMOUS, Permission.ASSET_READ)


def test_the_platform_may_everything_everywhere() -> None:
    assert all(PLATFORM.may_everywhere(permission) for permission in Permission)
    assert PLATFORM.may_on(Permission.ASSET_MANAGE, "1.2.")


def test_a_role_on_a_subtree_is_not_one_on_the_tenant() -> None:
    actor = actor_in_role("user:1", Role.MANAGER, "1.")

    assert not actor.may_everywhere(Permission.ASSET_MANAGE)
