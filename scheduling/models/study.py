"""Studies: what a year says of battery sizes and of fleets behind a connection."""

from scheduling.models.inquiry import Inquiry


class Study(Inquiry):
    """One study of a site.

    What is kept as ``asked`` is a document of ``scheduling.flex.study``, as ``result`` a
    ``scheduling.flex.StudyResult``.
    """

    class Meta(Inquiry.Meta):
        verbose_name_plural = "studies"
