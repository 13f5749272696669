"""The worker: jobs are run by the clock, brought forward to the moment at which something is due."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from coop.worker import Job, attempt, soon, work

MINUTE = 60.0


@pytest.fixture
def handlers() -> Iterator[None]:
    """Give back the handlers of the signals that a worker takes."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def fail() -> None:
    raise RuntimeError("the soil is frozen")


def test_a_job_that_fails_is_logged_and_left_to_its_next_run(capsys: pytest.CaptureFixture[str]) -> None:
    attempt(Job("dig", MINUTE, fail))
    assert "the soil is frozen" in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("due_in", "expected"),
    [
        (None, None),
        (timedelta(minutes=2), None),
        (timedelta(minutes=1), None),
        (timedelta(seconds=59), timedelta(seconds=59)),
        (timedelta(), timedelta()),
        (timedelta(seconds=-3), timedelta()),
    ],
)
def test_a_job_waits_for_what_is_due_and_no_longer_than_it_waits_anyway(
    due_in: timedelta | None, expected: timedelta | None
) -> None:
    assert soon(Job("water", MINUTE, lambda: None, lambda: due_in)) == expected


def test_a_job_that_cannot_tell_when_it_is_due_keeps_its_pace(capsys: pytest.CaptureFixture[str]) -> None:
    def lost() -> timedelta | None:
        raise RuntimeError("no almanac")

    assert soon(Job("water", MINUTE, lambda: None)) is None
    assert soon(Job("water", MINUTE, lambda: None, lost)) is None
    assert "no almanac" in "".join(capsys.readouterr())


@pytest.mark.parametrize("ask", [signal.SIGTERM, signal.SIGINT])
def test_law_14_a_worker_runs_a_job_again_when_it_is_due_and_stops_when_asked(
    handlers: None, ask: signal.Signals
) -> None:
    runs: list[float] = []

    def run() -> None:
        runs.append(time.monotonic())
        if len(runs) == 3:
            os.kill(os.getpid(), ask)

    # But for what is due it would run every half second.
    work([Job("sow", 0.5, run, lambda: timedelta(milliseconds=20)), Job("rest", MINUTE, fail)])
    first, second, third = runs
    assert second - first < 0.4
    assert third - second < 0.4


def test_a_job_without_anything_due_keeps_its_pace(handlers: None) -> None:
    runs: list[float] = []

    def run() -> None:
        runs.append(time.monotonic())
        if len(runs) == 2:
            os.kill(os.getpid(), signal.SIGTERM)

    work([Job("sow", 0.3, run, lambda: None)])
    assert runs[1] - runs[0] == pytest.approx(0.3, abs=0.15)
