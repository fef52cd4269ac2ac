"""Documents in forms of the admin."""

import json
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget


class DocumentField(forms.JSONField):
    """JSON as people read it: a line for each name."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 24, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> str:
        given = super().prepare_value(value)
        try:
            return json.dumps(json.loads(given), indent=2)
        except ValueError:
            return str(given)  # what was typed, to be mended
