"""Preparing videos in real processes: each once, and no more of a guild's minutes than it has."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from app import POLICY_KINDS, object_store
from coop.clock import Clock
from coop.database import Database
from coop.feature_tables import FeatureBudget
from coop.features import LONG_VIDEO
from coop.policies import Books
from coop.settings import Settings
from media import preparing, uploads
from media.storage import ObjectStore
from media.tables import Asset, Rendition
from media.transcoding import Transcoder
from tests.coop.featured import enacted, give
from tests.factories import LONG_AGO, id_of, make_guild, make_member
from tests.media.clips import clip, other
from tests.media.pictures import png
from tests.thorough import much

WORKERS = 3


def quick(folder: Path) -> Transcoder:
    """Return a transcoder that makes the same of every video at once, and counts how often it did."""
    (folder / "clip.mp4").write_bytes(clip(3))
    (folder / "still.png").write_bytes(png(160, 96))
    return other(
        folder,
        f'for last; do :; done; echo "$last" >> {folder}/made; cp {folder}/*.${{last##*.}} "${{last#file:}}"',
    )


def keep(database: Database, store: ObjectStore, number: int, *, minutes: int | None = None) -> list[int]:
    """Have so many videos of a member wait; with ``minutes`` a guild answers for them that has so many."""
    with database.begin() as session:
        ada = make_member(session, "ada")
        guild = make_guild(session, "bakers", ada)
        if minutes is not None:
            give(session, LONG_VIDEO, guild)
            enacted(session, {"/features/long_video/guild/budget/amount": minutes})
            enacted(session, {"/videos/max_seconds": 1}, "media")
        for index in range(number):
            key = f"{uploads.ARRIVALS}race-{index}"
            store.put(key, clip(), uploads.ANY_TYPE)
            session.add(
                Asset(
                    id=index + 1,
                    owner_id=id_of(ada),
                    kind="video",
                    state="processing",
                    upload_key=key,
                    long=minutes is not None,
                    guild_id=guild.id if minutes is not None else None,
                    created_at=LONG_AGO,
                )
            )
    return [index + 1 for index in range(number)]


def work(url: str, settings: Settings, transcoder: Transcoder) -> int:
    """Prepare what waits by several workers, in a process of one's own; return how many they settled."""
    database, store = Database(url, pool_size=WORKERS), object_store(settings)

    def run(_: int) -> int:
        return preparing.prepare_due(database, Books(POLICY_KINDS), Clock(), store, transcoder)

    with ThreadPoolExecutor(WORKERS) as threads:
        found = sum(threads.map(run, range(WORKERS)))
    database.dispose()
    return found


def in_two_processes(database: Database, settings: Settings, transcoder: Transcoder) -> int:
    url = database.bind.engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver")) as processes:
        runs = [processes.submit(work, url, settings, transcoder) for _ in range(2)]
        return sum(run.result(timeout=120) for run in runs)


def states(session: Session) -> list[str]:
    return list(session.scalars(select(col(Asset.state)).order_by(col(Asset.id))))


def test_many_workers_prepare_each_video_once(
    committed: Database, settings: Settings, store: ObjectStore, tmp_path: Path
) -> None:
    videos = keep(committed, store, much(12, 60))
    assert in_two_processes(committed, settings, quick(tmp_path)) == len(videos)
    made = (tmp_path / "made").read_text().splitlines()
    assert sum(one.endswith(".mp4") for one in made) == len(videos), "the program ran once for each"
    with committed.begin() as session:
        assert states(session) == ["ready"] * len(videos)
        assert session.scalar(select(func.max(col(Asset.tries)))) == 1
        files = session.scalar(select(func.count()).select_from(Rendition))
    assert files == 4 * len(videos)


def test_of_many_long_videos_at_once_no_more_minutes_are_taken_than_the_guild_has(
    committed: Database, settings: Settings, store: ObjectStore, tmp_path: Path
) -> None:
    videos = keep(committed, store, much(12, 60), minutes=5)
    assert in_two_processes(committed, settings, quick(tmp_path)) == len(videos)
    with committed.begin() as session:
        assert states(session).count("ready") == 5
        assert states(session).count("refused") == len(videos) - 5
        assert session.scalars(select(col(FeatureBudget.taken))).one() == 5


def test_a_try_that_was_taken_over_at_its_end_is_settled_by_one_alone(
    committed: Database, store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(committed, store, 1)
    by, parts = quick(tmp_path), (committed, Books(POLICY_KINDS), Clock(), store)
    with monkeypatch.context() as patch:
        patch.setattr(preparing, "MARGIN", -timedelta(days=1))
        first, second = preparing._take(*parts), preparing._take(*parts)
    assert isinstance(first, preparing.Try) and isinstance(second, preparing.Try)
    assert (first.number, second.number) == (1, 2)
    assert [preparing._prepare(*parts, by, one) for one in (first, second)] == [0, 1]
    with committed.begin() as session:
        assert states(session) == ["ready"]
        keys = session.scalars(select(col(Rendition.key))).all()
    assert all(store.stat(key) is not None for key in keys), "what is kept is there"
