"""What the worker does for media: it removes what was begun and never finished."""

from datetime import timedelta

from app import jobs, platform_of
from coop.clock import Clock
from coop.database import Database
from coop.settings import Settings
from media.storage import ObjectStore
from media.uploads import ANY_TYPE, ARRIVALS


def test_the_worker_removes_files_that_nobody_will_claim_any_more(
    settings: Settings, database: Database, store: ObjectStore
) -> None:
    key = f"{ARRIVALS}left-behind"
    store.put(key, b"half", ANY_TYPE)
    later = platform_of(settings, database, Clock(timedelta(hours=8)))
    (job,) = (job for job in jobs(later, store) if job.name == "sweep uploads")
    assert job.run()
    assert store.stat(key) is None
    assert not job.run()
