"""Grants of replies: what waits at one's posts is listed with every other ask, and decided from there."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from audience import following, grants
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import Conflict, Forbidden, NotFound
from coop.identity import Identity
from tests.audience.factories import NOW, make_asset, with_clauses
from tests.audience.silenced import pause, suspend
from tests.audience.threaded import Talk

ASK: dict[str, Any] = {"interact": {"reply": {"ask": [{"local": True}]}}}


@pytest.fixture
def talk(session: Session, book: Book) -> Talk:
    return Talk(session, book, audience=ASK)


def _pause(session: Session, book: Book, member: Identity) -> datetime:
    return pause(session, book, member, NOW)


def _suspend(session: Session, _book: Book, member: Identity) -> datetime:
    return suspend(session, member, NOW)


def waiting(talk: Talk, handle: str = "ada") -> list[tuple[str, str, str | None]]:
    found, _ = grants.page(talk.session, talk.who(handle), after=0, limit=9)
    return [(one.verb, one.asker, one.body) for one in found]


def grant(talk: Talk, body: str, handle: str = "ada") -> None:
    grants.grant(talk.session, talk.who(handle), talk.book, talk.made[body].id, NOW)


def refuse(talk: Talk, body: str, handle: str = "ada") -> None:
    grants.refuse(talk.session, talk.who(handle), talk.made[body].id, NOW)


def test_replies_that_wait_are_listed_with_their_words_and_decided(talk: Talk) -> None:
    for body in ("May I?", "Rude"):
        talk.say("ben", body)
    assert waiting(talk) == [("reply", "ben", "May I?"), ("reply", "ben", "Rude")]
    grant(talk, "May I?")
    refuse(talk, "Rude")
    assert (waiting(talk), talk.shown("cleo")) == ([], ["May I?"])
    for decide in (grant, refuse):
        with pytest.raises(Conflict):
            decide(talk, "May I?")


def test_a_reply_is_listed_with_its_picture(talk: Talk) -> None:
    asset = make_asset(talk.session, talk.who("ben"))
    talk.say("ben", "", asset_id=asset.id)
    ((ask,), _) = grants.page(talk.session, talk.who("ada"), after=0, limit=9)
    assert (ask.body, ask.asset_id, ask.alt) == ("", asset.id, "A loaf")
    assert [one[0] for one in ask.renditions or ()] == ["small", "large"]


def test_law_07_a_reply_that_waits_is_listed_to_the_author_of_its_post_alone(talk: Talk) -> None:
    talk.say("ben", "May I?")
    for handle in ("ben", "cleo"):
        assert waiting(talk, handle) == []
        for decide in (grant, refuse):
            with pytest.raises(NotFound):
                decide(talk, "May I?", handle)


@pytest.mark.parametrize("how", ["taken back", "blocked", "under a blocked one"])
def test_law_07_what_the_author_may_not_read_is_not_listed(talk: Talk, how: str) -> None:
    talk.say("cleo", "One")
    grant(talk, "One")
    talk.say("ben", "May I?", "One")
    if how == "taken back":
        talk.take_back("ben", "May I?")
    else:
        who = "ben" if how == "blocked" else "cleo"
        following.block(talk.session, talk.who("ada"), talk.book, who, NOW)
    assert waiting(talk) == []
    for decide in (grant, refuse):
        with pytest.raises(NotFound):
            decide(talk, "May I?")


def test_law_08_no_yes_opens_replies_that_a_vote_has_closed_since(talk: Talk) -> None:
    talk.say("ben", "May I?")
    closed = {f"/interact/reply/{clause}": "nobody" for clause in ("default", "ceiling")}
    talk.book = with_clauses(talk.book, AUDIENCE, closed)
    with pytest.raises(Forbidden) as refused:
        grant(talk, "May I?")
    assert refused.value.faults[0].clause == talk.book.cite(AUDIENCE, "/interact/reply/ceiling")
    assert talk.shown("cleo") == []


@pytest.mark.parametrize("keep", [_pause, _suspend])
def test_what_somebody_wrote_who_was_paused_or_suspended_since_goes_on_waiting_until_they_may(
    talk: Talk, keep: Callable[[Session, Book, Identity], datetime]
) -> None:
    talk.say("ben", "May I?")
    until = keep(talk.session, talk.book, talk.who("ben"))
    with pytest.raises(Conflict, match="goes on waiting") as refused:
        grant(talk, "May I?")
    assert not refused.value.faults
    assert (waiting(talk), talk.shown("cleo")) == ([("reply", "ben", "May I?")], [])
    grants.grant(talk.session, talk.who("ada"), talk.book, talk.made["May I?"].id, until)
    assert talk.shown("cleo") == ["May I?"]
