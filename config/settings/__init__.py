"""Settings, one file per concern."""
