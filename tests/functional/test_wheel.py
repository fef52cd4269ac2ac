"""What is installed from a wheel is whole: not only a checkout has templates and styles."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def packages() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["setuptools"]["packages"]["find"]["include"]
    return [each.removesuffix("*") for each in included]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, packages: list[str]) -> Path:
    """The wheel of a copy, so that no build is left in the checkout."""
    copy = tmp_path_factory.mktemp("source")
    for name in packages:
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, copy / name, ignore=leave)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    build = "from setuptools.build_meta import build_wheel; print(build_wheel('dist'))"
    made = subprocess.run(
        [sys.executable, "-c", build], cwd=copy, capture_output=True, text=True, check=True
    )
    return copy / "dist" / made.stdout.splitlines()[-1]


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path, packages: list[str]) -> None:
    there = set(zipfile.ZipFile(wheel).namelist())

    files = {
        str(file.relative_to(ROOT))
        for name in packages
        for file in (ROOT / name).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    assert "forecasting/management/template/model.py.txt" in files
    assert files - there == set()


def test_the_example_package_is_written_from_an_installed_wheel(
    wheel: Path, tmp_path: Path
) -> None:
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    where = {
        **os.environ,
        "PYTHONPATH": str(installed),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }

    command = [sys.executable, "-m", "django", "new_forecaster", "my_model"]
    subprocess.run(command, cwd=tmp_path, env=where, check=True, capture_output=True)

    written = {
        str(file.relative_to(tmp_path / "my_model")) for file in tmp_path.rglob("my_model/*")
    }
    assert {"pyproject.toml", "README.md", "my_model"} <= written
