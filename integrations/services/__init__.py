"""Use cases of integrations."""

from integrations.services.connections import (
    bind_channel,
    check_settings,
    keep_connection,
    parse_settings,
    read_now,
)
from integrations.services.importing import ImportedSeries, import_series

__all__ = [
    "ImportedSeries",
    "bind_channel",
    "check_settings",
    "import_series",
    "keep_connection",
    "parse_settings",
    "read_now",
]
