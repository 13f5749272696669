"""Skeletons: what counts as an answer, and what is said of everything else."""

import json

import pytest

from audience.feeds.skeleton import Unusable, read
from coop.exchange import Answer
from coop.outbound import LARGEST

MARKED = {"content-type": "application/json; charset=utf-8"}


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, MARKED if headers is None else headers, data)


def feed(*ids: object) -> dict[str, object]:
    return {"feed": [{"post": one} for one in ids]}


def why(found: Answer) -> str:
    with pytest.raises(Unusable) as told:
        read(found, 10)
    return str(told.value)


def test_the_posts_are_read_in_their_order() -> None:
    assert read(answer(feed("7", "3", "9223372036854775807")), 10) == [7, 3, 2**63 - 1]
    assert read(answer(feed()), 10) == []


def test_what_else_is_said_is_not_looked_at() -> None:
    said = {"feed": [{"post": "7", "reason": {"by": "me"}}], "cursor": "x", "for": "ada"}
    assert read(answer(said), 10) == [7]


def test_no_more_are_taken_than_were_asked_for() -> None:
    assert read(answer(feed("7", "3", "5")), 2) == [7, 3]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        None,
        {"feed": {"post": "7"}},
        feed(7),
        feed("7", None),
        feed("at://x/7"),
        feed("-7"),
        feed("9223372036854775808"),
        feed("٧"),
        feed("7 "),
        {"feed": ["7"]},
        {**feed("7"), "cursor": 7},
        b'{"feed": [{"post": "7"}]} and more',
        b"<html>",
        b"",
        b'{"feed": [{"post": "\xff"}]}',
        b"[" * 60_000,
        b'{"feed": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    ],
)
def test_whatever_is_no_skeleton_is_none(body: object) -> None:
    assert why(answer(body)).startswith("Its answer is no")


def test_it_is_said_where_an_answer_goes_wrong_and_nothing_of_it_is_repeated() -> None:
    assert why(answer(feed("7", "<script>"))) == "Its answer is no skeleton, at /feed/1/post."


def test_naming_a_post_twice_is_no_answer() -> None:
    assert why(answer(feed("7", "3", "07"))) == "It names a post twice."


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (answer(feed("7"), 302), "status 302"),
        (answer(feed("7"), 500), "status 500"),
        (answer(b"", 204), "status 204"),
        (answer(feed("7"), headers={}), "application/json"),
        (answer(feed("7"), headers={"content-type": "text/html"}), "application/json"),
        (answer(b" " * LARGEST), "64 KB"),
    ],
)
def test_redirects_errors_other_types_and_floods_are_no_answer(found: Answer, said: str) -> None:
    assert said in why(found)
