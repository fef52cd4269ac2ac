"""The admin's theme."""

from typing import Final

UNFOLD: Final = {
    "SITE_TITLE": "Loadstar",
    "SITE_HEADER": "Loadstar",
    "SITE_SYMBOL": "bolt",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
}
