"""The admin site of the platform's host."""

from typing import Final

from unfold.sites import UnfoldAdminSite


class PublicSite(UnfoldAdminSite):
    settings_name = "UNFOLD_PUBLIC"


public_site: Final = PublicSite(name="public")
