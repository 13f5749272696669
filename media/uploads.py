"""Uploads: a form to send a file straight to the store, then verification by content.

The file that was sent is never served: it is read, made into clean renditions and removed, whether it was
taken or refused. A photo is made ready at once; a video is looked at, and waits for the worker
(``preparing.py``).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlmodel import Session, col

from coop import features
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.errors import Conflict, Fault, NotFound, RuleBroken, TooMany
from coop.identity import Identity
from coop.ids import new_id
from coop.receipts import Citation
from coop.tables import Member
from media import lengths, renditions
from media.containers import HEAD
from media.images import ImageRefused, Rendered, render
from media.renditions import folder_of
from media.rules import MediaRules
from media.storage import ObjectMissing, ObjectStore, PresignedPost
from media.tables import Asset
from media.transcoding import VideoRefused, allowed

ANY_TYPE = "application/octet-stream"
"""What every upload is declared as: only its content says what it is."""

Kind = Literal["photo", "video"]
"""What somebody says that they send; its content has to agree."""

PER_DAY, LARGER_PER_DAY = "/photos/per_day", "/photos/larger_per_day"
VIDEOS_PER_DAY = "/videos/per_day"

ARRIVALS = "uploads/"
"""Where files arrive in the store; nothing is served from there."""

FORGOTTEN_AFTER = timedelta(hours=7)
"""When an unfinished upload is swept away: later than any form can still be used."""


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload that waits for its bytes."""

    asset: Asset
    form: PresignedPost
    expires_at: datetime
    max_bytes: int


def begin(
    session: Session,
    store: ObjectStore,
    owner: Identity,
    book: Book,
    alt: str,
    now: datetime,
    kind: Kind = "photo",
    guild: str | None = None,
) -> Begun:
    """Open an upload and sign the form that sends its bytes; raise TooMany past the day's number.

    ``guild`` is the slug of one that answers for a long video: see ``lengths.allowed`` for what that raises.
    """
    if guild is not None and kind != "video":
        fault = Fault("/guild", "Name a guild for a long video alone.")
        raise RuleBroken("This upload cannot be opened.", faults=(fault,))
    rules = book.rules("media", MediaRules)
    _within_the_day(session, owner, book, kind, now)
    length = lengths.allowed(session, book, owner, guild, now) if kind == "video" else lengths.Allowed(False)
    asset = Asset(
        id=new_id(now),
        owner_id=owner.member_id,
        kind=kind,
        upload_key=f"{ARRIVALS}{secrets.token_urlsafe(24)}",
        alt=alt,
        long=length.long,
        guild_id=length.guild_id,
        created_at=now,
    )
    session.add(asset)
    session.flush()
    within, most = rules.photos.upload_within, most_bytes(rules, kind)
    form = store.presigned_post(asset.upload_key, max_bytes=most, content_type=ANY_TYPE, expires=within)
    return Begun(asset, form, now + within, most)


def most_bytes(rules: MediaRules, kind: str) -> int:
    """Return how large a file may be."""
    return rules.videos.max_bytes if kind == "video" else rules.photos.max_bytes


def quota(book: Book, owner: Identity, now: datetime, kind: Kind = "photo") -> Citation:
    """Return the clause that says how many photos, or videos, a member may send in a day."""
    if kind == "video":
        return book.cite("media", VIDEOS_PER_DAY)
    ordinary, larger = (book.cite("media", clause) for clause in (PER_DAY, LARGER_PER_DAY))
    if not features.held(book, features.LARGER_QUOTA, owner, now):
        return ordinary
    return max(ordinary, larger, key=lambda clause: clause.value)


def _within_the_day(session: Session, owner: Identity, book: Book, kind: Kind, now: datetime) -> None:
    # One upload of a member is opened after another, so that two at once cannot both be the last.
    session.execute(
        select(col(Member.id)).where(col(Member.id) == owner.member_id).with_for_update(key_share=True)
    )
    since = now - timedelta(days=1)
    mine = (
        col(Asset.owner_id) == owner.member_id,
        col(Asset.kind) == kind,
        col(Asset.created_at) > since,
    )
    count, oldest = session.execute(select(func.count(), func.min(col(Asset.created_at))).where(*mine)).one()
    clause = quota(book, owner, now, kind)
    if count >= clause.value:
        wait = oldest + timedelta(days=1) - now
        raise TooMany(
            f"You have sent {count} {kind}s in a day, which is the number agreed.",
            retry_after_s=max(1, int(wait.total_seconds())),
            faults=(Fault("", "Wait, or propose a larger number.", clause),),
        )


