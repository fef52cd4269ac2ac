"""The document of one planning problem."""

from typing import Self

from pydantic import model_validator

from scheduling.flex.consistency import check_lengths, check_names, check_prices, check_times
from scheduling.flex.network import Connection, Prices
from scheduling.flex.parts import Currency, SiteParts
from scheduling.flex.window import MAX_STEPS, Window


class SiteDocument(SiteParts):
    """One site and one window, whose parts fit together.

    Raises:
        pydantic.ValidationError: a field is unknown, missing or out of range, a name is taken
            or unknown, a time is outside the window, or a list has not one value per step.
    """

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        check_names(self)
        check_prices(self)
        check_lengths(self)
        check_times(self)
        return self


__all__ = ["MAX_STEPS", "Connection", "Currency", "Prices", "SiteDocument", "Window"]
