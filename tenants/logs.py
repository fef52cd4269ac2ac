"""Whose schema a log line is about."""

import logging

from django.db import connection


class SchemaFilter(logging.Filter):
    """Adds ``schema_name`` to each record: the tenant of the thread that logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.schema_name = getattr(connection, "schema_name", None) or "-"
        return True
