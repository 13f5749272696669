"""Real processes for races: each is forked from a server that has imported the application once.

What they do is named here, because a process is told a function by its name.
"""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from threading import Barrier
from time import sleep
from typing import Any

from sqlalchemy import select, text
from sqlmodel import Session, col

from app import ENACTORS, POLICY_KINDS
from coop.clock import Clock
from coop.database import Database
from coop.errors import Conflict
from coop.identity import Identity
from coop.policies import Books
from coop.tables import PolicyVersion
from governance import ballots, cases, enactment
from governance.ballots import Vote
from governance.tables import Proposal
from governance.tally import Choice
from tests.governance.assembly import StoppedClock

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])

_gate: Barrier


def race(act: Callable[..., Any], *arguments: tuple[Any, ...]) -> list[Any]:
    """Call ``act`` in one process for each of the arguments, all at one moment; return what each returned.

    Raise what one of them raised, or BrokenProcessPool where one died.
    """
    number = len(arguments)
    with ProcessPoolExecutor(number, CONTEXT, _set_gate, (CONTEXT.Barrier(number),)) as pool:
        return [future.result() for future in [pool.submit(_at_once, act, *one) for one in arguments]]


def alone(act: Callable[..., Any], *arguments: Any) -> int:
    """Call ``act`` in a process of its own, and return its exit code: negative for the signal it died of."""
    process = CONTEXT.Process(target=act, args=arguments)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _set_gate(gate: Barrier) -> None:
    global _gate
    _gate = gate


def _at_once(act: Callable[..., Any], *arguments: Any) -> Any:
    _gate.wait()
    return act(*arguments)


def advance(url: str, moment: datetime) -> int:
    """Do what a worker does once, at a moment."""
    return enactment.advance(Database(url), Books(POLICY_KINDS), StoppedClock(at=moment), ENACTORS)


def advance_all(url: str, moment: datetime) -> int:
    """Do what a worker does, again and again, until no proposal is under way; return how many it settled."""
    database, books, clock = Database(url), Books(POLICY_KINDS), StoppedClock(at=moment)
    settled, waiting = 0, True
    while waiting:
        settled += enactment.advance(database, books, clock, ENACTORS)
        with database.begin() as session:
            under_way = select(col(Proposal.id)).where(*cases.OPEN).limit(1)
            waiting = session.execute(under_way).one_or_none() is not None
    return settled


def advance_doomed(url: str, moment: datetime) -> None:
    """Do the same, and die when a new version has been written and not yet committed."""
    enactors = dict.fromkeys(POLICY_KINDS, _die)
    enactment.advance(Database(url), Books(POLICY_KINDS), StoppedClock(at=moment), enactors)


def _die(session: Session, books: Books, proposal: Proposal, now: datetime) -> PolicyVersion:
    version = enactment.enact_policy(session, books, proposal, now)
    if session.get(PolicyVersion, version.id) is not None:
        os.kill(os.getpid(), signal.SIGKILL)
    return version


@dataclass
class SharedClock(Clock):
    """The database's clock, moved for every process at one moment: a table says by how far."""

    pause: float = 0
    """Seconds that whoever reads it is slow to go on."""

    def now(self, session: Session) -> datetime:
        moment: datetime = session.execute(_SHARED_NOW).scalar_one()
        sleep(self.pause)
        return moment


_SHARED_NOW = text("SELECT clock_timestamp() + ahead FROM race_clock")


def share_clock(database: Database, moment: datetime) -> SharedClock:
    """Let the shared clock show ``moment`` from now on."""
    with database.begin() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS race_clock (ahead interval)"))
        session.execute(text("DELETE FROM race_clock"))
        session.execute(text("INSERT INTO race_clock SELECT :at - clock_timestamp()"), {"at": moment})
    return SharedClock()


@dataclass(frozen=True)
class Casting:
    """What one process casts: ``number`` ballots, of these voters in turn."""

    url: str
    proposal_id: int
    patch_sha256: str
    voters: list[Identity]
    choices: list[str]
    number: int
    until_refused: bool = False
    """Whether it goes on beyond that number until one has been refused."""
    pause: float = 0
    """Seconds that each voter is slow after reading the clock."""


@dataclass(frozen=True)
class Acknowledged:
    """A ballot that a voter was given a receipt for."""

    voter: str
    version: int
    choice: str


def cast(wanted: Casting) -> tuple[list[Acknowledged], int]:
    """Cast them and go on until one is refused; return which were acknowledged, and how many were not."""
    database, clock = Database(wanted.url), SharedClock(pause=wanted.pause)
    acknowledged, refused, turn = [], 0, 0
    while turn < wanted.number or (wanted.until_refused and not refused):
        voter = wanted.voters[turn % len(wanted.voters)]
        choice = wanted.choices[turn % len(wanted.choices)]
        turn += 1
        try:
            with database.begin() as session:
                vote = Vote(Choice(choice), wanted.patch_sha256)
                receipt = ballots.cast(session, voter, wanted.proposal_id, vote, clock)
        except Conflict:
            refused += 1
        else:
            acknowledged.append(Acknowledged(voter.handle, receipt.version, choice))
    return acknowledged, refused
