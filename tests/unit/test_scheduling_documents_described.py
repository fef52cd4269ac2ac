"""The reference of the documents names every field of every kind."""

from pathlib import Path
from typing import get_args

import pytest

from scheduling.flex.context import SiteContext
from scheduling.flex.devices import Device

KINDS = [get_args(each)[0] for each in get_args(get_args(Device)[0])]
REFERENCE = (Path(__file__).parents[2] / "docs" / "flexibility.md").read_text()


@pytest.mark.parametrize("document", [*KINDS, SiteContext], ids=lambda each: each.__name__)
def test_every_field_is_in_the_reference(document: type[SiteContext]) -> None:
    kind = document.model_fields.get("kind")
    title = f"**`{kind.default}`**" if kind else "**context**"
    section = REFERENCE.partition(title)[2].partition("\n**")[0]

    missing = {field for field in document.model_fields if f"| `{field}` |" not in section}
    assert missing <= {"kind", "name"}
