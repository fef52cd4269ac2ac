"""All beliefs of a tenant as Parquet files, and back. ``docs/series.md`` tells of their columns.

Not imported by ``assets.services``: pyarrow is for the two commands that need it.
"""

from assets.services.parquet.exporting import export_series
from assets.services.parquet.files import Exported, WrongExport
from assets.services.parquet.restoring import restore_series

__all__ = ["Exported", "WrongExport", "export_series", "restore_series"]
