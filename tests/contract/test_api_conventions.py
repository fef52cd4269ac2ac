"""Our schema keeps every convention of ``docs/api.md``; a wrong one is seen to break it."""

from collections.abc import Iterable

import pytest
from graphql import GraphQLSchema, build_schema

from config.schema import as_sdl, schema
from tests.contract import api_rules as rules

OURS: GraphQLSchema = build_schema(as_sdl())
FLOORS = ("tenants", "assets", "scheduling", "forecasting", "integrations")
NODE = "interface Node { id: ID! } "


def wrong(sdl: str) -> GraphQLSchema:
    return build_schema(NODE + sdl)


def places(broken: Iterable[str]) -> list[str]:
    return [each.split(" ")[0].rstrip(":") for each in broken]


def floors() -> dict[str, int]:
    """Each of our types' floor, by the app that declares it; a relay type has none."""
    found = {}
    for name, kind in schema._schema.type_map.items():
        origin = getattr(kind.extensions.get("strawberry-definition"), "origin", None)
        app = origin.__module__.split(".")[0] if origin else ""
        if app in FLOORS:
            # Scheduling and forecasting stand side by side: neither leads to the other.
            found[name] = FLOORS.index(app) + 1
    return found


def test_lists_of_rows_are_connections() -> None:
    bare = wrong("type Car implements Node { id: ID! } type Query { cars: [Car!]! }")

    assert places(rules.lists_of_rows_are_connections(bare)) == ["Query.cars"]
    assert list(rules.lists_of_rows_are_connections(OURS)) == []


@pytest.mark.parametrize("arguments", ["(first: Int, after: String)", "(after: String)"])
def test_connections_ask_for_first(arguments: str) -> None:
    loose = wrong(
        "type CarConnection { edges: [Int] pageInfo: Int totalCount: Int } "
        f"type Query {{ cars{arguments}: CarConnection! }}"
    )

    assert places(rules.connections_ask_for_first(loose)) == ["Query.cars"]
    assert list(rules.connections_ask_for_first(OURS)) == []


def test_root_lists_are_filtered_ordered_and_synced() -> None:
    unsynced = wrong(
        "input CarFilter { name: String } type CarConnection { totalCount: Int } "
        "type Query { cars(first: Int!, filters: CarFilter): CarConnection! }"
    )

    broken = list(rules.roots_are_filtered_ordered_and_synced(unsynced))

    assert len(broken) == 2
    assert "`filters` has no `updatedAt`" in broken[0]
    assert list(rules.roots_are_filtered_ordered_and_synced(OURS)) == []


def test_rows_are_nodes_that_say_when_they_changed() -> None:
    loose = wrong(
        "type Car { id: ID! updatedAt: DateTime! } type Bus implements Node { id: ID! } "
        "scalar DateTime type Query { car: Car bus: Bus }"
    )

    broken = places(rules.rows_are_nodes_that_say_when_they_changed(loose))

    assert broken == ["Bus", "Car"]
    assert list(rules.rows_are_nodes_that_say_when_they_changed(OURS)) == []


@pytest.mark.parametrize(
    ("mutation", "words"),
    [
        ("carAdd(input: CarAddInput!): CarAddPayload!", "verb"),
        ("addCar(name: String, input: AddCarInput!): AddCarPayload!", "alone"),
        ("addBus(input: AddBusInput!): AddCarPayload!", "idempotencyKey"),
        ("addBus(input: AddBusInput!): AddCarPayload!", "`AddBusPayload!`"),
        ("addVan(input: AddVanInput!): AddVanPayload!", "{object, errors, replayed}"),
    ],
)
def test_mutations_have_one_shape(mutation: str, words: str) -> None:
    odd = wrong(
        "type Query { a: Int } input CarAddInput { idempotencyKey: String } "
        "input AddCarInput { idempotencyKey: String } input AddBusInput { a: Int } "
        "input AddVanInput { idempotencyKey: String } type AddVanPayload { van: Int } "
        "type UserError { a: Int } type AddCarPayload { object: Int errors: [UserError!]! "
        "replayed: Boolean! } type CarAddPayload { object: Int errors: [UserError!]! "
        f"replayed: Boolean! }} type Mutation {{ {mutation} }}"
    )

    assert any(words in each for each in rules.mutations_have_one_shape(odd))
    assert list(rules.mutations_have_one_shape(OURS)) == []


