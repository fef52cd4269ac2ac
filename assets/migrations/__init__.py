"""Migrations of assets."""
