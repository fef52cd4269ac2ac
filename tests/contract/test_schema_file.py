"""The published schema file is the code's schema."""

from pathlib import Path

from config.schema import as_sdl

SCHEMA_FILE = Path(__file__).parents[2] / "schema.graphql"


def test_the_schema_file_equals_the_code() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == as_sdl(), (
        "run: ./run manage print_schema --output schema.graphql"
    )
