"""What a mixture mixes: something that foretells a whole window from any origin of a design."""

from typing import Protocol, Self

import numpy as np

from forecasting.features.days import Index
from forecasting.features.design import PROFILES, Design
from forecasting.forecasters.base import Array


class Learner(Protocol):
    """One voice of a mixture. Values are scaled, as the design scales its target."""

    def fit(self, design: Design, origins: Index) -> Self:
        """Learn from what came after ``origins``, as far as it is known in ``design``."""
        ...

    def predict(self, design: Design, origins: Index) -> Array:
        """Return what each of ``origins`` would say of its window, shape (N, C).

        NaN where it has nothing to say.
        """
        ...


class ProfileLearner:
    """One of the plain profiles: needs no learning, and keeps the others honest."""

    def __init__(self, name: str) -> None:
        self._index = PROFILES.index(name)

    def fit(self, design: Design, origins: Index) -> Self:
        return self

    def predict(self, design: Design, origins: Index) -> Array:
        found: Array = design.profiles(origins)[..., self._index]
        return found


def spaced(origins: Index, every: int) -> Index:
    """Return every ``every``-th of ``origins``, counted from the last."""
    chosen: Index = np.sort(origins[::-1][::every])
    return chosen
