"""Admin of integrations: connections, files that people bring, and kept mappings."""

from integrations.admin.connections import ConnectionAdmin
from integrations.admin.files import FileImportAdmin, ImportMappingAdmin

__all__ = ["ConnectionAdmin", "FileImportAdmin", "ImportMappingAdmin"]
