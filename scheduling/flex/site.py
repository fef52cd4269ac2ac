"""The document of one planning problem."""

from functools import cached_property
from typing import Any, Self

from pydantic import model_validator

from scheduling.flex.consistency import (
    check_lengths,
    check_names,
    check_prices,
    check_times,
)
from scheduling.flex.network import Connection, Prices
from scheduling.flex.parts import Currency, SiteParts
from scheduling.flex.quantities import leaves
from scheduling.flex.scenarios import check_scenarios
from scheduling.flex.window import MAX_STEPS, Window


class SiteDocument(SiteParts):
    """One site and one window, whose parts fit together.

    Raises:
        pydantic.ValidationError: a field is unknown, missing or out of range, a name is taken
            or unknown, a time is outside the window, or a list has not one value per step.
    """

    @cached_property
    def quantities(self) -> list[tuple[str, str, Any]]:
        """(path, field, value) of each quantity, as ``leaves`` yields them."""
        return list(leaves(self))

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        check_names(self)
        check_prices(self)
        check_lengths(self.window, self.quantities)
        check_times(self)
        check_scenarios(self)
        return self


__all__ = ["MAX_STEPS", "Connection", "Currency", "Prices", "SiteDocument", "Window"]
