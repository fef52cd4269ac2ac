"""Forecasters that learn each step ahead directly from what is known at the origin."""
