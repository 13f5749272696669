"""Credentials: what a request shows of who acts, read in the one statement that begins the request.

Law 3: that statement also reads the policy epoch, the version of who holds which feature, and the time, so a
request knows them all at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import namedtuple_row
from sqlalchemy import Select, func, select, true
from sqlmodel import Session, col

from coop.driver import DriverStatement
from coop.identity import Identity
from coop.tables import PolicyEpoch

_EPOCH = select(col(PolicyEpoch.epoch), col(PolicyEpoch.holdings), func.clock_timestamp().label("moment"))
_BEGIN = DriverStatement(_EPOCH, namedtuple_row)


@dataclass(frozen=True, slots=True)
class Credential:
    """A token or a cookie, not yet looked at."""

    statement: DriverStatement[Any]
    """Made by :func:`opening`."""
    parameters: Mapping[str, Any]
    reads: Callable[[Any, datetime], Identity | None]
    """Returns who the row speaks for at a moment, or None where it is not good then."""

    def identity(self, session: Session, now: datetime) -> Identity | None:
        """Return who this speaks for at ``now``, or None where it is not good then."""
        return self.reads(begin(session, self), now)


def opening(found: Select[Any]) -> DriverStatement[Any]:
    """Return the statement that reads epoch, holdings, moment and, if there is one, the row of ``found``."""
    who = found.subquery("who")
    whole = select(*_EPOCH.selected_columns, *who.c).select_from(PolicyEpoch).outerjoin(who, true())
    return DriverStatement(whole, namedtuple_row)


def begin(session: Session, credential: Credential | None) -> Any:
    """Run the first statement of a request: epoch, holdings, moment, and what the credential reads."""
    if credential is None:
        return _BEGIN.rows(session, {})[0]
    return credential.statement.rows(session, credential.parameters)[0]
