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
