import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Any

import pytest
from click.testing import CliRunner

from bench import http, http_load, http_served
from bench.__main__ import main
from bench.feed_data import Size
from bench.http_load import Clients, NoAnswer, Page, WrongAnswer, request
from bench.http_pages import FULL_PAGE, Visits, newest
from bench.server import Server
from tools import commands

SMALL = Size(members=300, posts=3000)
ARGUMENTS = ["http", "--members=300", "--posts=3000", "--rounds=1", "--seconds=0.8", "--json"]


@pytest.mark.long
def test_the_served_application_is_measured_against_the_served_floor(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "WARM_UP_S", 0.2)
    monkeypatch.setattr(http, "FLOOR_SECONDS", 0.3)
    monkeypatch.setattr(http, "CONNECTIONS", 8)
    result = CliRunner().invoke(main, ARGUMENTS)
    found = json.loads(result.stdout)
    figures = found["figures"]
    assert result.exit_code == (0 if found["met"] else 1)
    assert (figures["errors"], figures["lost"]) == (0, 0), result.stderr
    assert figures["pages"] > 10
    assert 0 < figures["p50_ms"] <= figures["p99_ms"]
    assert figures["rps"] < figures["floor_rps"]
    assert figures["replies_a_post"] >= 1
    assert found["goals"] == {
        "errors": {"exactly": 0},
        "lost": {"exactly": 0},
        "ratio_floor": {"at_least": 0.08},
    }
    assert "http_run" not in server.databases()


