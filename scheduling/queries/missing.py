"""What a run needs and is not known."""


class MissingBeliefs(Exception):
    """The run needs a series of which steps are not known, or do not fit. Words for the user."""
