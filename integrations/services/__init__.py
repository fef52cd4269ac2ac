"""Use cases of integrations."""

from integrations.services.bulk import BulkRecorded, record_body
from integrations.services.connections import (
    bind_channel,
    check_settings,
    keep_connection,
    parse_settings,
    read_now,
)
from integrations.services.importing import ImportedSeries, import_series

__all__ = [
    "BulkRecorded",
    "ImportedSeries",
    "bind_channel",
    "check_settings",
    "import_series",
    "keep_connection",
    "parse_settings",
    "read_now",
    "record_body",
]
