"""Forecasters: models of one series, behind one contract."""
