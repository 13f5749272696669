"""The worker: it does jobs by the clock. APScheduler only ticks; the rows decide.

Law 14: a job materialises what facts and time already say, so a late, doubled or missed run changes no
outcome, and any number of workers may run at once. A job that knows when it will next have something to
do is run at that moment, and else as often as it says.
"""

import logging
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

LOG = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do again and again."""

    name: str
    seconds: float
    """How long to wait between runs, at the most."""
    run: Callable[[], object]
    """Opens its own transactions; safe to run twice, late, or beside another worker's."""
    due_in: Callable[[], timedelta | None] | None = None
    """Asked after each run: how long until time alone makes something due, None where nothing is foreseen.

    A length and no moment, for the moment is the database's and the waiting is done on this host's clock.
    """


def attempt(job: Job) -> None:
    """Run a job once; a failure is logged and left to the next run, which starts from the facts."""
    try:
        done = job.run()
    except Exception:
        LOG.exception("job failed", job=job.name)
    else:
        if done:
            LOG.info("job done", job=job.name, done=done)


def soon(job: Job) -> timedelta | None:
    """Return how long a job has to wait where that is less than it waits anyway, else None.

    A failure to tell is logged, and the job keeps its ordinary pace.
    """
    if job.due_in is None:
        return None
    try:
        wait = job.due_in()
    except Exception:
        LOG.exception("job cannot tell when it is due", job=job.name)
        return None
    return None if wait is None or wait.total_seconds() >= job.seconds else max(wait, timedelta())


def work(jobs: Iterable[Job]) -> None:
    """Run jobs until SIGTERM or SIGINT; a run under way is finished first."""
    listed = list(jobs)
    asked: SimpleQueue[int] = SimpleQueue()  # its put is safe in a signal handler, and none is missed
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: asked.put(number))
    # A run that lasts longer than the gap to the next is no fault: a video takes minutes.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(len(listed))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in listed:
        trigger = IntervalTrigger(seconds=job.seconds, timezone="UTC")
        scheduler.add_job(_turn, trigger, args=(scheduler, job), id=job.name)
    scheduler.start()
    LOG.info("worker started", jobs=[job.name for job in listed])
    asked.get()
    scheduler.shutdown(wait=True)
    LOG.info("worker stopped")


def _turn(scheduler: BackgroundScheduler, job: Job) -> None:
    """Run a job and, where it is due again sooner than it would be run, bring its next run forward."""
    attempt(job)
    wait = soon(job)
    if wait is not None:
        with suppress(JobLookupError):  # a worker that is stopping has let go of its jobs
            scheduler.modify_job(job.name, next_run_time=datetime.now(UTC) + wait)
