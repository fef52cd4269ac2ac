"""Any two colours of a tenant give pages that can be read."""

from hypothesis import given
from hypothesis import strategies as st

from portal.branding import (
    BACKGROUNDS,
    LINE_CONTRAST,
    TEXT_CONTRAST,
    contrast,
    palette,
    readable,
)

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS, COLOURS, st.sampled_from(sorted(BACKGROUNDS)))
def test_text_and_lines_stand_out(brand: str, accent: str, scheme: str) -> None:
    colours = palette(scheme, brand, accent)

    for background in (colours.page, colours.card):
        for text in (colours.text, colours.muted, colours.link):
            assert contrast(text, background) >= TEXT_CONTRAST
    assert contrast(colours.on_brand, colours.brand) >= TEXT_CONTRAST
    assert contrast(colours.line, colours.card) >= LINE_CONTRAST
    assert contrast(colours.accent_line, colours.card) >= LINE_CONTRAST


@given(COLOURS, COLOURS)
def test_the_bar_keeps_the_brand_as_it_is(brand: str, accent: str) -> None:
    assert palette("light", brand, accent).brand == brand


def test_a_colour_that_can_be_read_is_left_alone() -> None:
    assert readable("#0b6e4f", ("#ffffff",), TEXT_CONTRAST) == "#0b6e4f"


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48  # the well-known grey that fails
