"""Interpreting: solutions back into power, stock, breaches, reasons and words."""
