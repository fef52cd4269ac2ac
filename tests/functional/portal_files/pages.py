"""Files as a customer brings them in the portal."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from assets.models import Asset
from tenants.models import Tenant
from tests.portal import Browser

TEXT = "tijd;verbruik kWh;teller\n27-03-2026 00:00;1,5;100\n27-03-2026 01:00;2;101\n"


def signed_in(tenant: Tenant, user: Any) -> Browser:
    browser = Browser(tenant)
    browser.force_login(user)
    return browser


def bring(browser: Browser, site: Asset, content: str | bytes = TEXT, name: str = "m.csv") -> str:
    """Return the address of the file's page."""
    given = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    answer = browser.post(f"/sites/{site.pk}/files/", {"file": given})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def filled(browser: Browser, address: str, **changes: str) -> dict[str, str]:
    """Return what the page's form holds, as a browser would send it, with ``changes``."""
    fields = browser.get(address).context["page"].fields
    given = dict(fields.given)
    for each in fields.columns:
        given |= {
            f"column-{each.number}": each.column,
            f"sensor-{each.number}": each.sensor,
            f"unit-{each.number}": each.unit,
            f"only_column-{each.number}": each.only_column,
            f"only_text-{each.number}": each.only_text,
            f"rolls_over_at-{each.number}": each.rolls_over_at,
        }
        if each.generation:
            given[f"generation-{each.number}"] = "on"
    return given | {name.replace("__", "-"): text for name, text in changes.items()}
