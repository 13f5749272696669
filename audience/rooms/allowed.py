"""What a reader may do in a room now, and why not.

Pure. Each rule is asked in one place: by the action, which raises what is in the way, and by the view, which
tells it beforehand. Law 1: every number is a clause, and cited.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Literal, NamedTuple

from audience.feature_clauses import RoomRules
from audience.limits import deciding, rules_of
from audience.moderation.rules import MODERATION
from audience.permission import KEPT_OUT
from audience.rooms.queue import Floor, Hand, may_take
from audience.rooms.room_state import State, Window
from coop import feature_at_once, suspended
from coop.book import Book
from coop.errors import AllotmentError, Conflict, Fault, Forbidden, NotYet
from coop.features import LIVE_ROOMS
from coop.membership_rules import NAME as MEMBERSHIP
from coop.receipts import Citation

Act = Literal[
    "open",
    "extend",
    "end",
    "cancel",
    "enter",
    "listen",
    "raise_hand",
    "take_floor",
    "be_heard",
    "host",
]
"""What may be done; ``host`` is giving the floor, taking it away, lowering hands and removing people."""


def room_rules(book: Book, guild: str | None) -> RoomRules:
    """Return the clauses that bind rooms of a guild: of each the stricter of guild and coop."""
    return rules_of(book, guild).rooms


def room_clause(book: Book, guild: str, name: str) -> Citation:
    """Return the receipt of one of those clauses."""
    return deciding(book, guild, f"/rooms/{name}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be done now."""

    error: type[AllotmentError]
    detail: str
    """A sentence to them."""
    clause: Citation | None = None
    again_s: int | None = None
    """Seconds after which it is worth asking again, where that is known."""

    def raised(self) -> AllotmentError:
        """Return the error that tells it."""
        faults = () if self.clause is None else (Fault("", self.detail, self.clause),)
        if self.again_s is not None:
            return NotYet(self.detail, retry_after_s=self.again_s, faults=faults)
        return self.error(self.detail, faults=faults)


class Others(NamedTuple):
    """Other rooms of its guild that are open."""

    number: int
    frees_at: datetime | None
    """When the first of them ends; None where there are none."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a reader of its post stands to a room."""

    book: Book
    guild: str
    now: datetime
    state: State
    window: Window
    me: int
    host: bool
    """Whether they scheduled it."""
    steward: bool
    """Whether they are a steward of its guild."""
    belongs: bool
    """Whether they belong to its guild."""
    kept_out: bool
    """Whether its host keeps them out for now, and they read the post because they hold a seat of it."""
    paused_until: datetime | None
    """Until when a jury has paused them."""
    suspended_until: datetime | None
    """Until when a vote of all withholds from them to answer, and so to speak."""
    removed_why: str | None
    """Why they were put out of it."""
    others: Others | None
    """Told of a room that they lead and that is not over."""
    present: bool
    host_present: bool
    taken: int
    """How many are present."""
    cap: int
    """How many may be, the host among them."""
    away_s: int
    """Seconds without a sign of life after which a place is free."""
    speaking: bool
    queue: tuple[Hand, ...]
    floor: Floor

    @property
    def leads(self) -> bool:
        """Whether the room is theirs to lead: they scheduled it, or are a steward of its guild."""
        return self.host or self.steward

    @property
    def full(self) -> bool:
        """Whether no more may come in. One place is the host's, whether or not they are there."""
        kept = 0 if self.host or self.host_present else 1
        return self.taken + kept >= self.cap

    def cite(self, name: str) -> Citation:
        """Return the receipt of a clause on rooms."""
        return room_clause(self.book, self.guild, name)


_NOT_OPEN: Mapping[State, str] = {
    "scheduled": "This room is not open yet.",
    "ended": "This room is over.",
    "cancelled": "This room was cancelled.",
    "lapsed": "Nobody opened this room in time.",
}
_NOT_LED = "Whoever scheduled it does this, or a steward of its guild."


def refusal(act: Act, standing: Standing) -> Refusal | None:
    """Return why a reader may not do something now; None where they may."""
    return _RULES[act](standing)


def check(act: Act, standing: Standing) -> None:
    """Raise what is in the way of whoever would do something now: Forbidden, Conflict or NotYet."""
    found = refusal(act, standing)
    if found is not None:
        raise found.raised()


def crowded(book: Book, others: Others, now: datetime) -> Refusal | None:
    """Return why a room may not be open beside the others of its guild; None where it may."""
    limit = feature_at_once.limit_of(book, LIVE_ROOMS)
    if limit is None or others.frees_at is None or others.number < limit.amount:
        return None
    detail = (
        f"Open of this guild besides: {others.number}; {limit.amount} may be at once. End one, or wait until"
        f" {others.frees_at:%H:%M} UTC, when the first is over, or propose a larger number."
    )
    again = max(1, ceil((others.frees_at - now).total_seconds()))
    return Refusal(NotYet, detail, feature_at_once.clause(book, LIVE_ROOMS), again)


