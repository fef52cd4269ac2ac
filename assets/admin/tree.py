"""The tree of assets."""

from typing import Final

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from assets import services
from assets.models import Asset, AssetType, Sensor
from tenants.admin.service_form import ServiceAdmin, ServiceForm
from tenants.errors import wrong

_FIELDS: Final = ["name", "asset_type", "parent", "time_zone", "latitude", "longitude"]


class SensorInline(TabularInline[Sensor, Asset]):
    model = Sensor
    extra = 0
    fields = ["name", "quantity", "resolution"]
    readonly_fields = ["name", "quantity", "resolution"]
    show_change_link = True
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Asset | None = None) -> bool:
        return False


class AssetForm(ServiceForm[Asset]):
    class Meta:
        model = Asset
        fields = _FIELDS

    def store(self) -> Asset:
        given = self.instance
        moved = given.pk is None or "parent" in self.changed_data
        if given.parent is None and moved:
            raise wrong("parent", "choose what it hangs under: roots are made with customers")
        if given.pk is None:
            return services.add_asset(
                actor=self.actor,
                parent=given.parent,
                name=given.name,
                asset_type=AssetType(given.asset_type),
                time_zone=given.time_zone,
                latitude=given.latitude,
                longitude=given.longitude,
            )
        if given.parent is not None and moved:
            services.move_asset(actor=self.actor, asset=given, parent=given.parent)
            given.refresh_from_db(fields=["path", "parent"])
        services.change_asset(actor=self.actor, asset=given)
        return given


@admin.register(Asset)
class AssetAdmin(ServiceAdmin[Asset]):
    form = AssetForm
    fields = _FIELDS
    list_display = ["in_the_tree", "asset_type", "time_zone", "updated_at"]
    list_filter = ["asset_type"]
    search_fields = ["name"]
    autocomplete_fields = ["parent"]
    inlines = [SensorInline]
    ordering = ["path"]

    @admin.display(description="asset", ordering="path")
    def in_the_tree(self, asset: Asset) -> str:
        """The name, indented by depth."""
        return "\u2003" * (asset.path.count(".") - 1) + asset.name
