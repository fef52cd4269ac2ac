"""The audit trail, to be read: in a tenant's admin its own, in the platform's that of operators."""

import json

from django.contrib import admin
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from tenants.admin.read_only import ReadOnly
from tenants.admin.site import public_site
from tenants.audit.models import AuditEntry


@admin.register(AuditEntry)
@admin.register(AuditEntry, site=public_site)
class AuditEntryAdmin(ReadOnly, ModelAdmin[AuditEntry]):
    fields = ["at", "actor", "verb", "subject_type", "subject_id", "subject_name", "was", "since"]
    readonly_fields = ["was", "since"]
    list_display = ["at", "actor", "verb", "subject_type", "subject_name"]
    list_filter = ["verb", "subject_type"]
    search_fields = ["actor", "subject_id", "subject_name"]
    date_hierarchy = "at"
    # Counting a trail of years takes longer than showing a page of it.
    show_full_result_count = False
    ordering = ["-at", "-id"]

    @admin.display(description="before")
    def was(self, entry: AuditEntry) -> SafeString:
        return _shown(entry.before)

    @admin.display(description="after")
    def since(self, entry: AuditEntry) -> SafeString:
        return _shown(entry.after)


def _shown(values: dict[str, object]) -> SafeString:
    text = json.dumps(values, indent=2, cls=DjangoJSONEncoder, ensure_ascii=False)
    return format_html("<pre>{}</pre>", text if values else "")
