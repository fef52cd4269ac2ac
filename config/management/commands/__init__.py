"""Commands of the whole: show it, stop it."""
