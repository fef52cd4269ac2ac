"""Engines: plug-ins that turn a linear model into a solution."""
