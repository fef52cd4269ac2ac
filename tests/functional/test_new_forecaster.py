"""``manage.py new_forecaster``: a package from outside that keeps the contract as it comes."""

import inspect
import io
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from forecasting.forecasters.base import FORECASTERS, Forecaster
from tests.contract import test_forecasters as contract

GROUP = "forecasting.forecasters"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The example as the command writes it, where Python finds it."""
    folder = tmp_path_factory.mktemp("outside")
    call_command("new_forecaster", "my_model", into=folder, stdout=io.StringIO())
    sys.path.insert(0, str(folder / "my_model"))
    yield folder / "my_model"
    sys.path.remove(str(folder / "my_model"))


@pytest.fixture
def forecaster(package: Path, monkeypatch: pytest.MonkeyPatch) -> Forecaster:
    """The class, by the road that an installed package takes."""
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    [(name, value)] = project["entry-points"][GROUP].items()
    point = EntryPoint(name, value, GROUP)
    monkeypatch.setitem(FORECASTERS.__dict__, "_published", {name: point})
    return FORECASTERS.get("my_model")()


def promises() -> list[Any]:
    """Tests of the contract that need nothing but a forecaster."""
    found = inspect.getmembers(contract, inspect.isfunction)
    return [
        each
        for name, each in found
        if name.startswith("test_") and list(inspect.signature(each).parameters) == ["forecaster"]
    ]


@pytest.mark.parametrize("promise", promises(), ids=lambda promise: promise.__name__[5:])
def test_it_keeps_what_every_forecaster_promises(
    forecaster: Forecaster, promise: Callable[[Forecaster], None]
) -> None:
    promise(forecaster)


def test_there_are_promises_to_keep() -> None:
    assert len(promises()) >= 8


def test_the_example_in_the_documentation_is_what_the_command_writes(package: Path) -> None:
    example = Path(__file__).parents[2] / "docs/examples/my_model"

    def texts(folder: Path) -> dict[Path, str]:
        files = [*folder.glob("*.*"), *folder.glob("my_model/*.py")]
        return {each.relative_to(folder): each.read_text() for each in files}

    assert len(texts(package)) == 4
    assert texts(example) == texts(package), "write it anew: manage.py new_forecaster"


@pytest.mark.parametrize("name", ["2fast", "class", "a-b", "../up", "linear", "naïve"])
def test_a_wrong_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("new_forecaster", name, into=tmp_path, stdout=io.StringIO())

    assert refused.value.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "my_model").mkdir()

    with pytest.raises(CommandError, match="is there already"):
        call_command("new_forecaster", "my_model", into=tmp_path, stdout=io.StringIO())
