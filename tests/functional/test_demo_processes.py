"""Programmes beside the demo: started once, found by anyone, ended with what they started."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from config.demo.processes import Programme
from config.demo.serving import is_free, look_after, port_of

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Programme]:
    programme = Programme("worker", tmp_path)
    yield programme
    programme.stop()


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process does; fail rather than wait for ever."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def pid_of(programme: Programme) -> int:
    return int((programme.folder / f"{programme.name}.pid").read_text())


def test_runs_once_whoever_starts_it(worker: Programme, tmp_path: Path) -> None:
    assert not worker.is_running()
    assert worker.start(SLEEPER)
    first = pid_of(worker)

    assert not Programme("worker", tmp_path).start(SLEEPER)

    assert Programme("worker", tmp_path).is_running()
    assert pid_of(worker) == first


def test_ends_when_told(worker: Programme) -> None:
    worker.start(SLEEPER)

    assert worker.stop()

    assert not worker.is_running()
    assert not worker.left_its_file()
    assert not worker.stop()


def test_ends_also_when_it_does_not_listen(
    worker: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.demo.processes._PATIENCE_SECONDS", 0.1)
    worker.start([sys.executable, "-c", DEAF])
    until(lambda: "deaf" in worker.log.read_text())

    assert worker.stop()

    assert not worker.is_running()


def test_one_that_was_killed_is_seen_to_be_gone_and_can_be_started_again(
    worker: Programme,
) -> None:
    worker.start(SLEEPER)
    os.kill(pid_of(worker), signal.SIGKILL)

    until(lambda: not worker.is_running())

    assert worker.left_its_file()
    assert worker.start(SLEEPER)
    assert worker.is_running()


def test_a_strangers_pid_in_the_file_is_left_alone(worker: Programme, tmp_path: Path) -> None:
    """After a power cut the number may be anyone's: here it is ours."""
    (tmp_path / "worker.pid").write_text(f"{os.getpid()}\n")

    assert not worker.is_running()
    assert not worker.stop()


def test_one_that_ends_at_once_says_why(worker: Programme) -> None:
    worker.start([sys.executable, "-c", "raise SystemExit('no broker')"])
    until(lambda: not worker.is_running())

    assert "no broker" in str(worker.failure())
    assert str(worker.log) in str(worker.failure())


def test_stop_ends_what_the_demo_serves(
    worker: Programme, tmp_path: Path, settings: object
) -> None:
    settings.RUN_DIR = tmp_path  # type: ignore[attr-defined]
    worker.start(SLEEPER)
    Programme("web", tmp_path).start(SLEEPER)

    said = StringIO()
    call_command("stop", stdout=said)
    again = StringIO()
    call_command("stop", stdout=again)

    assert said.getvalue() == "stopped: web, worker\n"
    assert again.getvalue() == "nothing was running\n"
    assert not worker.is_running()


def test_the_port_of_a_served_demo_is_known_to_a_second_one(tmp_path: Path) -> None:
    web = Programme("web", tmp_path)
    (tmp_path / "web.port").write_text("8123")
    assert port_of(web) is None

    web.start(SLEEPER)

    assert port_of(web) == 8123
    web.stop()


def test_services_are_kept_up_for_as_long_as_the_demo_runs(
    worker: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []

    def look() -> None:
        looked.append(worker.is_running())
        if len(looked) == 2:
            worker.stop()

    monkeypatch.setattr("config.demo.serving._LOOK_AFTER_SECONDS", 0.0)
    monkeypatch.setattr("config.demo.serving._POLL_SECONDS", 0.01)
    monkeypatch.setattr("config.demo.serving.start_services", look)
    worker.start(SLEEPER)

    look_after({"worker": worker})

    assert looked == [True, True]


def test_a_taken_port_is_noticed() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert not is_free(other.getsockname()[1])
