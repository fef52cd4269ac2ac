"""The admin's theme and its navigation, on tenants' hosts and on the platform's."""

from typing import Any, Final

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _item(title: str, icon: str, model: str) -> dict[str, Any]:
    """Return a link to the list of ``model`` ("app_model"), for who may look at it."""
    app_label, name = model.split("_")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{model}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app_label}.view_{name}"),
    }


def _group(title: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": False, "items": list(items)}


def _icon(request: HttpRequest) -> str:  # noqa: ARG001
    return static("tenants/loadstar.svg")


def _tenant(request: HttpRequest) -> str:
    return str(request.tenant.name)  # type: ignore[attr-defined]


def _clock(request: HttpRequest) -> str:
    return f"Times in {request.tenant.time_zone}"  # type: ignore[attr-defined]


_LOOKS: Final[dict[str, Any]] = {
    "SITE_TITLE": "Loadstar",
    "SITE_HEADER": _tenant,
    "SITE_SUBHEADER": _clock,
    "SITE_SYMBOL": "star",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {
        "primary": {
            "50": "#eef7f9",
            "100": "#d3eaef",
            "200": "#a9d5df",
            "300": "#74b8c8",
            "400": "#3f96ab",
            "500": "#4aa9bf",
            "600": "#15637a",
            "700": "#0f4c5c",
            "800": "#0d3f4c",
            "900": "#0b333e",
            "950": "#06212a",
        }
    },
}

UNFOLD: Final = {
    **_LOOKS,
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            _group(
                "Assets",
                _item("Tree", "account_tree", "assets_asset"),
                _item("Sensors", "sensors", "assets_sensor"),
                _item("Annotations", "edit_note", "assets_annotation"),
                _item("Sources", "database", "assets_source"),
            ),
            _group(
                "Scheduling",
                _item("Runs", "event_available", "scheduling_schedulerun"),
                _item("Flexibility", "tune", "scheduling_assetflex"),
                _item("Studies", "query_stats", "scheduling_study"),
                _item("Identifications", "biotech", "scheduling_identification"),
            ),
            _group(
                "Forecasting",
                _item("Runs", "insights", "forecasting_forecastrun"),
                _item("Plans", "model_training", "forecasting_forecastplan"),
                _item("Remote models", "cloud_sync", "forecasting_remotemodel"),
            ),
            _group(
                "Integrations",
                _item("Connections", "cable", "integrations_connection"),
                _item("Files", "upload_file", "integrations_fileimport"),
                _item("Mappings", "table_chart", "integrations_importmapping"),
            ),
            _group(
                "Accounts",
                _item("Customers", "apartment", "accounts_customer"),
                _item("People", "group", "accounts_user"),
                _item("API tokens", "key", "accounts_apitoken"),
                _item("Audit trail", "history", "audit_auditentry"),
            ),
            _group(
                "Interface",
                {"title": "GraphiQL", "icon": "terminal", "link": reverse_lazy("graphiql")},
            ),
        ],
    },
}

UNFOLD_PUBLIC: Final = {
    **_LOOKS,
    "SITE_HEADER": "Loadstar platform",
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            _group(
                "Tenants",
                _item("Tenants", "domain", "tenants_tenant"),
                _item("Host names", "dns", "tenants_domain"),
                _item("Plans", "sell", "tenants_plan"),
                _item("Brands", "palette", "tenants_brand"),
            ),
            _group(
                "Operation",
                _item("Jobs", "work_history", "tenants_job"),
                _item("Operators", "group", "accounts_user"),
                _item("Audit trail", "history", "audit_auditentry"),
            ),
        ],
    },
}
