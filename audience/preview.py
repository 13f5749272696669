"""Preview: what an audience document would do, before anything is published and without writing anything.

Law 7: about how many people, and never who; see ``headcount.py``. Law 8: what is shown is what would hold,
the strictest of author, guild and coop, with the clause that decides. What could not be published is refused
here with the same faults.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlmodel import Session

from audience import bounds, circles
from audience.clauses import limit_of, strictest
from audience.document import AudienceDocument, Parts, Verb
from audience.gradient import Step, steps
from audience.headcount import About, headcount
from audience.inheriting import inherit
from audience.limits import NO_LIMIT, Asked, ceiling_of, deciding, limits_of
from audience.naming import author_of, keys_of, mentioned_in
from audience.permission import openness
from audience.posts import own_guild
from audience.predicate import Atom, Predicate
from audience.rules import AUDIENCE, OPENINGS, AudienceRules, Opening
from audience.why import Limit
from audience.wide_reach import goes_wide
from coop.book import Book
from coop.identity import Identity
from coop.receipts import Citation

VERBS: tuple[Verb, ...] = get_args(Verb)


@dataclass(frozen=True, slots=True)
class LayerAbout:
    """About how many people are meant once a layer's time has come, and all before it."""

    at: str
    """JSON Pointer of the layer in the document; empty for what it is published with."""
    age: timedelta | None
    seats_pct: int | None
    see: About
    read: About


@dataclass(frozen=True, slots=True)
class Opened:
    """To whom one thing that readers may do is open."""

    verb: Verb
    opening: Opening | Literal["chosen"]
    """``chosen``: to those whom the document names for it."""
    clause: Citation | None
    """The clause that decides; none where the document does."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a document would do."""

    layers: list[LayerAbout]
    """That of publication first."""
    limits: list[Limit]
    """Of what it is published with."""
    opened: list[Opened]


def preview(
    session: Session,
    author: Identity,
    book: Book,
    document: AudienceDocument,
    guild: str | None,
    body: str,
    now: datetime,
) -> Preview:
    """Return what a document would do for a post with this text, made in this guild.

    Raise RuleBroken as publishing would for the audience and the guild.
    """
    owner = author_of(session, author)
    slug = own_guild(owner, guild)
    wide = goes_wide(book, author, slug, document, now)
    bounds.check(document, book, slug, "/audience", wide=wide)
    document = inherit(document, book, slug)
    mentioned = mentioned_in(session, body)
    keys = keys_of(session, owner, document, mentioned, "/audience", published=False)
    seen, read = _cases(document, slug)
    least = book.rules(AUDIENCE, AudienceRules).reach.least_told
    found = headcount(session, author, [*seen, *read], keys, least, now)
    causes = [(None, None), *((one.age, one.seats_pct) for one in document.after or ())]
    return Preview(
        layers=[
            LayerAbout(at, *cause, see, may_read)
            for (at, _), cause, see, may_read in zip(
                document.layers, causes, found[: len(seen)], found[len(seen) :], strict=True
            )
        ],
        limits=_limits(book, slug, document, wide=wide),
        opened=[_opened(book, slug, document, verb) for verb in VERBS],
    )


def gradient_of(
    session: Session, author: Identity, book: Book, guild: str | None, now: datetime
) -> list[tuple[Step, About]]:
    """Return the steps of the gradient for a post made in this guild, each with about how many it means.

    Raise RuleBroken where the author is not in the guild.
    """
    owner = author_of(session, author)
    slug = own_guild(owner, guild)
    kept = circles.mine(session, author)
    named = Parts(see=Predicate(any=[Atom(circle=card.name) for card in kept]))
    keys = keys_of(session, owner, named, [], "", published=False)
    found = steps(kept, book, slug)
    cases = [_cases(step.audience, slug)[0][0] for step in found]
    least = book.rules(AUDIENCE, AudienceRules).reach.least_told
    return list(zip(found, headcount(session, author, cases, keys, least, now), strict=True))


def _cases(
    document: AudienceDocument, guild: str | None
) -> tuple[list[list[Predicate]], list[list[Predicate]]]:
    """Return the predicates that hold for seeing and for reading once each layer's time has come."""
    seen: list[list[Predicate]] = []
    read: list[list[Predicate]] = []
    for _, parts in document.layers:
        whom = parts.whom(guild)
        more = [] if whom is None else [whom]
        also = [] if parts.read is None else [parts.read]
        seen.append([*(seen[-1] if seen else ()), *more])
        read.append([*(read[-1] if read else ()), *more, *also])
    return seen, read


def _limits(book: Book, guild: str | None, document: AudienceDocument, *, wide: bool) -> list[Limit]:
    asked = Asked.by(document, wide=wide)
    found = limits_of(book, guild, asked)
    replies = document.replies
    wanted: Sequence[tuple[str, int | None, str]] = (
        ("arrivals", asked.per_minute, "/arrivals/per_minute"),
        ("burst", asked.burst, "/arrivals/burst"),
        ("replies", None if replies is None else replies.max, "/replies/per_post"),
        ("replies_each", None if replies is None else replies.per_member, "/replies/per_member"),
    )
    return [
        Limit("seats", found.seats, _seats_clause(book, guild, asked, found.seats)),
        *(_limit(book, guild, *one) for one in wanted),
    ]


def _limit(book: Book, guild: str | None, name: str, wanted: int | None, pointer: str) -> Limit:
    clause = deciding(book, guild, pointer)
    value = strictest(wanted, limit_of(clause.value))
    return Limit(name, value, None if wanted is not None and wanted == value else clause)


def _seats_clause(book: Book, guild: str | None, asked: Asked, seats: int | None) -> Citation | None:
    """Return the clause that decides the seats; None where the author does."""
    if asked.seats is None:
        default = deciding(book, guild, "/seats/default")
        if limit_of(default.value) == seats:
            return default
    elif (None if asked.seats == NO_LIMIT else asked.seats) == seats:
        return None
    return ceiling_of(book, guild, wide=asked.wide)


def _opened(book: Book, guild: str | None, document: AudienceDocument, verb: Verb) -> Opened:
    if verb in (document.interact or {}):
        return Opened(verb, "chosen", None)
    found = openness(verb, book, guild)
    name = min(("default", "ceiling"), key=lambda name: OPENINGS.index(getattr(found, name)))
    clause = deciding(book, guild, f"/interact/{verb}/{name}")
    return Opened(verb, getattr(found, name), clause)
