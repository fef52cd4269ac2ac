"""Who: tenants, users, roles, permissions, events, plug-ins, jobs."""
