"""Migrations of forecasting."""
