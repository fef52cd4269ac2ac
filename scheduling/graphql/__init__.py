"""Schedules in the public interface."""
