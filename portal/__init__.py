"""White-label pages for a tenant's own customers."""
