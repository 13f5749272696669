"""The demo: it fails when a step is not as it should be."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from tools import demo
from tools.client import Unexpected
from tools.demo_cast import Cast, must


def test_the_demo_exits_with_failure_when_a_step_is_not_as_it_should_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def nobody_answers(folder: Path, console: Console) -> Iterator[str]:
        yield "http://127.0.0.1:9"

    monkeypatch.setattr(demo, "_instance", nobody_answers)
    assert demo.demo(keep=False) == 1
    assert "Not as it should be" in capsys.readouterr().out


def test_what_must_hold_is_told_when_it_does_not() -> None:
    must(True, "fine")
    with pytest.raises(Unexpected, match="three seats"):
        must(False, "three seats")


def test_waiting_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 1000, 15))
    monkeypatch.setattr("tools.demo_cast.time.monotonic", lambda: next(moments))
    monkeypatch.setattr("tools.demo_cast.time.sleep", lambda seconds: None)
    with pytest.raises(TimeoutError, match="never came"):
        Cast("http://127.0.0.1:9", Path()).until(lambda: None, "it never came")
