"""One look for all who are alike: begun after the bell, and nobody else's."""

import asyncio
from collections.abc import Hashable

import pytest

from tenants.live.following import _LOOKS_AT_ONCE, Change, News, Watch, _looks, follow
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Access, Actor, Role, actor_in_role
from tests.streams import in_time

OLGA = actor_in_role("user:7", Role.VIEWER)


class Followed:
    """Something that changes, and who looked at it."""

    def __init__(self) -> None:
        self.looked: list[Actor] = []

    def read(self, actor: Actor, after: int | None) -> News[str]:
        self.looked.append(actor)
        return News([Change(1, "first")], is_last=True)

    def watch(self, tenant: Tenant, actor: Actor, alike: Hashable, told: list[Actor]) -> Watch[str]:
        return Watch(
            tenant.schema_name,
            "t",
            lambda: Access(actor, "somebody"),
            self.read,
            alike,
            told.append,
        )


async def heard(watch: Watch[str]) -> list[str]:
    return [change.what async for change in follow(watch)]


async def all_of(*watches: Watch[str], leaving: int = 0) -> list[list[str]]:
    """Follow all ``watches``, none of which looks before all have come; the first may leave."""
    looks = _looks()
    for _ in range(_LOOKS_AT_ONCE):
        await looks._turns.acquire()
    following = [asyncio.create_task(heard(watch)) for watch in watches]
    while looks._awaited_by.total() < len(watches):
        await asyncio.sleep(0.001)
    for each in following[:leaving]:
        each.cancel()
    for _ in range(_LOOKS_AT_ONCE):
        looks._turns.release()
    return await asyncio.gather(*following[leaving:])


@pytest.mark.django_db
def test_who_is_alike_shares_a_look_and_is_admitted_alone(tenant: Tenant) -> None:
    followed = Followed()
    told: list[Actor] = []
    alike = [followed.watch(tenant, OLGA, "key a", told) for _ in range(5)]

    heard = in_time(all_of(*alike))

    assert heard == [["first"]] * 5
    assert followed.looked == [OLGA]
    assert told == [OLGA] * 5


@pytest.mark.django_db
def test_another_key_and_another_tenant_look_for_themselves(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    followed = Followed()
    told: list[Actor] = []
    watches = [
        followed.watch(tenant, OLGA, "key a", told),
        followed.watch(tenant, PLATFORM, "key b", told),
        followed.watch(other_tenant, OLGA, "key a", told),
        Watch(tenant.schema_name, "t", lambda: Access(OLGA, "Olga"), followed.read),
        Watch(tenant.schema_name, "t", lambda: Access(OLGA, "Olga"), followed.read),
    ]

    in_time(all_of(*watches))

    assert len(followed.looked) == 5


@pytest.mark.django_db
def test_who_leaves_takes_the_look_from_nobody(tenant: Tenant) -> None:
    followed = Followed()
    told: list[Actor] = []
    alike = [followed.watch(tenant, OLGA, "key a", told) for _ in range(3)]

    assert in_time(all_of(*alike, leaving=1)) == [["first"]] * 2
    assert followed.looked == [OLGA]
