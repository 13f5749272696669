"""Uploads: a form to send a file straight to the store, then verification by content.

The file that was sent is never served: it is read, made into clean renditions and removed, whether it was
taken or refused. A photo is made ready at once; a video is looked at, and waits for the worker
(``preparing.py``).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.errors import Conflict, Fault, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from media import lengths, quotas, renditions
from media.containers import HEAD
from media.images import ImageRefused, Rendered, render
from media.quotas import Kind
from media.renditions import folder_of
from media.rules import MediaRules
from media.storage import ObjectMissing, ObjectStore, PresignedPost
from media.tables import Asset
from media.transcoding import VideoRefused, allowed

ANY_TYPE = "application/octet-stream"
"""What every upload is declared as: only its content says what it is."""

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
    size: int | None = None,
) -> Begun:
    """Open an upload and sign the form that sends its bytes; raise TooMany past the day's number.

    ``size`` is how many bytes the file has, where that is known: its form takes no more. Raise RuleBroken
    where that is more than the clause allows.

    ``guild`` is the slug of one that answers for a long video (``lengths.allowed``), or for a photo past the
    day's number (``quotas.charged``): see there for what that raises. Raise TooMany where it has too few
    megabytes left, too.
    """
    rules = book.rules("media", MediaRules)
    most = _most(book, rules, kind, size)
    charged = quotas.charged(session, owner, book, kind, guild, now)
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
    within = rules.photos.upload_within
    if charged is not None:
        quotas.claim(session, book, charged, asset, most, now)
    form = store.presigned_post(asset.upload_key, max_bytes=most, content_type=ANY_TYPE, expires=within)
    return Begun(asset, form, now + within, most)


def _most(book: Book, rules: MediaRules, kind: Kind, size: int | None) -> int:
    """Return how many bytes the form of a file takes that has ``size``, where that is known."""
    most = most_bytes(rules, kind)
    if size is None:
        return most
    if size > most:
        clause = book.cite("media", f"/{kind}s/max_bytes")
        fault = Fault("/size", f"The file is larger than {most:,} bytes: send a smaller copy.", clause)
        raise RuleBroken("This file is not taken.", faults=(fault,))
    return max(1, size)


def most_bytes(rules: MediaRules, kind: str) -> int:
    """Return how large a file may be."""
    return rules.videos.max_bytes if kind == "video" else rules.photos.max_bytes


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
    quotas.settle(session, asset, len(data) if asset.state == "ready" else 0)
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
        quotas.forget(session, asset)
        session.delete(asset)
        return True
