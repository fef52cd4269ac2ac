"""Many stores at once, from arrays: quotes, sizes, weather years, whole districts.

Each store stands behind a connection of its own with one load and one roof; nothing ties one
store to another. The answer is exact (``engines.loops.slopes``), and the same as that of a document
with these numbers.
"""

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.curve import joined
from scheduling.engines.loops.pieces import sort_pieces
from scheduling.engines.loops.slopes import DONE, solve_stores
from scheduling.engines.loops.stock import within_reach_of_all
from scheduling.engines.loops.stores import fill_node, share_out
from scheduling.engines.pieces import Array, Pieces
from scheduling.formulation.preferences import MOVED, Ties, moving_weights
from scheduling.formulation.stocks import kept_share

#: So many steps are worked on at once: enough to be fast, few enough to stay small.
_CHUNK: Final = 100_000
_EVEN: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """B stores over T steps. Each array broadcasts to (B, T); those per store to (B,).

    Per store and step: ``net_kw``, what load less generation takes that cannot be held back;
    ``curtailable_kw``, generation that can; prices [currency/kWh]; limits [kW]; efficiencies;
    ``kept``, the share of the stock left after a step; ``floor_kwh`` and ``ceiling_kwh``.
    Per store: ``initial_kwh``, ``wear_cost`` [currency per kWh discharged], ``end_value``
    [currency/kWh].
    """

    n_stores: int
    n_steps: int
    step_hours: float
    import_price: Any
    export_price: Any
    ceiling_kwh: Any
    initial_kwh: Any
    charge_limit_kw: Any
    discharge_limit_kw: Any
    net_kw: Any = 0.0
    curtailable_kw: Any = 0.0
    import_limit_kw: Any = np.inf
    export_limit_kw: Any = np.inf
    charge_efficiency: Any = 0.95
    discharge_efficiency: Any = 0.95
    kept: Any = 1.0
    floor_kwh: Any = 0.0
    wear_cost: Any = 0.0
    end_value: Any = 0.0

    def part(self, first: int, beyond: int) -> dict[str, Array]:
        """Return all arrays of stores ``first`` to ``beyond``, in their full shapes."""
        found = {}
        for name, is_per_step in _ARRAYS.items():
            given = np.asarray(getattr(self, name), dtype=np.float64)
            is_per_store = given.ndim == 1 + is_per_step and given.shape[0] == self.n_stores
            own = given[first:beyond] if is_per_store else given
            shape = (beyond - first, self.n_steps) if is_per_step else (beyond - first,)
            found[name] = np.empty(shape)
            found[name][...] = own
        return found


#: Which fields are arrays, and whether they have a value per step.
_ARRAYS: Final = {
    each.name: each.name not in {"initial_kwh", "wear_cost", "end_value"}
    for each in fields(Stores)
    if each.name not in {"n_stores", "n_steps", "step_hours"}
}


@dataclass(frozen=True, slots=True)
class StorePlans:
    """Of each store: ``cost`` (B,) [currency], NaN where nothing keeps all limits.

    ``power_kw`` (B, T), positive into the store; ``stock_kwh`` (B, T + 1); ``import_kw`` and
    ``export_kw`` (B, T) of its connection.
    """

    cost: Array
    power_kw: Array
    stock_kwh: Array
    import_kw: Array
    export_kw: Array