def own(session: Session, owner: Identity, asset_id: int, *, lock: bool = False) -> Asset:
    """Return an asset of this member; raise NotFound where there is none of theirs."""
    query = select(Asset).where(col(Asset.id) == asset_id, col(Asset.owner_id) == owner.member_id)
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def complete(
    session: Session, store: ObjectStore, owner: Identity, asset_id: int, book: Book, now: datetime
) -> Asset:
    """Verify what was sent: a photo is then ``ready``, a video ``processing``, or either is ``refused``.

    Completing twice changes nothing. Raise Conflict where no file has arrived yet.
    """
    asset = own(session, owner, asset_id, lock=True)
    if asset.state != "waiting":
        return asset
    rules = book.rules("media", MediaRules)
    try:
        size = _size(store, asset, rules)
        if asset.kind == "video":
            head = _head(store, asset, size)
            asset.type, asset.bytes = allowed(head, frozenset(rules.videos.formats)).type, size
            asset.state = "processing"
            session.flush()
            return asset
        data = _sent(store, asset)
        rendered = _rendered(data, rules)
    except (ImageRefused, VideoRefused) as refused:
        asset.state, asset.refusal = "refused", str(refused)
    else:
        asset.state = "ready"
        asset.width, asset.height = rendered.width, rendered.height
        asset.thumbhash = rendered.thumbhash
        asset.type, asset.bytes = f"image/{rendered.format.lower()}", len(data)
        session.add_all(renditions.stored(store, asset.id, folder_of(asset.id), rendered))
    asset.settled_at = now
    session.add(asset)
    session.flush()
    store.remove(asset.upload_key)
    return asset


def _size(store: ObjectStore, asset: Asset, rules: MediaRules) -> int:
    stat = store.stat(asset.upload_key)
    if stat is None:
        raise _not_arrived()
    most = most_bytes(rules, asset.kind)
    if stat.size > most:
        refusal = VideoRefused if asset.kind == "video" else ImageRefused
        raise refusal("too_many_bytes", f"The file is larger than {most:,} bytes: send a smaller copy.")
    return stat.size


def _sent(store: ObjectStore, asset: Asset) -> bytes:
    try:
        return store.get(asset.upload_key)
    except ObjectMissing as missing:
        raise _not_arrived() from missing


def _head(store: ObjectStore, asset: Asset, size: int) -> bytes:
    try:
        with store.open_range(asset.upload_key, 0, min(size, HEAD)) as chunks:
            return b"".join(chunks)
    except ObjectMissing as missing:
        raise _not_arrived() from missing


def _rendered(data: bytes, rules: MediaRules) -> Rendered:
    return render(
        data,
        formats=frozenset(rules.photos.formats),
        max_pixels=rules.photos.max_pixels,
        sides=rules.renditions.model_dump(),
        quality=rules.renditions_webp.quality,
        method=rules.renditions_webp.method,
    )


def _not_arrived() -> Conflict:
    return Conflict("No file has arrived yet: send it with the upload's form first.")


def sweep(database: Database, store: ObjectStore, clock: Clock) -> int:
    """Remove uploads that nobody finished, with whatever a crash left of them; return how many.

    A form can be sent again after its upload was settled, until it expires: such files go too.
    """
    gone = 0
    while _sweep_one(database, store, clock):
        gone += 1
    with database.begin() as session:
        before = clock.now(session) - FORGOTTEN_AFTER
    return gone + store.remove_older(ARRIVALS, before)


def _sweep_one(database: Database, store: ObjectStore, clock: Clock) -> bool:
    with database.begin() as session:
        before = clock.now(session) - FORGOTTEN_AFTER
        asset = session.scalars(
            select(Asset)
            .where(col(Asset.state) == "waiting", col(Asset.created_at) < before)
            .order_by(col(Asset.created_at))
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if asset is None:
            return False
        store.remove(asset.upload_key)
        store.remove_many(folder_of(asset.id))
        session.delete(asset)
        return True
