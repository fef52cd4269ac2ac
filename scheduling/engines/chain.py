"""A compiled model as one store over time, if it is no more than that.

One chain of states; per step at most two flows, one in and one out, from one node; the rest of
each step a tree of rows (``engines.tree``); goals of the stock in rows of their own. Peaks,
ramps, a second store: all that ties steps together otherwise is refused.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from scheduling.engines.base import Infeasible, Unsuited
from scheduling.engines.curve import Way, curve
from scheduling.engines.loops.stock import within_reach
from scheduling.engines.pieces import Array, Pieces, arrays, straight
from scheduling.engines.tree import ROUNDING, Indices, Matrix, Rows
from scheduling.formulation.compiled import Compiled


@dataclass(frozen=True, slots=True)
class Flow:
    """One column per step that changes the stock: by ``per_unit`` each, shape (T,).

    ``in_row``: its coefficient in the row of the node that it comes from or goes to.
    """

    columns: Indices
    per_unit: Array
    in_row: Array


@dataclass(frozen=True, slots=True)
class Store:
    """One store: its states, what changes them, and what each costs.

    ``kept``, ``gain``, ``step``: as in ``loops.slopes``, with what is there at the start counted
    in ``gain``. ``lower`` and ``upper``: of the stock, no further than it can reach. ``goals``:
    rows about single states, with those states' numbers and coefficients.
    """

    matrix: Matrix
    states: Indices
    chain_rows: Indices
    kept: Array
    gain: Array
    flows: list[Flow]
    node: Rows
    step: Pieces
    lower: Array
    upper: Array
    goals: list[tuple[Rows, Indices, Array]]

    @classmethod
    def read(cls, model: Compiled, preferences: Array | None) -> Self:
        """Return what ``model`` is made of.

        Raises:
            Unsuited: it is something else.
            Infeasible: a step alone has no solution.
        """
        if len(model.chains) != 1 or model.integer.any():
            raise Unsuited("the model is not that of one store")
        matrix, chain = Matrix(model, preferences), model.chains[0]
        kept, columns, per_unit = _read_chain(matrix, chain.states, chain.rows)
        flows, node, step = _read_step(matrix, chain.rows, columns, per_unit)
        gain = model.row_lower[chain.rows]
        bounds = model.column_lower[chain.states], model.column_upper[chain.states]
        lower, upper = within_reach(0.0, kept, gain, *bounds, arrays(step))
        if (lower > upper + ROUNDING).any():
            raise Infeasible
        upper = np.maximum(lower, upper)
        matrix.lower[chain.states], matrix.upper[chain.states] = lower, upper
        goals = _read_goals(matrix, chain.states)
        if matrix.unread_rows.any() or matrix.unread_columns.any():
            raise Unsuited("the model is more than one store")
        return cls(
            matrix, chain.states, chain.rows, kept, gain, flows, node, step, lower, upper, goals
        )

    def own(self) -> Pieces:
        """Return what the stock itself costs at the end of each step, between its bounds."""
        model, lower, upper = self.matrix.model, self.lower, self.upper
        functions = [
            straight(lower, upper, model.cost[self.states], self.matrix.taste[self.states])
        ]
        for rows, at, coefficient in self.goals:
            function = rows.cost.scaled(-1.0 / coefficient, rows.total / coefficient)
            left, right = lower.copy(), upper.copy()
            left[at] = np.maximum(lower[at], function.left)
            right[at] = np.minimum(upper[at], function.right)
            if (left > right).any():
                raise Infeasible
            flat = straight(left, right, *(np.zeros(lower.size),) * 2)
            n_pieces = function.width.shape[1]
            width, money, taste = (np.zeros((lower.size, n_pieces)) for _ in range(3))
            width[:, 0] = flat.width[:, 0]
            clipped = function.clipped(lower[at], upper[at])
            width[at], money[at], taste[at] = clipped.width, clipped.money, clipped.taste
            functions.append(Pieces(left, width, money, taste))
        return functions[0] if len(functions) == 1 else _added(functions)


def _read_chain(
    matrix: Matrix, states: Indices, rows: Indices
) -> tuple[Array, list[Indices], list[Array]]:
    """Return what is kept from step to step, and of each flow the columns and ``per_unit``."""
    model = matrix.model
    if (model.row_lower[rows] != model.row_upper[rows]).any():
        raise Unsuited("the chain of the model is no chain")
    number = np.full(model.n_columns, -1)
    number[states] = np.arange(states.size)
    step_of = np.full(model.n_rows, -1)
    step_of[rows] = np.arange(rows.size)
    mine = step_of[matrix.row_of] >= 0
    step, column, value = step_of[matrix.row_of[mine]], model.index[mine], model.value[mine]
    state = number[column]
    own, before = state == step, (state >= 0) & (state == step - 1)
    if ((state >= 0) & ~own & ~before).any() or (value[own] != 1.0).any():
        raise Unsuited("the chain of the model is no chain")
    kept = np.ones(states.size)
    kept[step[before]] = -value[before]
    if own.sum() != states.size or before.sum() != states.size - 1 or (kept <= 0.0).any():
        raise Unsuited("the chain of the model is no chain")
    matrix.unread_rows[rows] = False
    matrix.unread_columns[states] = False
    is_flow = state < 0
    counts = np.bincount(step[is_flow], minlength=states.size)
    if not 1 <= counts[0] <= 2 or (counts != counts[0]).any():
        raise Unsuited("the store has no flow, or many")
    columns = column[is_flow].reshape(-1, counts[0]).astype(np.int64)
    per_unit = -value[is_flow].reshape(-1, counts[0])
    return kept, list(columns.T), list(per_unit.T)


def _read_step(
    matrix: Matrix, rows: Indices, flow_columns: list[Indices], per_unit: list[Array]
) -> tuple[list[Flow], Rows, Pieces]:
    model = matrix.model
    columns = np.stack(flow_columns)
    degree = matrix.degree[columns]
    matrix.unread_columns[columns] = False
    lower, upper = model.column_lower[columns], model.column_upper[columns]
    if (degree != 2).any() or (lower != 0.0).any() or np.isinf(upper).any():
        raise Unsuited("a flow of the store leads nowhere, or has no bound")
    beneath = matrix.other_rows(columns, rows)
    if (beneath != beneath[0]).any():
        raise Unsuited("the flows of the store come from different nodes")
    node = Rows.read(matrix, beneath[0], flow_columns)
    index, value = matrix.block(beneath[0])
    flows = [
        Flow(mine, by, value[index == mine[:, None]])
        for mine, by in zip(flow_columns, per_unit, strict=True)
    ]
    drawn, given = _ways(matrix, flows)
    return flows, node, curve(node.cost, node.total, drawn, given)


def _ways(matrix: Matrix, flows: list[Flow]) -> tuple[Way, Way]:
    """Return the flow into the store and that out of it; one that is not there has no power."""
    model = matrix.model
    nothing = np.zeros(flows[0].columns.size)
    drawn = Way(
        per_unit=nothing + 1, in_row=nothing - 1, most=nothing, money=nothing, taste=nothing
    )
    ways = {1.0: drawn, -1.0: Way(**{**_fields(drawn), "in_row": nothing + 1})}
    for flow in flows:
        sign = float(np.sign(flow.per_unit[0]))
        if (np.sign(flow.in_row) != -sign).any() or (np.sign(flow.per_unit) != sign).any():
            raise Unsuited("a flow of the store runs the wrong way")
        ways[sign] = Way(
            per_unit=np.abs(flow.per_unit),
            in_row=flow.in_row,
            most=model.column_upper[flow.columns],
            money=model.cost[flow.columns],
            taste=matrix.taste[flow.columns],
        )
    if len(flows) == 2 and np.sign(flows[0].per_unit[0]) == np.sign(flows[1].per_unit[0]):
        raise Unsuited("two flows of the store run the same way")
    return ways[1.0], ways[-1.0]


def _fields(way: Way) -> dict[str, Array]:
    return {name: getattr(way, name) for name in Way.__slots__}


def _read_goals(matrix: Matrix, states: Indices) -> list[tuple[Rows, Indices, Array]]:
    model = matrix.model
    number = np.full(model.n_columns, -1)
    number[states] = np.arange(states.size)
    entries = np.flatnonzero((number[model.index] >= 0) & matrix.unread_rows[matrix.row_of])
    if not entries.size:
        return []
    rows = matrix.row_of[entries]
    if np.unique(rows).size != rows.size:
        raise Unsuited("a row of the model ties several states")
    at, coefficient = number[model.index[entries]], model.value[entries]
    lengths = np.diff(model.start)[rows]
    kind = np.stack([lengths, _repeats(at), np.sign(coefficient)], axis=1)
    goals = []
    for each in np.unique(kind, axis=0):
        mine = np.flatnonzero((kind == each).all(axis=1))
        read = Rows.read(matrix, rows[mine], [model.index[entries[mine]].astype(np.int64)])
        goals.append((read, at[mine], coefficient[mine]))
    return goals


def _repeats(numbers: Indices) -> Indices:
    """Return how often each number stood before its place."""
    return np.array([(numbers[:i] == number).sum() for i, number in enumerate(numbers)], np.int64)


def _added(functions: list[Pieces]) -> Pieces:
    """Return the sum of ``functions``, on where all are."""
    left = np.asarray(np.max([each.left for each in functions], axis=0), dtype=np.float64)
    right = np.maximum(np.min([each.right for each in functions], axis=0), left)
    ends = [each.left[:, None] + np.cumsum(each.width, axis=1) for each in functions]
    bounds = np.clip(
        np.concatenate([left[:, None], *ends, right[:, None]], axis=1),
        left[:, None],
        right[:, None],
    )
    bounds.sort(axis=1)
    middle = 0.5 * (bounds[:, 1:] + bounds[:, :-1])
    money, taste = np.zeros(middle.shape), np.zeros(middle.shape)
    for each, end in zip(functions, ends, strict=True):
        piece = (middle[:, :, None] > end[:, None, :-1]).sum(axis=2)
        money += np.take_along_axis(each.money, piece, axis=1)
        taste += np.take_along_axis(each.taste, piece, axis=1)
    return Pieces(left, bounds[:, 1:] - bounds[:, :-1], money, taste)
