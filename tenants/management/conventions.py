"""What all commands keep to."""

from typing import Final

#: Exit status of a command that was given what is wrong.
BAD_INPUT: Final = 2
#: In place of a file's name: standard input or output.
STANDARD: Final = "-"
