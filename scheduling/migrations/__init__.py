"""Migrations of scheduling."""
