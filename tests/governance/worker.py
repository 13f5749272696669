"""A worker process of its own: ``python -m tests.governance.worker URL MOMENT [doomed]``.

A doomed one kills itself with SIGKILL when it has written a new version and not yet committed it.
"""

import os
import signal
import sys
from datetime import datetime

from sqlmodel import Session

from app import ENACTORS, POLICY_KINDS
from coop.database import Database
from coop.policies import Books
from coop.tables import PolicyVersion
from governance import enactment
from governance.tables import Proposal
from tests.governance.assembly import StoppedClock


def die(session: Session, books: Books, proposal: Proposal, now: datetime) -> PolicyVersion:
    version = enactment.enact_policy(session, books, proposal, now)
    if session.get(PolicyVersion, version.id) is not None:
        os.kill(os.getpid(), signal.SIGKILL)
    return version


def main(url: str, moment: str, *doom: str) -> None:
    enactors = dict.fromkeys(POLICY_KINDS, die) if doom else ENACTORS
    clock = StoppedClock(at=datetime.fromisoformat(moment))
    print(enactment.advance(Database(url), Books(POLICY_KINDS), clock, enactors))


if __name__ == "__main__":
    main(*sys.argv[1:])
