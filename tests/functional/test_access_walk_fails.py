"""The walk can fail: with any guard taken away, it finds what is then shown."""

from typing import Any

import pytest
from django.db.models import Model
from graphql import get_named_type

from tenants.models import Tenant
from tests.access_documents import everything_of, required, roots
from tests.access_questions import answer, check_nothing_foreign, type_of
from tests.access_world import SHOWN_BY, World, a_world
from tests.conftest import NOW


@pytest.fixture
def world(tenant: Tenant, other_tenant: Tenant) -> World:
    return a_world(tenant, other_tenant, NOW)


@pytest.mark.parametrize("model", SHOWN_BY)
def test_it_finds_what_no_guard_hides(
    world: World, monkeypatch: pytest.MonkeyPatch, model: type[Model]
) -> None:
    asker = world.askers["manager of north"]
    page = f"{type_of(model)}CursorConnection"
    fields = roots("Query").items()
    [(name, field)] = [each for each in fields if get_named_type(each[1].type).name == page]
    queryset: Any = type(model._default_manager.all())
    monkeypatch.setattr(queryset, "visible_to", lambda rows, actor: rows)
    document = f"{{ {everything_of(field, name, required(field, name))} }}"

    with pytest.raises(AssertionError):
        check_nothing_foreign(world, asker, answer(asker, document).text)
