"""The admin site of the platform's host."""

from typing import Final

from unfold.sites import UnfoldAdminSite

public_site: Final = UnfoldAdminSite(name="public")
