"""Which engine for which model, by its structure alone, so that the same input goes one way."""

from typing import Final

from scheduling.formulation.linear_model import LinearModel

#: From so many steps on, one store is the dynamic programme's. Below, the general solver takes
#: a few milliseconds, less than it takes to load the other.
LONG_CHAIN: Final = 1_000


def candidates(model: LinearModel) -> tuple[str, ...]:
    """Return the names of engines for ``model``, the best first; the last one takes any model."""
    is_one_long_store = len(model.chains) == 1 and model.chains[0].states.size >= LONG_CHAIN
    return ("dp", "highs") if is_one_long_store else ("highs",)
