"""Preparing: videos that were sent are made ready by the worker, one at a time, each once.

A try is taken in a transaction of its own, which counts it and says when it began; the program then runs
outside of any. What it made is settled in another transaction, by whoever still has the last try: a worker
that was slow, and whose try another has taken over, settles nothing. A try that ended without a word (its
worker was killed) is over once its time is; after as many as the clause allows the video is refused.

Law 14: what is to be done follows from the rows and the time, so any number of workers may run.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import literal, or_, select, update
from sqlmodel import Session, col

from coop import notices
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.errors import AllotmentError
from coop.notices import Tidings
from coop.policies import Books
from media import lengths, renditions, transcoding
from media.renditions import VIDEO, folder_of
from media.rules import MediaRules
from media.storage import ObjectMissing, ObjectStore, StoreUnavailable
from media.tables import Asset, Rendition
from media.transcoding import VIDEO_TYPE, Made, Transcoder, TranscoderFailed, VideoRefused, Wanted

LOG = structlog.get_logger("worker")

MARGIN = timedelta(minutes=5)
"""What a try may last longer than its clause says: its files are fetched and stored besides."""

GONE = "The file was not there any more when its turn came: send it again."


@dataclass(frozen=True, slots=True)
class Try:
    """A video that a worker has taken."""

    asset_id: int
    number: int
    upload_key: str
    wanted: Wanted


def prepare_due(
    database: Database, books: Books, clock: Clock, store: ObjectStore, transcoder: Transcoder
) -> int:
    """Prepare what waits, what was tried least and is oldest first; return how many videos were settled here.

    Raise StoreUnavailable where the store does not answer: nothing is counted, and the next run tries again.
    """
    done = 0
    while (taken := _take(database, books, clock, store)) is not None:
        done += (
            taken if isinstance(taken, int) else _prepare(database, books, clock, store, transcoder, taken)
        )
    return done


def tidy(database: Database, books: Books, clock: Clock, transcoder: Transcoder) -> int:
    """Remove what killed workers left on this host; return how many folders."""
    with database.begin() as session:
        within = books.current(session).rules("media", MediaRules).videos.prepared_within
    return transcoding.tidy(transcoder, within + MARGIN)


def _take(database: Database, books: Books, clock: Clock, store: ObjectStore) -> Try | int | None:
    """Return the next try; 1 where a video was refused instead, None where nothing waits."""
    with database.begin() as session:
        book, now = books.current(session), clock.now(session)
        rules = book.rules("media", MediaRules).videos
        over = now - rules.prepared_within - MARGIN
        asset = session.scalars(
            select(Asset)
            .where(
                col(Asset.state) == "processing",
                or_(col(Asset.tried_at).is_(None), col(Asset.tried_at) < over),
            )
            .order_by(col(Asset.tries), col(Asset.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if asset is None:
            return None
        if asset.tries >= rules.tries:
            told = f"It could not be made ready in {asset.tries} tries: send it in another form, or later."
            _refuse(session, book, store, asset, told, now)
            store.remove(asset.upload_key)
            return 1
        asset.tries, asset.tried_at = asset.tries + 1, now
        session.flush()
        return Try(asset.id, asset.tries, asset.upload_key, wanted(book, asset))


def wanted(book: Book, asset: Asset) -> Wanted:
    """Return what is to be made of a video, by the clauses in force."""
    rules = book.rules("media", MediaRules)
    return Wanted(
        formats=frozenset(rules.videos.formats),
        max_pixels=rules.videos.max_pixels,
        seconds=lengths.seconds(book, asset),
        too_long=lengths.too_long(book, asset),
        longer_side=rules.videos.longer_side,
        frames_per_second=rules.videos.frames_per_second,
        quality=rules.videos.quality,
        kilobits_per_second=rules.videos.kilobits_per_second,
        within=rules.videos.prepared_within,
        sides=rules.renditions.model_dump(),
        webp_quality=rules.renditions_webp.quality,
        webp_method=rules.renditions_webp.method,
    )


def _prepare(
    database: Database, books: Books, clock: Clock, store: ObjectStore, transcoder: Transcoder, taken: Try
) -> int:
    """Carry a try out; return 1 where the video was settled by it."""
    try:
        with transcoder.folder() as folder:
            source = folder / "sent"
            store.fetch(taken.upload_key, source)
            made = transcoder.make(source, folder, taken.wanted)
            files = _stored(store, taken, made)
    except (VideoRefused, ObjectMissing) as error:
        told = GONE if isinstance(error, ObjectMissing) else str(error)
        return _settle(database, books, clock, store, taken, refusal=told)
    except TranscoderFailed as failed:
        LOG.warning("video not prepared", asset=taken.asset_id, number=taken.number, why=str(failed))
        _let_go(database, taken, counted=True)
        return 0
    except StoreUnavailable:
        _let_go(database, taken, counted=False)
        raise
    return _settle(database, books, clock, store, taken, made=made, files=files)


def _stored(store: ObjectStore, taken: Try, made: Made) -> list[Rendition]:
    """Put what was made into the store, in a folder of this try alone, and return its rows."""
    folder = _own_folder(taken)
    found = renditions.stored(store, taken.asset_id, folder, made.poster)
    key = f"{folder}{VIDEO}.mp4"
    size = made.path.stat().st_size
    with made.path.open("rb") as file:
        store.put_stream(key, file, size, VIDEO_TYPE)
    found.append(
        Rendition(
            asset_id=taken.asset_id,
            name=VIDEO,
            type=VIDEO_TYPE,
            key=key,
            width=made.measured.width,
            height=made.measured.height,
            bytes=size,
            sha256=_sha256(made.path),
        )
    )
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _held(session: Session, taken: Try) -> Asset | None:
    """Return the row of a video, held, where this is still its last try."""
    return session.scalars(
        select(Asset)
        .where(
            col(Asset.id) == taken.asset_id,
            col(Asset.state) == "processing",
            col(Asset.tries) == taken.number,
        )
        .with_for_update()
    ).one_or_none()


def _settle(
    database: Database,
    books: Books,
    clock: Clock,
    store: ObjectStore,
    taken: Try,
    *,
    refusal: str = "",
    made: Made | None = None,
    files: Sequence[Rendition] = (),
) -> int:
    """Keep what came of a try; return 1, or 0 where another has taken the video over: then it is theirs."""
    with database.begin() as session:
        asset = _held(session, taken)
        if asset is not None:
            book, now = books.current(session), clock.now(session)
            if made is not None:
                try:
                    lengths.claim(session, book, asset, made.measured.duration_ms, now)
                except AllotmentError as error:
                    refusal = " ".join([error.detail, *(fault.detail for fault in error.faults)])
            if made is None or refusal:
                _refuse(session, book, store, asset, refusal, now)
            else:
                _keep(session, book, store, asset, made, files, now)
    if asset is None:
        store.remove_many(_own_folder(taken))
        return 0
    # After the commit: had it failed, another try would have needed the file.
    store.remove(taken.upload_key)
    return 1


def _keep(
    session: Session,
    book: Book,
    store: ObjectStore,
    asset: Asset,
    made: Made,
    files: Sequence[Rendition],
    now: datetime,
) -> None:
    asset.state, asset.settled_at, asset.tried_at = "ready", now, None
    asset.width, asset.height = made.measured.width, made.measured.height
    asset.duration_ms, asset.thumbhash = made.measured.duration_ms, made.poster.thumbhash
    asset.has_sound = made.measured.has_sound
    session.add_all(files)
    session.flush()
    for number in range(1, asset.tries):
        store.remove_many(f"{folder_of(asset.id)}{number}/")
    _tell(session, book, asset, "Your video is ready to be shown.", now)


def _refuse(session: Session, book: Book, store: ObjectStore, asset: Asset, told: str, now: datetime) -> None:
    asset.state, asset.refusal, asset.settled_at, asset.tried_at = "refused", told, now, None
    session.flush()
    store.remove_many(folder_of(asset.id))
    _tell(session, book, asset, "Your video was not taken.", now)


def _tell(session: Session, book: Book, asset: Asset, line: str, now: datetime) -> None:
    tidings = Tidings(
        topic="post",
        subject=asset.id,
        moment=f"video_{asset.state}",
        line=line,
        detail=asset.refusal or "Open it to write a post with it.",
        path=f"/uploads/{asset.id}",
        at=now,
    )
    notices.tell(session, book, tidings, select(literal(asset.owner_id)), now)


def _let_go(database: Database, taken: Try, *, counted: bool) -> None:
    """End a try that came to nothing, so that the next need not wait; one not ``counted`` was none."""
    with database.begin() as session:
        session.execute(
            update(Asset)
            .where(
                col(Asset.id) == taken.asset_id,
                col(Asset.state) == "processing",
                col(Asset.tries) == taken.number,
            )
            .values(tried_at=None, tries=taken.number if counted else taken.number - 1)
        )


def _own_folder(taken: Try) -> str:
    return f"{folder_of(taken.asset_id)}{taken.number}/"
