"""What pages of the admin say of a refusal."""

from django.core.exceptions import ValidationError


def in_words(error: ValidationError) -> str:
    """Return why something was refused."""
    return "; ".join(error.messages)
