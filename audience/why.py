"""Why a member sees a post: the lock that opened, the seat, the limits that hold and what a feed makes of it.

Law 7: whoever may not see the post is told nothing, and of its audience only the part that the asker
belongs to is named. How many hold a seat is told to the author alone.
Law 11: the terms of a profile add up to its score, each with the clause that weighs it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from audience.access import Access, access_post
from audience.cards import cards
from audience.clauses import limit_of, strictest
from audience.feeds import explanation
from audience.feeds.explanation import Explanation
from audience.feeds.named import recipe_of
from audience.feeds.rules import FEEDS, FeedRules
from audience.limits import NO_LIMIT, deciding, scope_of
from audience.predicate import LOCAL, Atom, Direction, is_met
from audience.reply_rules import reply_limits
from audience.rules import AUDIENCE
from audience.standing import Layered, layered, standings
from coop.book import Book
from coop.identity import Identity
from coop.receipts import Citation


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that holds for a post, and who set it."""

    name: str
    """``seats``, ``arrivals``, ``burst``, ``replies`` or ``replies_each``."""
    value: int | None
    """None where it is open."""
    clause: Citation | None
    """The clause that set it; none where the author did."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a member sees a post."""

    because: list[str]
    """Sentences, each one reason that would be enough."""
    seat: bool
    """Whether the asker holds a seat; an author needs none."""
    taken: int | None
    """How many seats are taken, for the author alone."""
    limits: list[Limit]
    profile: str
    made: Explanation
    """What the profile makes of it now."""
    receipts: list[Citation]
    """The clause of each term, in the same order."""


def explain(
    session: Session, viewer: Identity, book: Book, post_id: int, profile: str | None, now: datetime
) -> Why:
    """Return why the viewer sees a post, seating them as any view does.

    The terms are those of ``profile``, which may be ``own:`` one of theirs, or of the policy's first one.
    Raise NotFound where they may not see the post, and where there is no such profile.
    """
    profile = profile or next(iter(book.rules(FEEDS, FeedRules).profiles))
    recipe = recipe_of(session, viewer, book, profile)
    post = access_post(session, viewer, book, post_id, now)
    mine = post.author_id == viewer.member_id
    audience = layered(session, post_id, now)
    made = explanation.explain(session, viewer, book, recipe, post_id, now)
    return Why(
        because=["You wrote it."] if mine else _reasons(session, viewer, audience, now),
        seat=not mine,
        taken=cards(session, viewer, book, [post_id], now)[post_id].taken,
        limits=limits(book, post, audience),
        profile=recipe.title,
        made=made,
        receipts=[book.cite(FEEDS, term.clause) for term in made.terms],
    )


def _reasons(session: Session, viewer: Identity, post: Layered, now: datetime) -> list[str]:
    """Return, in words, by which groups of people the viewer belongs to its audience."""
    parts, standing = standings(session, viewer, post, now)[0]
    whom = parts.whom(post.guild) or LOCAL
    predicates = [whom] if parts.read is None else [whom, parts.read]
    atoms = dict.fromkeys(atom for one in predicates for atom in one.atoms(denied=False))
    return [_in_words(atom) for atom in atoms if is_met(atom, standing)]


FOLLOWING: dict[Direction, str] = {
    "follower": "It is open to those who follow its author, as you do.",
    "following": "It is open to those whom its author follows, and you are one of them.",
    "mutual": "It is open to those who follow its author and are followed back, as you are.",
}
"""How somebody belongs to an audience by following."""


def _in_words(atom: Atom) -> str:
    """Say how a viewer belongs to a group; a circle is not told from a name (law 7)."""
    match atom.kind:
        case "public":
            return "It is open to everybody."
        case "local":
            return "It is open to every member of the coop."
        case "guild":
            return f"It is open to the guild {atom.guild}, to which you belong."
        case "mentioned":
            return "Its text names you."
        case "place":
            return "It is open to people where you say you are."
        case "circle" | "member":
            return "Its author opened it to you by name."
    if atom.follow is not None:
        return FOLLOWING[atom.follow.dir]
    return f"It is open to people who contribute to #{atom.contributed.tag if atom.contributed else ''}."


def limits(book: Book, post: Access, audience: Layered) -> list[Limit]:
    """Return every limit that holds for a post, each with the clause or the author that set it."""
    by_clause = {
        "arrivals": "/arrivals/per_minute",
        "burst": "/arrivals/burst",
    }
    found = [_seats(book, post)]
    for name, pointer in by_clause.items():
        clause = deciding(book, post.guild, pointer)
        found.append(Limit(name, limit_of(clause.value), clause))
    said = reply_limits([(layer.at, layer.parts) for layer in audience.layers], book, post.guild)
    for name, one in (("replies", said.max), ("replies_each", said.per_member)):
        found.append(Limit(name, one.value, one.clause))
    return found


def _seats(book: Book, post: Access) -> Limit:
    """Return the cap on viewers: the author's or the default, unless the ceiling is below it."""
    default = book.cite(AUDIENCE, "/seats/default", scope_of(book, post.guild))
    ceiling = deciding(book, post.guild, "/seats/ceiling")
    asked = post.asked.seats
    wanted = limit_of(default.value) if asked is None else None if asked == NO_LIMIT else asked
    highest = limit_of(ceiling.value)
    value = strictest(wanted, highest)
    if value == wanted:
        return Limit("seats", value, default if asked is None else None)
    return Limit("seats", value, ceiling)
