"""Use cases of integrations."""

from integrations.ingest.wording import page_words, state_words
from integrations.services.bulk import BulkRecorded, record_body
from integrations.services.connections import (
    bind_channel,
    check_settings,
    keep_connection,
    parse_settings,
    read_now,
)
from integrations.services.file_page import Asked, FilePage, act_on_file, show_file
from integrations.services.files import (
    MAX_FILE_BYTES,
    Tried,
    ask_import,
    bring_file,
    discard_file,
    forget_files,
    mapping_from,
    preview_of,
    sensors_of,
    try_mapping,
)
from integrations.services.importing import ImportedColumn, import_columns
from integrations.services.mappings import keep_mapping, mappings_for, matching, remove_mapping

__all__ = [
    "MAX_FILE_BYTES",
    "Asked",
    "BulkRecorded",
    "FilePage",
    "ImportedColumn",
    "Tried",
    "act_on_file",
    "ask_import",
    "bind_channel",
    "bring_file",
    "check_settings",
    "discard_file",
    "forget_files",
    "import_columns",
    "keep_connection",
    "keep_mapping",
    "mapping_from",
    "mappings_for",
    "matching",
    "page_words",
    "parse_settings",
    "preview_of",
    "read_now",
    "record_body",
    "remove_mapping",
    "sensors_of",
    "show_file",
    "state_words",
    "try_mapping",
]