def test_both_are_served_as_the_application_is(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    class Recorded:
        def __init__(self, target: str, **options: Any) -> None:
            self.target = target
            asked.append(options)

        def serve(self) -> None:
            pass

    monkeypatch.setattr("granian.server.Server", Recorded)
    monkeypatch.setattr(http_served, "Server", Recorded)
    assert CliRunner().invoke(commands.serve, ["--port", "8001"]).exit_code == 0
    http_served.serve("application", 8001)
    http_served.serve("floor", 8001)
    production, *ours = asked
    assert ours == [production, production]


Answer = bytes | None
"""What a scripted server sends; none ends the connection."""


@contextmanager
def scripted(answers: Sequence[Answer]) -> Iterator[int]:
    """Answer the requests of each connection by the script, in small parts; give the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def attend(line: socket.socket) -> None:
            with line:
                for answer in answers:
                    if not line.recv(65536) or answer is None:
                        return
                    for start in range(0, len(answer), 40):
                        line.sendall(answer[start : start + 40])

        def accept() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                except OSError:
                    return
                threading.Thread(target=attend, args=(line,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def told(data: Any, status: int = 200) -> bytes:
    body = json.dumps(data).encode()
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nServer: s\r\n\r\n%s" % (status, len(body), body)


ASKED = request("GET", "/")


def of_two_requests() -> Page:
    assert (yield ASKED) == (200, b"1")
    assert (yield ASKED) == (201, b"{}")


def accepting(wanted: bytes) -> Page:
    status, body = yield ASKED
    if body != wanted:
        raise WrongAnswer(f"{status}: {body!r}")


def test_a_page_of_several_requests_counts_once() -> None:
    with scripted([told(1), told({}, 201)] * 10_000) as port, Clients("127.0.0.1", port, 3) as clients:
        block = clients.load((of_two_requests() for _ in repeat(None)), 0.1)
        more = clients.load((of_two_requests() for _ in repeat(None)), 0.1)
    assert block.faults == more.faults == []
    assert len(block.times) > 3
    assert all(0 < time < 100 for time in block.times)
    both = block + more
    assert both.rps == (len(block.times) + len(more.times)) / 0.2
    assert both.cpu_s > 0


def test_what_was_not_asked_for_is_a_fault_and_counts_for_nothing() -> None:
    with scripted([told("x" * 500), told(2)] * 10_000) as port, Clients("127.0.0.1", port, 1) as clients:
        block = clients.load((accepting(b"2") for _ in repeat(None)), 0.05)
    assert set(block.faults) == {repr_of("x" * 500)}
    assert 0 <= len(block.faults) - len(block.times) <= 2


def repr_of(text: str) -> str:
    return f"200: {json.dumps(text).encode()!r}"


def test_a_connection_that_the_server_ends_is_a_fault_and_is_made_anew() -> None:
    with scripted([told(2), None]) as port, Clients("127.0.0.1", port, 2) as clients:
        block = clients.load((accepting(b"2") for _ in repeat(None)), 0.05)
    assert len(block.times) > 2
    assert len(block.faults) > 2
    assert all(fault.startswith("Connection") for fault in block.faults)


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_load, "PATIENCE_S", 0.05)
    with (
        scripted([b"", b""]) as port,
        Clients("127.0.0.1", port, 2) as clients,
        pytest.raises(NoAnswer, match="2 connections"),
    ):
        clients.load((accepting(b"") for _ in repeat(None)), 0.01)


def visit(page: Page, answer: tuple[int, Any]) -> str:
    """Open a page and answer its only request; return the first line of that."""
    asked = next(page).split(b" HTTP")[0].decode()
    status, data = answer
    with pytest.raises(StopIteration):
        page.send((status, data if isinstance(data, bytes) else json.dumps(data).encode()))
    return asked


def feed_of(*posts: str) -> tuple[int, Any]:
    return 200, {"items": [{"post": {"id": post}} for post in posts]}


def thread_of(post: str, *replies: str) -> tuple[int, Any]:
    return 200, {"post": {"id": post}, "replies": [{"id": reply} for reply in replies]}


def visits() -> Visits:
    return Visits(["one", "two"], "calm", [("three", "33")])


def test_of_ten_pages_six_are_feeds_three_are_posts_and_one_is_a_reply() -> None:
    made = visits()
    pages = made.pages()
    asked: list[str] = []
    for _ in range(1010):
        page = next(pages)
        first = next(page).decode()
        asked.append(first.split(" HTTP")[0])
        page.close()
        if first.startswith("GET /api/v1/feeds"):
            visit(made._feed("one"), feed_of("11"))
    kinds = asked[10:]
    assert kinds.count("GET /api/v1/feeds/calm") == 600
    assert kinds.count("GET /api/v1/posts/33/thread") == 300
    assert kinds.count("POST /api/v1/posts/11/replies") == 100


def test_a_page_is_what_was_asked_for() -> None:
    made = visits()
    whole = [str(number) for number in range(FULL_PAGE)]
    assert visit(made._feed("one"), feed_of(*whole)) == "GET /api/v1/feeds/calm"
    assert made.short == 0
    visit(made._feed("two"), feed_of("7"))
    assert made.short == 1
    asked = visit(made._post("three", "33"), thread_of("33", "1", "2"))
    assert asked == "GET /api/v1/posts/33/thread"
    assert (made.opened, made.shown) == (1, 2)
    visit(made._reply("two", ["7"]), (201, {"id": "70"}))
    assert made.written == ["70"]
    visit(next(newest()), (200, whole))


def feed(made: Visits) -> Page:
    return made._feed("one")


def post(made: Visits) -> Page:
    return made._post("three", "33")


def reply(made: Visits) -> Page:
    return made._reply("two", ["7"])


def rows(made: Visits) -> Page:
    return next(newest())


@pytest.mark.parametrize(
    ("page", "answer"),
    [
        (feed, feed_of()),
        (feed, (503, feed_of("1")[1])),
        (feed, (200, b"{")),
        (post, (404, {})),
        (post, thread_of("34", "1")),
        (post, thread_of("33")),
        (reply, (200, {"id": "70"})),
        (reply, (403, {})),
        (rows, (200, [1] * (FULL_PAGE - 1))),
        (rows, (500, [1] * FULL_PAGE)),
    ],
)
def test_any_other_page_is_a_wrong_answer(page: Callable[[Visits], Page], answer: tuple[int, Any]) -> None:
    made = visits()
    with pytest.raises(WrongAnswer):
        visit(page(made), answer)
    assert (made.opened, made.written) == (0, [])
