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
    local = wall_clock(savings[0].plan.grid, TIME_ZONE)[0].item()
    table = Table(title=f"Costs of {local:%A %d %B %Y} [EUR]")
    table.add_column("site")
    for column in ("doing nothing", "no battery", "planned", "saved", "saved %"):
        table.add_column(column, justify="right")
    for each in savings:
        share = each.saved / abs(each.doing_nothing) if each.doing_nothing else 0.0
        table.add_row(
            each.place.site.name,
            f"{each.doing_nothing:,.2f}",
            f"{each.without_battery:,.2f}",
            f"{each.planned:,.2f}",
            f"{each.saved:,.2f}",
            f"{100 * share:.0f} %",
        )
    console.print(table)
    console.print(
        "Doing nothing: no battery, and panels feed in at any price. Breaking the limit of a "
        "connection is part of the costs.",
        style="dim",
    )


def show_day(console: Console, each: Savings) -> None:
    """Print the site's planned exchange with the grid, beside the unplanned, and the battery."""
    width = min(max(console.width, 60), 110)
    local = wall_clock(each.plan.grid, TIME_ZONE).astype("datetime64[m]")
    hours = (local - local[0].astype("datetime64[D]")) / np.timedelta64(1, "h")
    stores = sum(each.plan.stock_kwh.values(), np.zeros(hours.size + 1))
    prices = each.import_prices
    _plot(
        console,
        f"{each.place.site.name}: power from the grid [kW]",
        hours,
        {"doing nothing": each.idle.grid_power_kw, "planned": each.plan.grid_power_kw},
        width,
    )
    _plot(console, "stock of the battery [kWh]", hours, {"stock": stores[:-1]}, width)
    _plot(console, "price of import [EUR/kWh]", hours, {"price": prices}, width)


def _plot(console: Console, title: str, hours: Array, lines: dict[str, Array], width: int) -> None:
    import plotext  # noqa: PLC0415 - only the demo draws on terminals

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(width, _PLOT_HEIGHT)
    plotext.title(title)
    markers = ("dot", "braille") if len(lines) > 1 else ("braille",)
    for (name, values), marker in zip(lines.items(), markers, strict=True):
        label = name if len(lines) > 1 else None
        plotext.plot(hours.tolist(), values.tolist(), label=label, marker=marker)
    ticks = list(range(0, 25, 3))
    plotext.xticks(ticks, [f"{hour:02d}:00" for hour in ticks])
    console.out(plotext.build(), highlight=False)


def show_addresses(console: Console, port: int, keys: dict[str, str]) -> None:
    """Print where to look, as whom, and the keys of the interface by company."""
    table = Table(title=f"Sign in (password of all: {PASSWORD})")
    for column in ("at", "as", "who"):
        table.add_column(column)
    for company in COMPANIES:
        host = f"http://{company.domain}:{port}"
        table.add_row(f"{host}/admin/", company.operator.email, f"operator of {company.name}")
        for customer in company.customers:
            for person in customer.people:
                table.add_row(f"{host}/", person.email, f"{person.role.lower()} of {customer.name}")
    platform = f"http://{PLATFORM_DOMAIN}:{port}/admin/"
    table.add_row(platform, PLATFORM_OPERATOR.email, "operator of the platform")
    console.print(table)
    for name, key in keys.items():
        console.print(f"key of {name} for GraphQL: {key}", highlight=False)


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
