"""A child process within its bounds: what is counted is its own work, not the time of day."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from stepgrad.app.drawing import process
from stepgrad.app.drawing.process import PATIENCE, Bounds, Flood, Late, answer_of

posix = pytest.mark.skipif(os.name != "posix", reason="there is no such clock")


def python(body: str, seconds: float = 20.0, text: bytes = b"", answer: int = 1 << 20) -> tuple[bytes, int]:
    bounds = Bounds(seconds, memory=1 << 30, answer=answer)
    return answer_of([sys.executable, "-c", f"import os, sys, time\n{body}"], text, dict(os.environ), bounds)


@pytest.mark.parametrize("size", [0, 1, 1 << 20])
def test_what_goes_in_comes_out(size: int):
    text = b"x" * size
    assert python("sys.stdout.buffer.write(sys.stdin.buffer.read())", text=text) == (text, 0)


def test_the_exit_code_is_told():
    assert python("print('no'); sys.exit(3)") == (f"no{os.linesep}".encode(), 3)


@posix
def test_a_signal_is_told():
    assert python("os.kill(os.getpid(), 9)")[1] == -9


def test_one_that_talks_for_ever_is_ended():
    with pytest.raises(Flood):
        python("while True: print('x' * 1000)")


class Machine:
    """A clock on the wall and a process, as a test wants them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, share: float | None) -> None:
        """*share* is how much of the time the process is at work; None: nobody knows."""
        self.now = 100.0
        self.share = share
        self.looks = 0
        monkeypatch.setattr(process.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(process, "_seconds_used", self._used)

    def _used(self, pid: int) -> float | None:
        self.looks += 1
        return None if self.share is None else self.share * (self.now - 100.0)

    def ends_after(self, seconds: float) -> float:
        clock = process._Clock(1, seconds)
        try:
            while True:
                self.now += clock.left()
        except Late:
            return self.now - 100.0


@pytest.mark.parametrize(("share", "wall"), [(1.0, 2.0), (0.5, 4.0), (0.25, 8.0), (0.0, 2.0 * PATIENCE), (None, 2.0 * PATIENCE)])
def test_the_time_of_a_process_is_what_it_worked(monkeypatch: pytest.MonkeyPatch, share: float | None, wall: float):
    machine = Machine(monkeypatch, share)
    assert machine.ends_after(2.0) == pytest.approx(wall, abs=0.02)
    assert machine.looks < 60


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_the_work_of_a_process_is_known_while_it_runs():
    used = []
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as child:
        while (seconds := process._seconds_used(child.pid) or 0.0) < 0.1:
            used.append(seconds)
        child.kill()
    assert used == sorted(used)
    assert process._seconds_used(child.pid) is None
