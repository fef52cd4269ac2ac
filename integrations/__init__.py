"""The ways in and out: connectors and their connections."""
