"""gekko leaves nothing behind: no folder and no process, however a solve ends."""

import os
import select
import signal
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from scheduling.engines import gekko_folder, gekko_process
from scheduling.engines.base import OutOfTime
from scheduling.planning import plan
from tests.unit.scheduling_documents import battery, load, site


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place for temporary files, empty at first."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_solve_leaves_no_folder(temporary: Path) -> None:
    plan(site(battery(), load(1.0), import_price=[0.1, 0.5]), engine="gekko")

    assert list(temporary.iterdir()) == []


def test_a_solve_that_runs_out_of_time_leaves_neither_folder_nor_process(temporary: Path) -> None:
    prices = [0.1 + 0.001 * (step * 37 % 101) for step in range(960)]
    document = site(battery(wear_cost_per_kwh=0.01), import_price=prices, step_minutes=15)

    with pytest.raises(OutOfTime):
        plan(document, engine="gekko", time_limit=timedelta(seconds=0.4))

    assert list(temporary.iterdir()) == []
    assert _children() == []


def test_an_exception_in_the_middle_leaves_neither_folder_nor_process(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the soft time limit of a worker does: it is raised wherever the work happens to be."""

    class SoftLimit(Exception):
        pass

    def interrupted(*_: object, **__: object) -> None:
        raise SoftLimit

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(SoftLimit):
        plan(site(battery(), import_price=[0.1, 0.5]), engine="gekko")

    assert list(temporary.iterdir()) == []
    assert _children() == []


_KILLED_IN_THE_MIDDLE = """
import sys, time, tempfile, subprocess
tempfile.tempdir = sys.argv[1]
from scheduling.engines import gekko_folder
with gekko_folder.own_folder() as folder:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], cwd=folder,
                             stdout=subprocess.DEVNULL)
    gekko_folder.remember_child(folder, child.pid)
    print(child.pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_a_killed_process_left_is_swept_by_the_next(temporary: Path) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", _KILLED_IN_THE_MIDDLE, str(temporary)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    child = os.pidfd_open(int(worker.stdout.readline()))
    assert gekko_folder.sweep() == 0  # its owner lives
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    assert len(list(temporary.iterdir())) == 1

    assert gekko_folder.sweep() == 1

    assert list(temporary.iterdir()) == []
    ended, _, _ = select.select([child], [], [], 10)
    os.close(child)
    assert ended


def test_a_sweep_leaves_alone_what_is_not_ours(temporary: Path) -> None:
    (temporary / "loadstar-gekko-notes").mkdir()
    (temporary / "something").mkdir()
    (temporary / "loadstar-gekko-999999999-1-x").symlink_to(temporary / "something")

    assert gekko_folder.sweep() == 0
    assert len(list(temporary.iterdir())) == 3


def test_a_number_that_came_round_again_does_not_protect_a_folder(temporary: Path) -> None:
    (temporary / f"loadstar-gekko-{os.getpid()}-1-x").mkdir()

    assert gekko_folder.sweep() == (1 if sys.platform == "linux" else 0)


def test_the_solver_is_the_one_that_gekko_brings() -> None:
    assert gekko_process._executable().is_file()


def _children() -> list[str]:
    """Commands of this process's children that run gekko's solver."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        if rest.split()[1] == str(os.getpid()) and name.startswith("apm"):
            found.append(name)
    return found
