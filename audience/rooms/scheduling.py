"""Scheduling a room: it is published as a post of its guild, and held by it.

What is said of a post holds for the room: its audience, moderation, heat, reports, juries and deletion. What
the room asks besides is settled here: that the guild holds live rooms, who of it may schedule them, when, for
how long, for how many, and how many rooms of the guild lie ahead, which is exact because the guild's row is
held. Minutes are not taken before it opens.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select, text
from sqlmodel import Session, col

from audience import posts
from audience.document import AudienceDocument
from audience.rooms import allowed, reminders, scene
from audience.rooms.allowed import room_clause, room_rules
from audience.rooms.opening import check_length
from audience.rooms.tables import Room
from coop import features
from coop.book import Book
from coop.clauses import as_text
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken
from coop.feature_rules import FEATURES, FeatureRules, clause_of
from coop.features import LIVE_ROOMS
from coop.identity import Identity
from coop.names import normal
from coop.tables import Guild

AHEAD = """
  post.deleted_at IS NULL AND room.cancelled_at IS NULL AND room.ended_at IS NULL
  AND CASE WHEN room.opened_at IS NULL THEN room.starts_at + CAST(:late AS interval) > :now
           ELSE room.opened_at + make_interval(mins => room.minutes) > :now END
"""
"""Whether a ``room`` and its ``post`` lie ahead or are open: see ``room_state.py``."""

_NUMBER = text(f"""
SELECT count(*) FROM room JOIN post ON post.id = room.post_id WHERE room.guild_id = :guild AND {AHEAD}
""")  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class Booking:
    """A room that is to be scheduled."""

    text: str
    """What its post says."""
    starts_at: datetime
    minutes: int
    seats: int | None = None
    """The most who are present at once; None for as many as the clause allows."""
    video: bool = False
    audience: AudienceDocument = field(default_factory=AudienceDocument)
    """Who may read the post, and so come."""


def schedule(
    session: Session, host: Identity, book: Book, slug: str, booking: Booking, now: datetime
) -> Room:
    """Publish a room in a guild, and return it.

    Raise NotFound where there is no such guild, Forbidden where it does not hold live rooms or the host may
    not schedule them, RuleBroken where times, seats, text or audience do not fit the rules, Conflict where as
    many rooms lie ahead as may, and whatever publishing a post raises.
    """
    guild = session.scalar(
        select(Guild).where(col(Guild.slug) == normal(slug)).with_for_update(key_share=True)
    )
    if guild is None or guild.id is None:
        raise NotFound
    check_host(book, host, guild, now)
    _check_times(book, guild.slug, booking, now)
    seats = _seats(book, guild.slug, booking.seats)
    _check_number(session, book, guild.id, guild.slug, now)
    post = _publish(session, host, book, guild.slug, booking, now)
    room = Room(
        post_id=post,
        guild_id=guild.id,
        host_id=host.member_id,
        starts_at=booking.starts_at,
        minutes=booking.minutes,
        seats=seats,
        video=booking.video,
    )
    session.add(room)
    session.flush()
    return room


def cancel(session: Session, leader: Identity, book: Book, room_id: int, now: datetime) -> None:
    """Cancel a room that is not open yet, for good; its post stays. Cancelling twice changes nothing.

    Raise NotFound where they may not read the post, Forbidden where it is not theirs to lead, and Conflict
    where it is open or over.
    """
    found = scene.hold(session, leader, book, room_id, now)
    allowed.check("cancel", found.standing)
    if found.state == "cancelled":
        return
    found.room.cancelled_at = now
    session.flush()
    reminders.tell_cancelled(session, book, found.room, now)


def check_host(book: Book, host: Identity, guild: Guild, now: datetime) -> None:
    """Raise Forbidden where a member may not schedule rooms of a guild, or it does not hold live rooms."""
    if guild.id not in host.guilds:
        raise Forbidden("Only its members schedule rooms of a guild.")
    if room_rules(book, guild.slug).hosts == "stewards" and guild.id not in host.steward_of:
        detail = "Here the stewards schedule rooms: ask one of them, or propose otherwise."
        raise Forbidden(detail, faults=(Fault("", detail, room_clause(book, guild.slug, "hosts")),))
    if not features.held_by_guild(book, LIVE_ROOMS, guild.slug, now):
        raise Forbidden("This guild does not hold live rooms.", faults=(_unheld(book, guild.slug),))


def _unheld(book: Book, slug: str) -> Fault:
    feature = book.rules(FEATURES, FeatureRules).features.get(LIVE_ROOMS)
    terms = None if feature is None else feature.terms("guild")
    if terms is None:
        return Fault("", "The policy “features” lets no guild hold them: a vote would add that.")
    detail = (
        f"They are gained in the night in which this holds: {terms.grant_when}. See /guilds/{slug}/features."
    )
    return Fault("", detail, book.cite(FEATURES, clause_of(LIVE_ROOMS, "guild", "grant_when")))


def _check_times(book: Book, slug: str, booking: Booking, now: datetime) -> None:
    check_length(book, slug, booking.minutes)
    if booking.starts_at <= now:
        fault = Fault("/starts_at", "This is past: a room is scheduled ahead.")
        raise RuleBroken("A room begins later than now.", faults=(fault,))
    ahead = room_rules(book, slug).ahead
    if booking.starts_at > now + ahead:
        detail = f"This is within {as_text(ahead)} from now."
        fault = Fault("/starts_at", detail, room_clause(book, slug, "ahead"))
        raise RuleBroken("A room cannot be scheduled so far ahead.", faults=(fault,))


def _seats(book: Book, slug: str, asked: int | None) -> int:
    most = room_rules(book, slug).seats
    if asked is None:
        return most
    if not 1 <= asked <= most:
        fault = Fault("/seats", f"This is 1 to {most}.", room_clause(book, slug, "seats"))
        raise RuleBroken("A room cannot have so many seats.", faults=(fault,))
    return asked


def _check_number(session: Session, book: Book, guild_id: int, slug: str, now: datetime) -> None:
    """Raise Conflict where as many rooms of a guild, whose row is held, lie ahead as may."""
    rules = room_rules(book, slug)
    bound = {"guild": guild_id, "late": rules.late, "now": now}
    if session.connection().execute(_NUMBER, bound).scalar_one() >= rules.scheduled:
        detail = f"{rules.scheduled} rooms of this guild are ahead or open, as many as may be."
        fault = Fault("", detail, room_clause(book, slug, "scheduled"))
        raise Conflict(detail, faults=(fault,))


def _publish(session: Session, host: Identity, book: Book, slug: str, booking: Booking, now: datetime) -> int:
    """Publish the post of a room and return its id; what is wrong with its text is told at ``/text``."""
    draft = posts.Draft(body=booking.text, guild=slug, audience=booking.audience)
    try:
        return posts.publish(session, host, book, draft, now).id
    except RuleBroken as broken:
        told = (replace(one, pointer=_pointer(one.pointer)) for one in broken.faults)
        raise RuleBroken(broken.detail, faults=tuple(told)) from broken


def _pointer(of_post: str) -> str:
    return "/text" if of_post == "/body" else of_post
