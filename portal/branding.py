"""From a tenant's two colours to a palette that can be read. Pure.

Contrast is that of WCAG 2.2, section 1.4.3: (L1 + 0.05) / (L2 + 0.05) of relative luminances.
"""

from dataclasses import dataclass
from typing import Final

#: Least contrast of text (level AA).
TEXT_CONTRAST: Final = 4.5
#: Least contrast of lines in a chart and of edges of controls (section 1.4.11).
LINE_CONTRAST: Final = 3.0

_WHITE: Final = "#ffffff"
_BLACK: Final = "#000000"
_STEPS: Final = 100

#: Backgrounds of pages and of cards on them, by scheme.
BACKGROUNDS: Final = {"light": ("#f5f6f8", "#ffffff"), "dark": ("#14171c", "#1e232b")}


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one scheme, ``#rrggbb``.

    Attributes:
        brand: the tenant's own colour, as it is: the bar on top.
        on_brand: text on ``brand``.
        link: ``brand`` as far changed as text on page and card needs.
        line: ``brand`` as a chart needs it; ``accent_line`` likewise.
    """

    page: str
    card: str
    text: str
    muted: str
    brand: str
    on_brand: str
    link: str
    line: str
    accent_line: str


def palette(scheme: str, brand: str, accent: str) -> Palette:
    """Return the palette of ``scheme``, "light" or "dark", from the tenant's two colours."""
    page, card = BACKGROUNDS[scheme]
    text, muted = ("#1a1d23", "#5b6470") if scheme == "light" else ("#eceff4", "#a9b3c1")
    return Palette(
        page=page,
        card=card,
        text=text,
        muted=muted,
        brand=brand,
        on_brand=max((_WHITE, _BLACK), key=lambda each: contrast(each, brand)),
        link=readable(brand, (page, card), TEXT_CONTRAST),
        line=readable(brand, (card,), LINE_CONTRAST),
        accent_line=readable(accent, (card,), LINE_CONTRAST),
    )


def readable(colour: str, backgrounds: tuple[str, ...], wanted: float) -> str:
    """Return the colour nearest to ``colour`` that has contrast ``wanted`` on all backgrounds.

    It is mixed with black on light backgrounds and with white on dark ones.
    """
    target = max((_WHITE, _BLACK), key=lambda each: min(contrast(each, on) for on in backgrounds))
    for step in range(_STEPS + 1):
        mixed = _mix(colour, target, step / _STEPS)
        if all(contrast(mixed, on) >= wanted for on in backgrounds):
            return mixed
    return target


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _mix(colour: str, target: str, share: float) -> str:
    parts = zip(_channels(colour), _channels(target), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
