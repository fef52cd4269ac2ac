"""What the demo shows: progress, what was saved, the planned day, where to look on."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from assets.calendars import wall_clock
from config.demo.catalogue import COMPANIES, PASSWORD, Person
from config.demo.founding import PLATFORM_DOMAIN, PLATFORM_OPERATOR
from config.demo.savings import Savings
from config.demo.window import TIME_ZONE

Array = NDArray[np.float64]

_PLOT_HEIGHT: Final = 14
_HOURS: Final = range(0, 25, 3)


def progress_on(console: Console) -> Progress:
    """Return bars with a count and the time that each step took."""
    return Progress(
        TextColumn("{task.description:<32}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def show_savings(console: Console, savings: Sequence[Savings]) -> None:
    """Print what each site's day costs: unplanned, without a battery, planned."""
    local = wall_clock(savings[0].plan.grid.starts(), TIME_ZONE)[0].item()
    table = Table(title=f"Costs of {local:%A %d %B %Y} [EUR]")
    table.add_column("site", no_wrap=True)
    for column in ("doing nothing", "no battery", "planned", "saved"):
        table.add_column(column, justify="right")
    for each in savings:
        table.add_row(
            each.place.site.name,
            f"{each.doing_nothing:,.2f}",
            f"{each.without_battery:,.2f}",
            f"{each.planned:,.2f}",
            f"{each.saved:,.2f}",
        )
    console.print(table)
    console.print(
        "Doing nothing: no battery, and panels feed in at any price. Breaking the limit of a "
        "connection is part of the costs.",
        style="dim",
    )


def show_day(console: Console, each: Savings) -> None:
    """Print the site's planned exchange with the grid, beside the unplanned, and the battery."""
    local = wall_clock(each.plan.grid.starts(), TIME_ZONE).astype("datetime64[m]")
    hours = (local - local[0].astype("datetime64[D]")) / np.timedelta64(1, "h")
    stock = sum(each.plan.stock_kwh.values(), np.zeros(hours.size + 1))
    name = each.place.site.name
    power = {"planned": each.plan.grid_power_kw, "doing nothing": each.idle.grid_power_kw}
    _plot(console, f"{name}: power from the grid [kW]", hours, power)
    _plot(console, f"{name}: stock of the battery [kWh]", hours, {"stock": stock[:-1]})
    _plot(console, f"{name}: price of import [EUR/kWh]", hours, {"price": each.import_prices})


def _plot(console: Console, title: str, hours: Array, lines: dict[str, Array]) -> None:
    import plotext  # noqa: PLC0415 - only the demo draws on terminals

    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(min(max(console.width, 60), 110), _PLOT_HEIGHT)
    figure.title(title)
    for (name, values), marker in zip(lines.items(), ("braille", "dot"), strict=False):
        signal = figure.signal(hours.tolist(), values.tolist(), marker=marker)
        signal.lines()
        if len(lines) > 1:
            signal.label(name)
        figure.draw(signal)
    figure.ruler("x").ticks(list(_HOURS), [f"{hour:02d}:00" for hour in _HOURS])
    console.out(figure.build().string(True), highlight=False)  # noqa: FBT003 - without colours


def show_addresses(console: Console, port: int, keys: dict[str, str]) -> None:
    """Print where to look, as whom, and the keys of the interface by company's schema.

    In lines that can be copied, however narrow the terminal is.
    """

    def say(text: str, style: str = "") -> None:
        console.print(text, style=style, soft_wrap=True, highlight=False, markup=False)

    say(f"\nSign in with the password {PASSWORD}", "bold")
    for company in COMPANIES:
        host = f"http://{company.domain}:{port}"
        say(f"\n{company.name}: {host}/ for its customers, {host}/admin/ for its operators", "bold")
        say(f"  {company.operator.email:<32} operator, in the admin")
        for customer in company.customers:
            for person in customer.people:
                say(f"  {person.email:<32} {person.role.lower()} of {customer.name}")
        if company.schema_name in keys:
            say(f"  key for {host}/graphql/: {keys[company.schema_name]}")
    say(f"\nThe platform itself: http://{PLATFORM_DOMAIN}:{port}/admin/", "bold")
    say(f"  {PLATFORM_OPERATOR.email:<32} operator of all companies")


def addresses(port: int) -> dict[str, Any]:
    """Return what ``show_addresses`` prints, for programmes."""

    def login(person: Person) -> dict[str, str]:
        return {"email": person.email, "role": person.role}

    platform = {"url": f"http://{PLATFORM_DOMAIN}:{port}/admin/", "login": login(PLATFORM_OPERATOR)}
    tenants = [
        {
            "name": company.name,
            "schema": company.schema_name,
            "url": f"http://{company.domain}:{port}/",
            "admin": f"http://{company.domain}:{port}/admin/",
            "graphql": f"http://{company.domain}:{port}/graphql/",
            "operator": login(company.operator),
            "customers": [
                {"name": customer.name, "people": [login(each) for each in customer.people]}
                for customer in company.customers
            ],
        }
        for company in COMPANIES
    ]
    return {"password": PASSWORD, "platform": platform, "tenants": tenants}
