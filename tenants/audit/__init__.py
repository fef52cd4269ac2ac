"""Who did what: written with the change itself, never changed afterwards."""
