"""Loops of the dynamic programme, compiled by numba at first use and kept on disk."""
