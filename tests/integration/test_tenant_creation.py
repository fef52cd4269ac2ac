"""A new tenant: the same schema as by migrations, all of it or nothing, and deleted without rest.

Rows are committed here, since ``pg_dump`` has a connection of its own; each test removes them.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError
from django_tenants.utils import schema_exists, tenant_context

from tenants import services
from tenants.accounts.models import Customer
from tenants.database import connection
from tenants.models import Brand, Domain, Tenant
from tenants.models.tenant import TEMPLATE_SCHEMA
from tenants.services import template
from tenants.services.dump import DumpFailed
from tests.new_tenants import REPLAYED, nothing_left_of
from tests.workers import in_own_connection

MIGRATED = "made_by_migrations"

# Each part of a schema as text, without the schema's name.
CATALOGUE = {
    "relations": """
        SELECT c.relname, c.relkind::text, c.relpersistence::text, c.reloptions::text
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s
    """,
    "columns": """
        SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
            a.attnotnull, a.attidentity::text, a.attgenerated::text, a.attcollation,
            pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE n.nspname = %s AND a.attnum > 0 AND NOT a.attisdropped
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype::text, condeferrable, condeferred,
            pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE n.nspname = %s
    """,
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %s",
    "sequences": """
        SELECT c.relname, owner.relname, a.attname, d.deptype::text, format_type(s.seqtypid, NULL),
            s.seqstart, s.seqincrement, s.seqcache, s.seqcycle
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_depend d ON d.objid = c.oid AND d.deptype IN ('a', 'i')
        LEFT JOIN pg_class owner ON owner.oid = d.refobjid
        LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE n.nspname = %s
    """,
    "positions": "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %s",
    "functions": """
        SELECT p.proname, pg_get_functiondef(p.oid)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = %s
    """,
    "triggers": """
        SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = %s AND NOT t.tgisinternal
    """,
}


@pytest.fixture
def no_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(schema_name: str) -> str:
        raise DumpFailed("the server has version 18, pg_dump: none")

    monkeypatch.setattr(template, "_dumps", {})
    monkeypatch.setattr(template, "dump_schema", fail)


def catalogue(schema_name: str) -> dict[str, list[str]]:
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = pg_catalog")  # so that all names are qualified
        for part, query in CATALOGUE.items():
            cursor.execute(query, [schema_name])
            rows = (str(row).replace(schema_name, "SCHEMA") for row in cursor.fetchall())
            found[part] = sorted(rows)
    connection.close()
    return found


def rows_of(table: str, columns: str, schema_name: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {columns} FROM "{schema_name}"."{table}" ORDER BY 1, 2')
        return list(cursor.fetchall())


def make_by_migrations(make: Callable[..., Tenant]) -> None:
    make(MIGRATED)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA "{MIGRATED}" CASCADE; CREATE SCHEMA "{MIGRATED}"')
    call_command("migrate_schemas", tenant=True, schema_name=MIGRATED, verbosity=0)


def test_a_replayed_schema_is_the_migrated_one_to_the_name(make: Callable[..., Tenant]) -> None:
    make(REPLAYED)
    make_by_migrations(make)
    replayed, migrated = catalogue(REPLAYED), catalogue(MIGRATED)
    assert len(migrated["constraints"]) > 20, "the comparison saw too little to mean anything"
    for part in CATALOGUE:
        assert replayed[part] == migrated[part], part
    for table, columns in (
        ("django_migrations", "app, name"),
        ("auth_permission", "content_type_id, codename, name"),
    ):
        assert rows_of(table, columns, REPLAYED) == rows_of(table, columns, MIGRATED), table


def test_migrations_go_back_and_forth_on_a_replayed_schema(make: Callable[..., Tenant]) -> None:
    make(REPLAYED)
    before = catalogue(REPLAYED)
    options = {"tenant": True, "schema_name": REPLAYED, "verbosity": 0}
    call_command("migrate_schemas", "assets", "0001", **options)
    call_command("migrate_schemas", "sessions", "zero", **options)
    assert catalogue(REPLAYED)["relations"] != before["relations"]
    call_command("migrate_schemas", **options)
    after = catalogue(REPLAYED)
    for part in set(CATALOGUE) - {"columns", "positions"}:
        assert after[part] == before[part], part


def test_without_a_fitting_pg_dump_migrations_make_the_same(
    make: Callable[..., Tenant], no_dump: None
) -> None:
    make(REPLAYED)
    slow = catalogue(REPLAYED)
    make_by_migrations(make)
    migrated = catalogue(MIGRATED)
    for part in CATALOGUE:
        assert slow[part] == migrated[part], part


def test_a_new_tenant_works_at_once(make: Callable[..., Tenant]) -> None:
    tenant = make(REPLAYED, domain="north.localhost")
    assert Domain.objects.get(domain="north.localhost").tenant == tenant
    assert Brand.objects.get(tenant=tenant).display_name == "North Grid"
    with tenant_context(tenant):
        assert Customer.objects.create(name="Depot Ltd").pk == 1


def test_the_session_is_left_as_it_was(make: Callable[..., Tenant]) -> None:
    """A dump begins with settings, which would outlive the transaction."""

    def settings() -> list[tuple[str, str]]:
        with connection.cursor() as cursor:
            # The language of triggers brings settings of its own when a session first meets it.
            cursor.execute(
                "SELECT name, setting FROM pg_settings"
                " WHERE name NOT LIKE 'plpgsql.%' ORDER BY name"
            )
            return list(cursor.fetchall())

    make("warm_up")
    connection.close()
    before = settings()
    make(REPLAYED)
    assert settings() == before


@pytest.mark.parametrize("way", ["replay", "migrations"])
def test_a_failure_in_the_middle_leaves_nothing(
    make: Callable[..., Tenant],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    way: str,
) -> None:
    make("warm_up")
    if way == "replay":
        sql = template.template_sql(REPLAYED)
        assert sql is not None
        monkeypatch.setattr(
            services.creation, "template_sql", lambda schema_name: f"{sql}; SELECT 1/0;"
        )
    else:
        request.getfixturevalue("no_dump")
        monkeypatch.setattr(
            services.creation,
            "call_command",
            lambda *_, **__: connection.cursor().execute("SELECT 1/0"),
        )
    with pytest.raises(DatabaseError):
        make(REPLAYED)
    assert nothing_left_of(REPLAYED)


def test_tenants_may_be_made_at_the_same_moment(make: Callable[..., Tenant]) -> None:
    names = [f"at_once_{number}" for number in range(4)]
    made = made_together(make, names)
    assert [str(tenant.schema_name) for tenant in made] == names
    assert all(schema_exists(name) for name in names)


def test_of_two_tenants_of_one_name_at_the_same_moment_one_is_made(
    make: Callable[..., Tenant],
) -> None:
    made = made_together(make, [REPLAYED, REPLAYED])
    errors = [error for error in made if isinstance(error, ValidationError)]
    assert len(errors) == 1
    assert set(errors[0].message_dict) & {"schema_name", "domain"}
    assert schema_exists(REPLAYED)


def made_together(make: Callable[..., Tenant], names: list[str]) -> list[Any]:
    together = threading.Barrier(len(names))

    def create(name: str) -> Any:
        together.wait(timeout=10)
        try:
            return make(name)
        except ValidationError as error:
            return error

    with ThreadPoolExecutor(len(names)) as pool:
        started = [
            pool.submit(in_own_connection(lambda name=name: create(name)))  # type: ignore[misc]
            for name in names
        ]
        return [each.result(timeout=60) for each in started]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("schema_name", "public"),
        ("schema_name", "pg_toast"),
        ("schema_name", "information_schema"),
        ("schema_name", "no_tenant"),
        ("schema_name", TEMPLATE_SCHEMA),
        ("schema_name", "North"),
        ("schema_name", "1st"),
        ("schema_name", 'a"; DROP SCHEMA public; --'),
        ("schema_name", "x" * 49),
        ("schema_name", "first_tenant"),
        ("domain", "https://north.localhost"),
        ("domain", "North.localhost"),
        ("domain", "first-tenant.localhost"),
        ("name", ""),
        ("currency", "euro"),
        ("time_zone", "Europe/Nowhere"),
        ("brand", services.NewBrand(primary_colour="red")),
        ("brand", services.NewBrand(mail_sender="nobody")),
    ],
)
def test_bad_input_names_its_field_and_leaves_nothing(
    make: Callable[..., Tenant], field: str, value: Any
) -> None:
    count = Tenant.objects.count()
    with pytest.raises(ValidationError) as caught:
        make(**{field: value})
    of_brand = {"primary_colour", "mail_sender"}
    assert set(caught.value.message_dict) & ({field} if field != "brand" else of_brand)
    assert Tenant.objects.count() == count


def test_the_template_is_made_with_all_migrations_and_is_never_served(
    make: Callable[..., Tenant],
) -> None:
    make(REPLAYED)
    Tenant.objects.get(is_template=True).delete(force_drop=True)
    call_command("migrate_schemas", verbosity=0)
    made = Tenant.objects.get(is_template=True)
    assert schema_exists(TEMPLATE_SCHEMA)
    assert not made.domains.exists()
    assert made not in Tenant.objects.customers()
    make("after_template")
    assert catalogue("after_template") == catalogue(REPLAYED)
