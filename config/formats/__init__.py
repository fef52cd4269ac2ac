"""How times are written: the day first, hours to 24."""
