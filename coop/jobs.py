"""Jobs: what the worker does by the clock. APScheduler only ticks; the rows decide.

Law 14: a job materialises what facts and time already say, so a late, doubled or missed run changes no
outcome, and any number of workers may run at once.
"""

import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

LOG = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do again and again."""

    name: str
    seconds: float
    """How long to wait between runs."""
    run: Callable[[], object]
    """Opens its own transactions; safe to run twice, late, or beside another worker's."""


def attempt(job: Job) -> None:
    """Run a job once; a failure is logged and left to the next run, which starts from the facts."""
    try:
        done = job.run()
    except Exception:
        LOG.exception("job failed", job=job.name)
    else:
        if done:
            LOG.info("job done", job=job.name, done=done)


def work(jobs: Iterable[Job]) -> None:
    """Run jobs until SIGTERM or SIGINT; a run under way is finished first."""
    listed = list(jobs)
    stopping = [False]

    def stop(number: int, frame: FrameType | None) -> None:
        stopping[0] = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(len(listed))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in listed:
        scheduler.add_job(attempt, IntervalTrigger(seconds=job.seconds, timezone="UTC"), args=(job,))
    scheduler.start()
    LOG.info("worker started", jobs=[job.name for job in listed])
    while not stopping[0]:
        signal.pause()
    scheduler.shutdown(wait=True)
    LOG.info("worker stopped")
