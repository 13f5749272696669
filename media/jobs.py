"""What the worker does for media by the clock: it prepares videos, and removes what was never finished.

Law 14: it is a function of facts and time, so a late or doubled run changes no outcome.
"""

from datetime import timedelta

from coop.call import Platform
from coop.worker import Job
from media import preparing, uploads
from media.storage import ObjectStore
from media.transcoding import transcoder_of


def jobs(platform: Platform, store: ObjectStore) -> list[Job]:
    """Return them; ``store`` holds the files."""
    database, books, clock = platform.database, platform.books, platform.clock
    transcoder = transcoder_of(platform.settings.ffmpeg, platform.settings.var)
    return [
        Job(
            "videos",
            timedelta(seconds=2).total_seconds(),
            lambda: preparing.prepare_due(database, books, clock, store, transcoder),
        ),
        Job(
            "left of videos",
            timedelta(minutes=10).total_seconds(),
            lambda: preparing.tidy(database, books, clock, transcoder),
        ),
        Job(
            "sweep uploads",
            timedelta(minutes=10).total_seconds(),
            lambda: uploads.sweep(database, store, clock),
        ),
    ]
