"""People and tokens inside one tenant, and what they may do."""
