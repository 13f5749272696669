"""Being suspended: what a member does not do for a time, because all of us voted so.

Pure. Law 1: what is withheld is a clause, and the type of that clause names all that ever can be. Law 12: a
vote cannot be, so no suspension takes one from anybody. Whoever is suspended stays a member: they read,
propose, argue, vote, report, appeal and leave.
"""

from collections.abc import Mapping
from datetime import datetime

from coop.book import Book
from coop.errors import Fault, Forbidden
from coop.identity import Identity
from coop.membership_rules import NAME, MembershipRules, Withheld

CLAUSE = "/suspensions/withholds"
SAID: Mapping[Withheld, str] = {
    "publish": "publish nothing",
    "answer": "answer nobody",
    "react": "like and thank for nothing",
    "follow": "follow nobody new",
    "profile": "change nothing of how others see you",
    "invite": "invite nobody",
    "found": "found no guild",
}
"""By what is withheld: what whoever is suspended does."""


def until(identity: Identity, book: Book, act: Withheld, now: datetime) -> datetime | None:
    """Return until when a suspension withholds something from a member; None where none does."""
    ends = identity.suspended_until
    return ends if ends is not None and now < ends and withheld(book, act) else None


def withheld(book: Book, act: Withheld) -> bool:
    """Say whether whoever is suspended does not do this, for statements that ask who is."""
    return act in book.rules(NAME, MembershipRules).suspensions.withholds


def check(identity: Identity, book: Book, act: Withheld, now: datetime) -> None:
    """Raise Forbidden, with the clause, where a vote suspended the member and this is withheld from them."""
    ends = until(identity, book, act, now)
    if ends is None:
        return
    detail = f"A vote of all suspended you until {ends:%Y-%m-%d %H:%M} UTC: until then you {SAID[act]}."
    raise Forbidden(detail, faults=(Fault("", detail, book.cite(NAME, CLAUSE)),))