def _open(one: Standing) -> Refusal | None:
    if not one.leads:
        return Refusal(Forbidden, _NOT_LED)
    if not one.belongs:
        return Refusal(Forbidden, "Only its members spend the minutes of a guild.")
    if one.state == "lapsed":
        return Refusal(Conflict, _NOT_OPEN["lapsed"], one.cite("late"))
    if one.state != "scheduled":
        return None if one.state == "open" else Refusal(Conflict, _NOT_OPEN[one.state])
    if one.now < one.window.begins:
        wait = ceil((one.window.begins - one.now).total_seconds())
        begins = f"{one.window.begins:%Y-%m-%d %H:%M} UTC"
        return Refusal(NotYet, f"It may be opened from {begins} on.", one.cite("early"), wait)
    return _paused(one) or _crowded(one)


def _extend(one: Standing) -> Refusal | None:
    if not one.leads:
        return Refusal(Forbidden, _NOT_LED)
    if not one.belongs:
        return Refusal(Forbidden, "Only its members spend the minutes of a guild.")
    if one.state == "open":
        return _crowded(one)
    return None if one.state == "scheduled" else Refusal(Conflict, _NOT_OPEN[one.state])


def _end(one: Standing) -> Refusal | None:
    if not one.leads:
        return Refusal(Forbidden, _NOT_LED)
    return None if one.state in ("open", "ended") else Refusal(Conflict, _NOT_OPEN[one.state])


def _cancel(one: Standing) -> Refusal | None:
    if not one.leads:
        return Refusal(Forbidden, _NOT_LED)
    if one.state == "open":
        return Refusal(Conflict, "It is open: end it.")
    return None if one.state in ("scheduled", "cancelled") else Refusal(Conflict, _NOT_OPEN[one.state])


def _lead(one: Standing) -> Refusal | None:
    return _not_open(one) if one.leads else Refusal(Forbidden, _NOT_LED)


def _enter(one: Standing) -> Refusal | None:
    stands = _not_open(one) or _kept_out(one)
    if stands is not None or one.present:
        return stands
    if one.full:
        detail = f"All {one.cap} places are taken; one of them is the host's."
        return Refusal(NotYet, detail, one.cite("seats"), one.away_s)
    return None


def _raise_hand(one: Standing) -> Refusal | None:
    if one.speaking:
        return Refusal(Conflict, "You have the floor.")
    return _not_there(one)


def _take_floor(one: Standing) -> Refusal | None:
    stands = _not_there(one)
    if stands is not None or one.host or one.speaking or may_take(one.queue, one.me, one.floor):
        return stands
    if one.floor.room:
        return Refusal(Conflict, "Others come before you.", one.cite("queue"))
    return Refusal(Conflict, "As many have the floor as may at once.", one.cite("speakers"))


def _be_heard(one: Standing) -> Refusal | None:
    if one.speaking:
        return _kept_out(one) or _paused(one)
    return _not_there(one) or Refusal(Conflict, "Take the floor first: then you are heard.")


def _listen(one: Standing) -> Refusal | None:
    stands = _not_open(one) or _kept_out(one)
    if stands is None and not one.present:
        return Refusal(Conflict, "You are not in the room: enter it first.")
    return stands


def _not_there(one: Standing) -> Refusal | None:
    """Return what keeps somebody from speaking at all, whoever else would."""
    return _listen(one) or _paused(one)


def _not_open(one: Standing) -> Refusal | None:
    return None if one.state == "open" else Refusal(Conflict, _NOT_OPEN[one.state])


def _kept_out(one: Standing) -> Refusal | None:
    if one.removed_why is not None:
        return Refusal(Forbidden, f"You were put out of this room: {one.removed_why}")
    return Refusal(Forbidden, KEPT_OUT) if one.kept_out else None


def _paused(one: Standing) -> Refusal | None:
    if one.suspended_until is not None:
        detail = (
            f"A vote of all suspended you until {one.suspended_until:%Y-%m-%d %H:%M} UTC: you can listen."
        )
        return Refusal(Forbidden, detail, one.book.cite(MEMBERSHIP, suspended.CLAUSE))
    if one.paused_until is None:
        return None
    detail = f"A jury paused you until {one.paused_until:%Y-%m-%d %H:%M} UTC: you can listen."
    return Refusal(Forbidden, detail, one.book.cite(MODERATION, "/pauses/length"))


def _crowded(one: Standing) -> Refusal | None:
    return None if one.others is None else crowded(one.book, one.others, one.now)


_RULES: Mapping[Act, Callable[[Standing], Refusal | None]] = {
    "open": _open,
    "extend": _extend,
    "end": _end,
    "cancel": _cancel,
    "enter": _enter,
    "listen": _listen,
    "raise_hand": _raise_hand,
    "take_floor": _take_floor,
    "be_heard": _be_heard,
    "host": _lead,
}
