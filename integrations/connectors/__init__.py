"""Connectors: one foreign system each. They know nothing of our database."""
