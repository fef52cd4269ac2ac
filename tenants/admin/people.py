"""Operators of the platform: people of the public schema."""

from tenants.accounts.admin import UserAdmin
from tenants.accounts.models import User
from tenants.admin.site import public_site

public_site.register(User, UserAdmin)
