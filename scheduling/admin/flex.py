"""What is flexible at an asset: documents, checked as those of the interface are."""

from typing import Any

from django.contrib import admin
from pydantic import ValidationError as DocumentInvalid

from scheduling import services
from scheduling.admin.documents import DocumentField
from scheduling.flex.context import SiteContext
from scheduling.models import AssetFlex
from tenants.admin.service_form import ServiceAdmin, ServiceForm
from tenants.errors import as_validation_error, wrong


class AssetFlexForm(ServiceForm[AssetFlex]):
    default_field = "document"

    document = DocumentField(
        help_text="JSON as docs/flexibility.md describes: of a device, with its kind; "
        "or of a site, a feeder or an area: prices, connection, peaks and more."
    )

    class Meta:
        model = AssetFlex
        fields = ["asset", "valid_from", "valid_to", "power_sensor", "stock_sensor", "document"]
        help_texts = {
            "valid_from": "From then on, until a newer one.",
            "valid_to": "Until then; empty: until a newer one.",
            "power_sensor": "Of a device: where its planned power is recorded. Empty at a site.",
        }

    def store(self) -> AssetFlex:
        given = self.instance
        document: Any = given.document
        if not isinstance(document, dict):
            raise wrong("document", 'an object is right, such as {"kind": "battery", ...}')
        if given.power_sensor is not None:
            device = services.DeviceFlex(
                asset=given.asset,
                document=document,
                power_sensor=given.power_sensor,
                stock_sensor=given.stock_sensor,
            )
            return services.keep_device(
                actor=self.actor,
                device=device,
                valid_from=given.valid_from,
                valid_to=given.valid_to,
            )
        try:
            context = SiteContext.model_validate(document)
        except DocumentInvalid as error:
            raise as_validation_error(error, field="document") from error
        return services.keep_context(
            actor=self.actor,
            asset=given.asset,
            context=context,
            valid_from=given.valid_from,
            valid_to=given.valid_to,
        )


@admin.register(AssetFlex)
class AssetFlexAdmin(ServiceAdmin[AssetFlex]):
    """A change is a new row: runs that were made with an older one can be repeated."""

    form = AssetFlexForm
    list_display = ["asset", "kind", "valid_from", "valid_to"]
    list_select_related = ["asset"]
    search_fields = ["asset__name"]
    autocomplete_fields = ["asset", "power_sensor", "stock_sensor"]
    ordering = ["asset__path", "-valid_from"]

    @admin.display(description="kind")
    def kind(self, flex: AssetFlex) -> str:
        """The device's kind; of a site's document, what it is."""
        return str(flex.document.get("kind", "context"))
