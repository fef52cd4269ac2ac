"""Wiring: settings, addresses, server and worker entry points. Nobody imports it."""
