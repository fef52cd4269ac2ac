"""Binary COPY, read by numpy: arrays as they are, without an object for each number."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

# A header, then per row the number of fields, and length and bytes of each.
_HEADER_BYTES: Final = 19
# An array's own header: dimensions, nulls, element type, length, lower bound. Then the elements.
_ARRAY_HEADER_BYTES: Final = 20


def copied(query: str, wanted: dict[str, Any]) -> Iterator[list[bytes]]:
    """Yield the fields of each row of ``query``, a ``COPY ... TO STDOUT (FORMAT BINARY)``.

    A row costs Python as much as ten thousand numbers in an array: few rows of long arrays.
    """
    with connection.cursor() as cursor, cursor.cursor.copy(query, wanted) as copy:
        # With values: only psycopg's own.
        stream = b"".join(bytes(block) for block in copy)
    at = _HEADER_BYTES
    while (n_fields := int.from_bytes(stream[at : at + 2], signed=True)) != -1:
        at += 2
        fields = []
        for _ in range(n_fields):
            length = max(int.from_bytes(stream[at : at + 4], signed=True), 0)  # null is -1
            fields.append(stream[at + 4 : at + 4 + length])
            at += 4 + length
        yield fields


def elements(array: bytes, kind: str) -> NDArray[Any]:
    """Return the elements of an array without nulls, of one dimension and numpy's ``kind``."""
    with_lengths = np.dtype([("length", ">i4"), ("value", kind)])
    if not array:
        return np.empty(0, kind)
    return np.frombuffer(array, with_lengths, offset=_ARRAY_HEADER_BYTES)["value"]
