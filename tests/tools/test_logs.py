"""Logs: one JSON object a line, with nothing of what was in hand when something failed."""

import json

import pytest
import structlog

from tools.commands import log_as_json


def test_an_error_is_logged_with_its_place_and_without_what_was_in_hand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log_as_json()
    password = "sourdough-at-dawn"
    try:
        raise RuntimeError(f"{len(password)} characters")
    except RuntimeError:
        structlog.get_logger("web").exception("request failed", path="/sign-in")
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    (error,) = said["exception"]
    assert (said["event"], said["path"], error["exc_value"]) == (
        "request failed",
        "/sign-in",
        "17 characters",
    )
    assert error["frames"][0]["name"] == "test_an_error_is_logged_with_its_place_and_without_what_was_in_hand"
    assert password not in line
