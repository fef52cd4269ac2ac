"""Admin of assets, for a tenant's operators: look here, change through services."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin, TabularInline

from assets import services
from assets.models import Asset, AssetType, Quantity, Sensor, Source
from tenants.accounts.actors import actor_of


class SensorInline(TabularInline[Sensor, Asset]):
    model = Sensor
    extra = 0
    fields = ["name", "quantity", "resolution"]
    readonly_fields = ["name", "quantity", "resolution"]
    show_change_link = True
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Asset | None = None) -> bool:
        return False


@admin.register(Asset)
class AssetAdmin(ModelAdmin[Asset]):
    fields = ["name", "asset_type", "parent", "time_zone", "latitude", "longitude"]
    list_display = ["in_the_tree", "asset_type", "time_zone"]
    list_filter = ["asset_type"]
    search_fields = ["name"]
    autocomplete_fields = ["parent"]
    inlines = [SensorInline]
    ordering = ["path"]

    @admin.display(description="asset", ordering="path")
    def in_the_tree(self, asset: Asset) -> str:
        """The name, indented by depth."""
        return "\u2003" * (asset.path.count(".") - 1) + asset.name

    def save_model(
        self,
        request: HttpRequest,
        obj: Asset,
        form: "ModelForm[Asset]",
        change: bool,  # noqa: FBT001
    ) -> None:
        """Add, move or change through services; what they refuse stops the form earlier."""
        actor = actor_of(request.user)
        if not change:
            made = services.add_asset(
                actor=actor,
                parent=obj.parent,
                name=obj.name,
                asset_type=AssetType(obj.asset_type),
                time_zone=obj.time_zone,
                latitude=obj.latitude,
                longitude=obj.longitude,
            )
            obj.pk, obj.path = made.pk, made.path
            return
        if "parent" in form.changed_data and obj.parent is not None:
            services.move_asset(actor=actor, asset=obj, parent=obj.parent)
            obj.refresh_from_db(fields=["path", "parent"])
        services.change_asset(actor=actor, asset=obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what a service refuses as a message, instead of failing."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (ValidationError, PermissionDenied) as error:
            words = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            self.message_user(request, words, messages.ERROR)
            return self.response_post_save_change(request, Asset())

    def has_delete_permission(self, request: HttpRequest, obj: Asset | None = None) -> bool:
        return False


@admin.register(Sensor)
class SensorAdmin(ModelAdmin[Sensor]):
    """Sensors with a chart of what is believed of them."""

    fields = ["asset", "name", "quantity", "resolution"]
    list_display = ["name", "asset", "quantity", "resolution"]
    list_filter = ["quantity"]
    list_select_related = ["asset"]
    search_fields = ["name", "asset__name"]
    autocomplete_fields = ["asset"]
    ordering = ["asset__path", "name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Sensor | None = None) -> list[str]:
        # What values were recorded for stays what it was.
        return ["asset", "quantity", "resolution"] if obj else []

    def save_model(
        self,
        request: HttpRequest,
        obj: Sensor,
        form: "ModelForm[Sensor]",
        change: bool,  # noqa: FBT001
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        wanted = services.NewSensor(obj.name, Quantity(obj.quantity), obj.resolution)
        made = services.add_sensor(actor=actor_of(request.user), asset=obj.asset, sensor=wanted)
        obj.pk = made.pk

    def has_delete_permission(self, request: HttpRequest, obj: Sensor | None = None) -> bool:
        return False


@admin.register(Source)
class SourceAdmin(ModelAdmin[Source]):
    list_display = ["name", "kind", "version"]
    list_filter = ["kind"]
    search_fields = ["name"]
    ordering = ["kind", "name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request)
