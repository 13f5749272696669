"""Polls over HTTP: the shape in which one is shown with its post, and voting in it."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from audience.polls import voting
from audience.polls.question import Question
from audience.polls.reading import PollCard
from coop.api import Api
from coop.call import Call
from coop.clauses import Duration
from coop.errors import Conflict, Forbidden, RuleBroken

api = Api("polls")


class NewPoll(BaseModel):
    """What is to be asked, of those who are in the guild."""

    model_config = ConfigDict(extra="forbid")

    options: list[str] = Field(max_length=100)
    lasts: Duration
    """For how long after the post is published, such as ``P3D``."""

    def question(self) -> Question:
        """Return it as it is checked."""
        return Question(tuple(self.options), self.lasts)


class Choice(BaseModel):
    """What you choose."""

    model_config = ConfigDict(extra="forbid")

    option: int
    """Its number, from 1."""


@dataclass(slots=True)
class PollOptionView:
    """What may be chosen."""

    number: int
    text: str
    votes: int | None
    """How many chose it; none until the poll is over, and where too few did to be told apart."""


@dataclass(slots=True)
class PollView:
    """A poll on a post. It is no ballot: it decides nothing."""

    options: list[PollOptionView]
    closes_at: datetime
    over: bool
    others: int | None
    """At least so many chose one of the options that are not told apart; none where they are too few."""
    mine: int | None
    """The number of the option that you chose, until it is over; nobody else is ever told."""
    may_vote: bool
    """Whether you are in the guild that it is asked in, and it is not over."""


@api.put("/posts/<id:post_id>/poll/vote", status=204, raises=(RuleBroken, Forbidden, Conflict))
def vote_in_poll(call: Call, post_id: int, body: Choice) -> None:
    """Choose an option of a poll in a guild of yours, or another one instead, until it is over."""
    voting.vote(call.session, call.member, call.book, post_id, body.option, call.platform.clock)


@api.delete("/posts/<id:post_id>/poll/vote", raises=(Forbidden, Conflict))
def take_poll_vote_back(call: Call, post_id: int) -> None:
    """Choose nothing any more."""
    voting.take_back(call.session, call.member, call.book, post_id, call.platform.clock)


def poll_view(card: PollCard | None) -> PollView | None:
    """Return a poll in the shape that the API gives it."""
    if card is None:
        return None
    votes = (None,) * len(card.options) if card.results is None else card.results.votes
    return PollView(
        options=[
            PollOptionView(number, text, count)
            for number, (text, count) in enumerate(zip(card.options, votes, strict=True), start=1)
        ],
        closes_at=card.closes_at,
        over=card.over,
        others=None if card.results is None else card.results.others,
        mine=card.mine,
        may_vote=card.may_vote,
    )
