"""The connection to the database, with the type it really has: one that knows tenants.

Import ``connection`` from here wherever its schema is read or set.
"""

from typing import TYPE_CHECKING, Any, cast

from django.db import connection as _connection

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    class TenantConnection(BaseDatabaseWrapper):
        """What ``django_tenants.postgresql_backend`` adds."""

        schema_name: str
        tenant: Any
        pg_version: int

        def set_tenant(self, tenant: Any, *, include_public: bool = True) -> None: ...
        def set_schema(self, schema_name: str, *, include_public: bool = True) -> None: ...
        def set_schema_to_public(self) -> None: ...


connection = cast("TenantConnection", _connection)


def release_connection() -> None:
    """Give the connection up if it is broken or old, as between two requests.

    Inside a transaction nothing happens: there Django would close it, and roll back with it.
    """
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
