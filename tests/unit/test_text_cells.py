"""Texts that a spreadsheet would take for formulas."""

import pytest

from assets.queries.as_csv import text_cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1", '=HYPERLINK("x")'],
)
def test_no_text_is_a_formula(text: str) -> None:
    assert text_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["power [kW]", "a=b", "Hall - power", "", "'quoted"])
def test_all_other_text_is_as_it_is(text: str) -> None:
    assert text_cell(text) == text
