"""A developer's or a demo's machine: embedded services unless addresses are given."""

from config.settings.base import *  # noqa: F403
