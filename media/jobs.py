"""What the worker does for media by the clock: it removes what was begun and never finished.

Law 14: it is a function of facts and time, so a late or doubled run changes no outcome.
"""

from datetime import timedelta

from coop.call import Platform
from coop.worker import Job
from media import uploads
from media.storage import ObjectStore


def jobs(platform: Platform, store: ObjectStore) -> list[Job]:
    """Return them; ``store`` holds the files."""
    return [
        Job(
            "sweep uploads",
            timedelta(minutes=10).total_seconds(),
            lambda: uploads.sweep(platform.database, store, platform.clock),
        ),
    ]
