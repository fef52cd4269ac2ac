"""Requests that may be sent twice and have their effect once."""
