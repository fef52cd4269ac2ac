"""Tables of integrations."""

from integrations.models.connection import Binding, Connection, revealed
from integrations.models.file_import import FileContent, FileImport, ImportState
from integrations.models.mapping import ImportMapping

__all__ = [
    "Binding",
    "Connection",
    "FileContent",
    "FileImport",
    "ImportMapping",
    "ImportState",
    "revealed",
]
