"""Questions of the walk, and what has to be alike or absent in the answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from strawberry.relay import from_base64, to_base64

from assets.models import Asset
from tenants.accounts.models import ApiToken
from tenants.models import Domain
from tests.access_world import NOTHING, SHOWN_BY, Asker, Row, World
from tests.streams import in_time, server_sent

#: Questions of one document: as many as the interface lets pass.
_AT_ONCE: Final = 16


@dataclass(frozen=True)
class Answer:
    """What is said, all of its text, and how many statements it took: the time would tell."""

    status: int
    body: dict[str, Any]
    text: str
    n_statements: int

    def told(self) -> tuple[int, dict[str, Any], int]:
        return self.status, self.body, self.n_statements


def answer(asker: Asker, document: str, **variables: Any) -> Answer:
    with CaptureQueriesContext(connection) as statements:
        response = asker.client.post(document, **variables)
    body = response.json()
    body.pop("extensions", None)
    for error in body.get("errors", []):
        error.pop("locations", None)
        assert error.get("extensions", {}).get("code") != "INTERNAL", (document, error)
    return Answer(response.status_code, body, response.content.decode(), len(statements))


def answers(
    asker: Asker, operation: str, call: str, kind: str, selection: str, values: list[Any]
) -> Iterator[tuple[Answer, list[Any]]]:
    """Ask once for many ``values`` of one variable; yield the answers with what each was of."""
    for at in range(0, len(values), _AT_ONCE):
        some = values[at : at + _AT_ONCE]
        variables = ", ".join(f"$v{number}: {kind}" for number in range(len(some)))
        calls = [
            f"a{number}: {call.replace('$v', f'$v{number}')}{selection}"
            for number in range(len(some))
        ]
        document = f"{operation} ({variables}) {{ {' '.join(calls)} }}"
        named = {f"v{number}": value for number, value in enumerate(some)}
        yield answer(asker, document, **named), some


def check_alike(
    world: World,
    asker: Asker,
    operation: str,
    call: str,
    kind: str,
    selection: str,
    pairs: list[tuple[Any, Any]],
) -> list[dict[str, Any]]:
    """Check that what is foreign answers as nothing does; return the answers in order."""
    said = []
    foreign = answers(asker, operation, call, kind, selection, [pair[0] for pair in pairs])
    nothing = answers(asker, operation, call, kind, selection, [pair[1] for pair in pairs])
    for (of_foreign, some), (of_nothing, _) in zip(foreign, nothing, strict=True):
        assert of_foreign.told() == of_nothing.told(), some
        check_nothing_foreign(world, asker, of_foreign.text)
        assert of_foreign.body.get("data") or operation == "query", of_foreign.text
        said += list((of_foreign.body["data"] or {}).values())
    return said


def check_nothing_foreign(world: World, asker: Asker, text: str) -> None:
    leaked = [mark for row in world.foreign_to(asker) for mark in row.marks if is_in(mark, text)]
    assert leaked == [], (leaked, text)


def is_in(mark: str, text: str) -> bool:
    """Say whether ``mark`` is in ``text`` whole: one identifier may begin another."""
    at = text.find(mark)
    while at >= 0:
        if not re.match(r"[\w+/=]", text[at + len(mark) :]):
            return True
        at = text.find(mark, at + 1)
    return False


def pair_of(row: Row) -> tuple[str, str]:
    """Return the identifier of ``row``, and one of the same type that names nothing."""
    return row.id, to_base64(from_base64(row.id)[0], NOTHING[row.model])


def foreign_ones(world: World, asker: Asker) -> list[Row]:
    """One row of each model that is not the asker's: the nearest, and one of another tenant."""
    found: dict[tuple[type[Model], bool], Row] = {}
    for row in world.foreign_to(asker):
        found.setdefault((row.model, row.place == "charlie"), row)
    return list(found.values())


def type_of(model: type[Model]) -> str:
    return model.__name__


def heard(asker: Asker, document: str, id: str) -> dict[str, Any]:
    """Return the first event of a stream, but for what it costs."""
    tenant = Domain.objects.get(domain=asker.client.host).tenant

    async def listen() -> dict[str, Any]:
        events = server_sent(tenant, asker.client.key, document, id=id)
        try:
            return await anext(event async for _, event in events if event is not None)
        finally:
            await events.aclose()

    event = in_time(listen())
    return {"data": event.get("data"), "errors": event.get("errors")}


#: What an identifier is of, where its name does not say so; without an entry, of anything.
_OF: Final = {"parent": Asset, "beneath": Asset, "subtree": Asset, "predecessor": ApiToken}


def may_name(path: tuple[str, ...], model: type[Model]) -> bool:
    """Say whether an identifier at ``path`` may be of ``model``."""
    last = path[-1]
    if last in _OF:
        return _OF[last] is model
    words = last.lower().removesuffix("s")
    named = {
        each
        for each in SHOWN_BY
        if each.__name__.lower().endswith(words) or words.endswith(each.__name__.lower())
    }
    return model in (named or SHOWN_BY)
