"""What workers do for integrations: read peers, and files that people bring."""

from integrations.pipeline.connections import give_up, read
from integrations.pipeline.files import give_up_file, import_file

__all__ = ["give_up", "give_up_file", "import_file", "read"]
