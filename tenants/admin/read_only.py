"""Rows that an admin shows and nobody writes there."""

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """Mixed into an admin whose rows are made, changed and deleted elsewhere."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