def plan_stores(stores: Stores, *, ties: Ties = Ties.EARLY) -> StorePlans:
    """Return the cheapest plan of each store by itself.

    Raises:
        ValueError: export earns more than import costs in some step, or ``ties`` is smooth.
        Unsuited: burning energy would pay (a price far below zero).
    """
    if ties is Ties.SMOOTH:
        raise ValueError("smooth ties two steps together: choose early or late")
    n_stores, n_steps = stores.n_stores, stores.n_steps
    size = max(1, _CHUNK // n_steps)
    if n_stores <= size:
        return _solved(stores.part(0, n_stores), stores.step_hours, ties)
    shape = n_stores, n_steps
    answer = StorePlans(
        np.empty(n_stores),
        np.empty(shape),
        np.empty((n_stores, n_steps + 1)),
        np.empty(shape),
        np.empty(shape),
    )
    for first in range(0, n_stores, size):
        beyond = min(first + size, n_stores)
        found = _solved(stores.part(first, beyond), stores.step_hours, ties)
        for name in StorePlans.__slots__:
            getattr(answer, name)[first:beyond] = getattr(found, name)
    return answer


def _solved(given: dict[str, Array], hours: float, ties: Ties) -> StorePlans:
    if (given["export_price"] > given["import_price"] + _EVEN).any():
        raise ValueError("export earns more than import costs: not for this engine")
    n_stores, n_steps = given["net_kw"].shape
    has_room = _open_where_crowded(given)
    left = kept_share(given["kept"]) * hours
    into, out = left * given["charge_efficiency"], left / given["discharge_efficiency"]
    step = _step(given, hours, into, out, ties)
    kept, gain = given["kept"], np.zeros((n_stores, n_steps))
    initial = given["initial_kwh"]
    lower, upper = within_reach_of_all(
        initial, kept, gain, given["floor_kwh"], given["ceiling_kwh"], step
    )
    is_possible = has_room & (lower <= upper).all(axis=1)
    upper = np.maximum(lower, upper)
    money = np.zeros((n_stores, n_steps, 1))
    money[:, -1, 0] = -given["end_value"]
    own = (lower, (upper - lower)[..., None], money, np.zeros_like(money))
    # Of a store that has no plan nothing is written: it stands still, rather than anywhere.
    change, stock = np.zeros((n_stores, n_steps)), np.empty((n_stores, n_steps + 1))
    stock[:, 0] = initial
    held = np.zeros((n_stores, n_steps))
    ended = np.empty(n_stores, dtype=np.int64)
    solve_stores(initial, kept, gain, lower, upper, step, own, change, held, ended)
    stock[:, 1:] = held
    charge, discharge = np.maximum(change, 0.0) / into, np.maximum(-change, 0.0) / out
    power = charge - discharge
    bought, sold = _exchanged(given, power)
    plans = StorePlans(np.empty(n_stores), power, stock, bought, sold)
    plans.cost[:] = _cost(given, hours, plans)
    plans.cost[~is_possible | (ended != DONE)] = np.nan
    return plans


def _open_where_crowded(given: dict[str, Array]) -> NDArray[np.bool_]:
    """Return which stores have room in every step, shape (B,); lift the limits of the others."""
    net, spare = given["net_kw"], given["curtailable_kw"]
    needed = net - spare - given["discharge_limit_kw"]
    offered = -net - given["charge_limit_kw"]
    has_room = (needed <= given["import_limit_kw"]) & (offered <= given["export_limit_kw"])
    is_possible = np.asarray(has_room.all(axis=1))
    for limit in ("import_limit_kw", "export_limit_kw"):
        given[limit][~is_possible] = np.inf
    return is_possible


def _step(
    given: dict[str, Array], hours: float, into: Array, out: Array, ties: Ties
) -> tuple[Array, Array, Array, Array]:
    """Return what each change of each stock costs: (left, width, money, taste)."""
    shape = given["net_kw"].shape
    # More than the store, the load and the roof can move together is never bought or sold.
    most = given["charge_limit_kw"] + given["discharge_limit_kw"]
    most += np.abs(given["net_kw"]) + given["curtailable_kw"]
    charging, discharging, curtailing = moving_weights(ties, shape[1])
    node = _node(given, most, hours, curtailing)
    wear = 0.5 * hours * given["wear_cost"][:, None]
    drawn, taken = np.empty((5, *shape)), np.empty((5, *shape))
    for way, *rows in (
        (drawn, into, -1.0, given["charge_limit_kw"], wear, charging),
        (taken, out, 1.0, given["discharge_limit_kw"], wear, discharging),
    ):
        for row, value in enumerate(rows):
            way[row] = value
    # The roof's full power is in the sum; what is held back adds to what the node takes.
    total = (given["net_kw"] - given["curtailable_kw"]).ravel()
    pieces = joined(node, total, drawn.reshape(5, -1), taken.reshape(5, -1))
    return _by_store(pieces, shape)


def _node(given: dict[str, Array], most: Array, hours: float, curtailing: Array) -> Pieces:
    """Return what the node pays for what it takes in all, the cheapest first."""
    size = most.size
    left, (width, money, taste) = np.empty(size), np.empty((3, size, 3))
    fill_node(
        np.minimum(given["import_limit_kw"], most),
        np.minimum(given["export_limit_kw"], most),
        given["curtailable_kw"],
        given["import_price"] * hours,
        given["export_price"] * hours,
        curtailing,
        MOVED,
        (left, width, money, taste),
    )
    sort_pieces(width, money, taste, np.empty((size, 3), dtype=np.int64))
    return Pieces(left, width, money, taste)


def _by_store(pieces: Pieces, shape: tuple[int, ...]) -> tuple[Array, Array, Array, Array]:
    return (
        pieces.left.reshape(shape),
        np.ascontiguousarray(pieces.width).reshape(*shape, -1),
        np.ascontiguousarray(pieces.money).reshape(*shape, -1),
        np.ascontiguousarray(pieces.taste).reshape(*shape, -1),
    )


def _exchanged(given: dict[str, Array], power: Array) -> tuple[Array, Array]:
    """Return what is imported and exported where the stores draw ``power``, (B, T) [kW]."""
    bought, sold = np.empty(power.shape), np.empty(power.shape)
    share_out(
        given["net_kw"] - given["curtailable_kw"] + power,
        given["curtailable_kw"],
        given["import_price"],
        given["export_price"],
        given["import_limit_kw"],
        given["export_limit_kw"],
        bought,
        sold,
    )
    return bought, sold


def _cost(given: dict[str, Array], hours: float, plans: StorePlans) -> Array:
    bought, sold, stock = plans.import_kw, plans.export_kw, plans.stock_kwh
    energy = (bought * given["import_price"] - sold * given["export_price"]).sum(axis=1)
    wear = 0.5 * given["wear_cost"] * np.abs(plans.power_kw).sum(axis=1)
    total: Array = hours * (energy + wear) - given["end_value"] * (stock[:, -1] - stock[:, 0])
    return total
