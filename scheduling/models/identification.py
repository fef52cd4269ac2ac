"""Identifications: one attempt to tell what a building or a battery is from its measurements."""

from scheduling.models.inquiry import Inquiry


class Identification(Inquiry):
    """One attempt to identify one asset, a building or a battery.

    What is kept as ``asked`` is a ``scheduling.flex.IdentificationDocument``, as ``result`` a
    ``scheduling.flex.IdentificationResult``.
    """
