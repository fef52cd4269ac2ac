"""A fleet and a battery behind one limit, step by step, as soon as there is room; compiled.

Vehicles are charged first, by the battery only as far as what is left of their stay cannot do
without; then the battery fills with what room is left. Whoever is served so is served; whoever
is not might be by looking ahead (``formulation.hosting``).
"""

from typing import Any

from numba import njit

_compiled: Any = njit(cache=True, fastmath=False)

#: Less than a watt-hour is rounding [kWh].
ROUNDING = 1e-6


@_compiled
def follow(room, stay, need, fleet_kw, hours, battery, first, beyond, level):
    """Return the step at which somebody is short, ``beyond`` if none, and the stock at the end.

    Args:
        room: power left below the limit, shape (T,) [kW], negative where the load is above it.
        stay: number of the stay of each step, shape (T,), -1 where no vehicle is there.
        need: energy that the fleet draws in each stay, shape (S,) [kWh].
        fleet_kw: what all chargers draw at most.
        battery: (capacity [kWh], power [kW], charge and discharge efficiency).
        first, beyond: the steps to follow; no stay is cut by them.
        level: stock at the start [kWh].
    """
    capacity, power, into, out = battery
    left = 0.0
    ahead = 0.0
    for t in range(first, beyond):
        s = stay[t]
        if s >= 0 and (t == first or stay[t - 1] != s):
            left = need[s]
            ahead = 0.0
            u = t
            while u < beyond and stay[u] == s:
                ahead += min(fleet_kw, max(room[u], 0.0)) * hours
                u += 1
        free = max(room[t], 0.0)
        given = max(-room[t], 0.0)
        can_give = min(power, level * out / hours)
        if given > can_give + ROUNDING:
            return t, level
        drawn = 0.0
        if s >= 0:
            direct = min(fleet_kw, left / hours, free)
            lacking = max(left - ahead, 0.0) / hours
            helped = min(lacking, fleet_kw - direct, can_give - given)
            helped = max(min(helped, left / hours - direct), 0.0)
            drawn = direct
            given += helped
            left -= (direct + helped) * hours
            ahead -= min(fleet_kw, free) * hours
            if (t + 1 == beyond or stay[t + 1] != s) and left > ROUNDING:
                return t, level
        taken = 0.0
        if given <= 0.0:
            taken = min(power, free - drawn, (capacity - level) / (into * hours))
        level += taken * into * hours - given * hours / out
        level = min(max(level, 0.0), capacity)
    return beyond, level
