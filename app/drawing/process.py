"""A program run as a process of its own: text in, answer out, within bounds.

    answer_of(command, text, environment, bounds) → the answer and the exit code

Its time is processor time, so that it does not matter who else is on the machine; the wall only ends what waits for ever.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

__all__ = ["PATIENCE", "Bounds", "Flood", "Late", "answer_of"]

PATIENCE = 10.0
"""Seconds on the wall for each second of processor time: more than a busy machine takes."""

_OFTEN = 0.01
"""Seconds between two looks at how much processor time there is left."""


class Late(Exception):  # noqa: N818
    """It was ended, since its time was over."""


class Flood(Exception):  # noqa: N818
    """It was ended, since it said far too much."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one process may use up."""

    seconds: float
    """Processor time, its own and that of what it has started and seen end."""
    memory: int
    """Address space, bytes."""
    answer: int = 8 << 20
    """Bytes that it may say."""


def answer_of(command: Sequence[str], text: bytes, environment: Mapping[str, str], bounds: Bounds) -> tuple[bytes, int]:
    """What a program says to a text, and its exit code, negative for a signal. Raises OSError where it cannot be started."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=_nowhere(),
        env=environment,
        # A group of its own, so that what it starts dies with it.
        process_group=0 if os.name == "posix" else None,
        bufsize=0,
    )
    try:
        _limit(process.pid, bounds)
        answer = _talk(process, text, bounds)
    finally:
        if process.poll() is None:
            _kill(process)
            process.wait()
    return answer, process.returncode


@cache
def _nowhere() -> int:
    """A descriptor that takes anything; `subprocess.DEVNULL` would open one for each process."""
    return os.open(os.devnull, os.O_WRONLY)


def _limit(pid: int, bounds: Bounds) -> None:
    """What the system sees to itself. A preexec function would cost a fork of the whole server instead."""
    if resource is not None and hasattr(resource, "prlimit"):
        # If this process is killed, nobody looks at the clock any more; the orphan must end all the same.
        seconds = math.ceil(bounds.seconds) + 1
        with contextlib.suppress(OSError):  # it has ended already
            resource.prlimit(pid, resource.RLIMIT_AS, (bounds.memory, bounds.memory))
            resource.prlimit(pid, resource.RLIMIT_CPU, (seconds, seconds))
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


class _Clock:
    """How long a process may go on."""

    def __init__(self, pid: int, seconds: float) -> None:
        self._pid = pid
        self._seconds = seconds
        now = time.monotonic()
        self._end = now + PATIENCE * seconds
        self._look = now + seconds  # before that it cannot have used up as much

    def left(self) -> float:
        """Seconds that it may go on before it has to be looked at again. Raises Late when there are none."""
        now = time.monotonic()
        if now >= self._end:
            raise Late
        if now >= self._look:
            used = _seconds_used(self._pid)
            if used is None:
                self._look = self._end
            elif used >= self._seconds:
                raise Late
            else:
                self._look = min(self._end, now + max(self._seconds - used, _OFTEN))
        return self._look - now


def _seconds_used(pid: int) -> float | None:
    """Processor time of a process so far; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, AttributeError):  # not Linux
        return None


def _talk(process: subprocess.Popen[bytes], text: bytes, bounds: Bounds) -> bytes:
    """Give a process its input and take its output, until it has ended. Raises Late or Flood.

    Here and not in `communicate`, which looks every half millisecond whether the process has ended, and takes any amount.
    """
    if os.name != "posix":
        try:
            return process.communicate(text, PATIENCE * bounds.seconds)[0]
        except subprocess.TimeoutExpired:
            raise Late from None
    clock = _Clock(process.pid, bounds.seconds)
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin as stdin, process.stdout as stdout:
        os.set_blocking(stdin.fileno(), False)
        poll = select.poll()
        poll.register(stdout, select.POLLIN)
        poll.register(stdin, select.POLLOUT)
        left, chunks, size = memoryview(text), [], 0
        while True:
            if left:
                left = left[_write(stdin.fileno(), left) :]
            if not left and not stdin.closed:
                poll.unregister(stdin)
                stdin.close()
            if stdout.fileno() not in _ready(poll, clock):
                continue
            if not (chunk := os.read(stdout.fileno(), 1 << 16)):
                break
            chunks.append(chunk)
            size += len(chunk)
            if size > bounds.answer:
                raise Flood
    _wait(process, clock)
    return b"".join(chunks)


def _write(descriptor: int, data: memoryview) -> int:
    """How much of it is done with: taken, or never to be read, which shows in the answer."""
    try:
        return os.write(descriptor, data)
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        return len(data)


def _ready(poll: select.poll, clock: _Clock) -> set[int]:
    """What can be read from or written to now."""
    while not (found := poll.poll(math.ceil(clock.left() * 1000))):
        pass
    return {descriptor for descriptor, _ in found}


def _wait(process: subprocess.Popen[bytes], clock: _Clock) -> None:
    """Until a process that has nothing more to say has ended."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # not Linux, or forbidden
        while process.returncode is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(clock.left())
        return
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        _ready(poll, clock)
    finally:
        os.close(descriptor)
    process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