def test_filters_combine() -> None:
    lone = wrong(
        "input CarFilter { AND: CarFilter OR: Int DISTINCT: Boolean } type Query { a: Int }"
    )

    broken = list(rules.filters_combine(lone))

    assert [each.split(" ", 1)[1][:8] for each in broken] == ["has no O", "has no N", "has DIST"]
    assert list(rules.filters_combine(OURS)) == []


def test_orders_have_one_direction_a_key() -> None:
    loose = wrong("input CarOrder { name: String } type Query { a: Int }")

    assert places(rules.orders_have_one_direction_a_key(loose)) == ["CarOrder", "CarOrder.name"]
    assert list(rules.orders_have_one_direction_a_key(OURS)) == []


@pytest.mark.parametrize(
    "field",
    [
        "speed: Float",
        '"How fast [mph]." speed: Float',
        '"How strong [kW, >= 0]." strength: Float',
        '"How strong [kW]." strengthKw: Float',
    ],
)
def test_numbers_say_their_unit_and_sign(field: str) -> None:
    for broken in (f"type Query {{ {field} }}", f"input A {{ {field} }} type Query {{ a: ID }}"):
        [place] = places(rules.numbers_say_their_unit(wrong(broken)))
        assert place.split(".")[1] in ("speed", "strength", "strengthKw")
    argument = wrong(f"type Query {{ a({field}): ID }}")
    assert len(list(rules.numbers_say_their_unit(argument))) == 1
    assert list(rules.numbers_say_their_unit(OURS)) == []


def test_money_is_money() -> None:
    floats = wrong(
        'scalar Decimal type Query { cost: Float "Paid [currency]." paid: Float fine: Decimal }'
    )

    assert places(rules.money_is_money(floats)) == ["Query.cost", "Query.paid", "Query.fine"]
    assert list(rules.money_is_money(OURS)) == []


def test_times_are_moments() -> None:
    texts = wrong("type Query { start: String changedAt: Int cars(asOf: String): ID timeZone: ID }")

    broken = places(rules.times_are_moments(texts))

    assert broken == ["Query.start", "Query.changedAt", "Query.cars(asOf)"]
    assert list(rules.times_are_moments(OURS)) == []


def test_everything_is_described() -> None:
    silent = wrong(
        '"Cars." enum Car { "Red." RED BLUE } "Asks." type Query { a: Car } '
        '"Cares." input Care { "Much." b(c: Int): Int }'.replace("(c: Int)", "")
    )

    broken = places(rules.all_is_described(silent))

    assert broken == ["Car.BLUE", "Node", "Node.id", "Query.a"]
    assert list(rules.all_is_described(OURS)) == []


def test_names_are_plain() -> None:
    odd = wrong(
        "enum car { RED blue } scalar Blob type Query { max_speed: Int tmpSpeed: Int car: car }"
    )

    broken = places(rules.names_are_plain(odd))

    assert broken == ["Blob", "car", "car.blue", "Query.max_speed", "Query.tmpSpeed"]
    assert list(rules.names_are_plain(OURS)) == []


@pytest.mark.parametrize("reason", ["old", "Until next year: use b", "Until 2027-02-30: use b"])
def test_deprecations_say_until_when(reason: str) -> None:
    undated = wrong(f'type Query {{ a: Int @deprecated(reason: "{reason}") b: Int }}')
    dated = wrong('type Query { a: Int @deprecated(reason: "Until 2027-06-01: use b.") b: Int }')

    assert places(rules.deprecations_say_until_when(undated)) == ["Query.a(a)"]
    assert list(rules.deprecations_say_until_when(dated)) == []
    assert list(rules.deprecations_say_until_when(OURS)) == []


def test_fields_lead_down() -> None:
    up = wrong("type Car { runs: [Run!]! } type Run { car: Car } type Query { car: Car }")

    assert places(rules.fields_lead_down(up, {"Car": 2, "Run": 3})) == ["Car.runs"]
    assert floors()["ScheduleRun"] > floors()["Asset"] > floors()["Viewer"]
    assert list(rules.fields_lead_down(OURS, floors())) == []
