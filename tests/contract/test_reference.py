"""The reference pages are those of the schema."""

from pathlib import Path

from config.reference import pages
from config.schema import as_sdl

FOLDER = Path(__file__).parents[2] / "docs" / "api" / "reference"


def test_the_pages_equal_the_schema() -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}

    assert kept == pages(as_sdl()), "run: ./run manage write_reference"


def test_a_page_tells_types_arguments_and_what_will_go() -> None:
    sdl = """
        "What can be read." type Query { "A car." car("Which." id: ID!): Car }
        "What can be done." type Mutation { "Nothing." nothing: Int }
        "What can be followed." type Subscription { "Nothing." nothing: Int }
        "Drives." type Car {
          "Fast | slow." speedKmh: Float @deprecated(reason: "Until 2027-06-01.") }
    """

    made = pages(sdl)

    assert "| `id` | `ID!` | Which. |" in made["queries.md"]
    assert "Answers [`Car`](objects.md#car)." in made["queries.md"]
    row = "| `speedKmh` | `Float` | Fast \\| slow. **Deprecated.** Until 2027-06-01. |"
    assert row in made["objects.md"]
