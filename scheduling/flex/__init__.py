"""Flex documents: what may move at a site, as asked for and as kept with a run.

Units are in the field names, since these documents leave the system as JSON
(``docs/flexibility.md`` is their reference).
"""

from scheduling.flex.parsing import DocumentError, document_from_json, document_from_object
from scheduling.flex.references import Reference, references, resolve
from scheduling.flex.site import SiteDocument

__all__ = [
    "DocumentError",
    "Reference",
    "SiteDocument",
    "document_from_json",
    "document_from_object",
    "references",
    "resolve",
]
