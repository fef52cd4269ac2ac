"""Migrations of people and tokens."""
