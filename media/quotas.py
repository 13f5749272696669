"""Quotas: how many photos and videos a member may send in a day, and the megabytes of a guild beyond that.

Whoever has sent as many photos as they may can name a guild of theirs that holds ``larger_quota``: then the
photo comes out of the megabytes that all of its members share, and does not count among the member's own. Its
form can be used for as much as a photo may be, so that much is taken when the upload is begun. What the store
then holds is what it costs, each megabyte that was begun; the rest goes back to the period that gave it, and
all of it where the photo is refused or was never sent.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Literal

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from coop import feature_budgets, features
from coop.book import Book
from coop.errors import Fault, TooMany
from coop.feature_rules import FEATURES, FeatureRules
from coop.features import LARGER_QUOTA
from coop.identity import Identity
from coop.names import normal
from coop.receipts import Citation
from coop.tables import Guild, Member
from media import answering
from media.tables import Asset, QuotaClaim

Kind = Literal["photo", "video"]
"""What somebody says that they send; its content has to agree."""

PER_DAY, LARGER_PER_DAY = "/photos/per_day", "/photos/larger_per_day"
VIDEOS_PER_DAY = "/videos/per_day"
MEGABYTE = 1_000_000
DAY = timedelta(days=1)

_PAST_THE_GUILD = (
    "Wait until your own number of a day has room for it or the guild's next period begins, or propose more."
)
_UNHELD = "This guild does not hold what it takes to have larger quotas."


def quota(book: Book, owner: Identity, now: datetime, kind: Kind = "photo") -> Citation:
    """Return the clause that says how many photos, or videos, a member may send in a day."""
    if kind == "video":
        return book.cite("media", VIDEOS_PER_DAY)
    ordinary, larger = (book.cite("media", clause) for clause in (PER_DAY, LARGER_PER_DAY))
    if not features.held(book, LARGER_QUOTA, owner, now):
        return ordinary
    return max(ordinary, larger, key=lambda clause: clause.value)


def charged(
    session: Session, owner: Identity, book: Book, kind: Kind, guild: str | None, now: datetime
) -> Guild | None:
    """Return the guild out of whose megabytes an upload comes; None for one of the member's own number.

    ``guild`` is the slug of one that is to answer for a photo. Raise what ``answering.named`` raises of it,
    and TooMany past the day's number where none is named.
    """
    found = None
    if guild is not None and kind == "photo":
        found = answering.named(session, book, owner, guild, LARGER_QUOTA, _UNHELD, now)
    # One upload of a member is opened after another, so that two at once cannot both be the last.
    session.execute(
        select(col(Member.id)).where(col(Member.id) == owner.member_id).with_for_update(key_share=True)
    )
    count, oldest = _own(session, owner, kind, now)
    clause = quota(book, owner, now, kind)
    if count < clause.value:
        return None
    if found is None:
        wait = oldest + DAY - now
        raise TooMany(
            f"You have sent {count} {kind}s in a day, which is the number agreed.",
            retry_after_s=max(1, int(wait.total_seconds())),
            faults=(Fault("", _instead(book, kind), clause),),
        )
    return found


def claim(session: Session, book: Book, guild: Guild, asset: Asset, most: int, now: datetime) -> None:
    """Take as many megabytes of a guild's for an upload that begins as ``most`` bytes are.

    Raise TooMany where fewer are left.
    """
    size = megabytes(most)
    try:
        account = feature_budgets.claim(session, book, guild, LARGER_QUOTA, size, now, pointer="/guild")
    except TooMany as error:
        account = feature_budgets.account(session, book, guild, LARGER_QUOTA, now)
        raise TooMany(
            f"{guild.name} has {account.left} of {account.amount:,} megabytes left until"
            f" {account.until:%Y-%m-%d %H:%M} UTC, and this photo may take {size}.",
            retry_after_s=error.retry_after_s,
            faults=tuple(Fault(fault.pointer, _PAST_THE_GUILD, fault.clause) for fault in error.faults),
        ) from error
    row = insert(QuotaClaim).values(asset_id=asset.id, guild_id=guild.id, since=account.since, megabytes=size)
    session.execute(row)


def settle(session: Session, asset: Asset, size: int) -> None:
    """Have an upload that is held cost as many megabytes as ``size`` bytes are, and give back the rest.

    Nothing changes where no guild answers for it. Its form let no more be sent than was taken for it.
    """
    found = session.get(QuotaClaim, asset.id)
    if found is None:
        return
    rest = max(0, found.megabytes - megabytes(size))
    if rest:
        feature_budgets.give_back(session, found.guild_id, LARGER_QUOTA, rest, found.since)
        found.megabytes -= rest
        session.flush()


def forget(session: Session, asset: Asset) -> None:
    """Give back all that an upload took which is held and about to be deleted, and delete what says so."""
    settle(session, asset, 0)
    session.execute(delete(QuotaClaim).where(col(QuotaClaim.asset_id) == asset.id))


def pool(
    session: Session, book: Book, member: Identity, guild: str | None, now: datetime
) -> feature_budgets.Account | None:
    """Return the megabytes of a guild (its slug) that may answer for a member's photos; None of any other."""
    if guild is None:
        return None
    found = session.scalars(select(Guild).where(col(Guild.slug) == normal(guild))).one_or_none()
    if found is None or found.id not in member.guilds:
        return None
    if not features.held_by_guild(book, LARGER_QUOTA, found.slug, now):
        return None
    return feature_budgets.account(session, book, found, LARGER_QUOTA, now)


def megabytes(size: int) -> int:
    """Return how many megabytes so many bytes begin."""
    return ceil(size / MEGABYTE)


def _own(session: Session, owner: Identity, kind: Kind, now: datetime) -> tuple[int, datetime]:
    """Return how many uploads of a day count as the member's own, and when the first of them was begun."""
    by_a_guild = select(col(QuotaClaim.asset_id)).where(col(QuotaClaim.asset_id) == col(Asset.id))
    mine = (
        col(Asset.owner_id) == owner.member_id,
        col(Asset.kind) == kind,
        col(Asset.created_at) > now - DAY,
        ~by_a_guild.exists(),
    )
    found = session.execute(select(func.count(), func.min(col(Asset.created_at))).where(*mine)).one()
    return found[0], found[1]


def _instead(book: Book, kind: Kind) -> str:
    """Return what somebody can do who has sent as many as they may."""
    offered = book.rules(FEATURES, FeatureRules).features.get(LARGER_QUOTA)
    if kind == "photo" and offered is not None and offered.guild is not None:
        return f"Wait, name a guild of yours that holds {LARGER_QUOTA}, or propose a larger number."
    return "Wait, or propose a larger number."
