"""Changes in force, for what comes after: drafted with their terms, voted on and enacted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from coop import policies
from coop.tables import LedgerEvent, PolicyVersion
from governance.case import Case
from tests.governance.assembly import Assembly

DAY = timedelta(days=1)

PHOTOS = "/photos/per_day"
BYTES = "/photos/max_bytes"
SMALL = "/renditions/small"
MEDIUM = "/renditions/medium"


def setting(**clauses: int) -> list[dict[str, Any]]:
    """A patch to the media policy; the founding text says 60, 15_000_000, 480 and 1080 of these."""
    pointers = {"photos": PHOTOS, "bytes": BYTES, "small": SMALL, "medium": MEDIUM}
    return [{"op": "replace", "path": pointers[name], "value": value} for name, value in clauses.items()]


def in_force(assembly: Assembly, patch: list[dict[str, Any]], **terms: Any) -> int:
    """A change of the media policy in force; all members said yes."""
    made = assembly.bring(replace(assembly.draft(patch), **terms))
    enact(assembly, made)
    return made


def enact(assembly: Assembly, made: int) -> None:
    assembly.carry(made, *["for"] * len(assembly.members))
    assembly.advance()
    assert assembly.state(made) == "in_force", assembly.case(made).end_reason


def go_on(assembly: Assembly, length: timedelta) -> None:
    assembly.go_to(assembly.clock.at + length)


def said(assembly: Assembly) -> dict[str, Any]:
    """What the media policy says of those clauses."""
    data = assembly.books.current(assembly.session).policies["coop", "media"].data
    return {
        PHOTOS: data["photos"]["per_day"],
        BYTES: data["photos"]["max_bytes"],
        SMALL: data["renditions"]["small"],
        MEDIUM: data["renditions"]["medium"],
    }


FOUNDING = {PHOTOS: 60, BYTES: 15_000_000, SMALL: 480, MEDIUM: 1080}


def head(assembly: Assembly) -> PolicyVersion:
    found = policies.head(assembly.session, "coop", "media")
    assert found is not None
    return found


def founding_text(assembly: Assembly) -> str:
    return policies.versions(assembly.session, "coop", "media")[-1].text


def told(assembly: Assembly, type: str) -> list[dict[str, Any]]:
    """The payloads of the ledger's events of a type, the oldest first."""
    events = select(col(LedgerEvent.payload)).where(col(LedgerEvent.type) == type)
    return list(assembly.session.scalars(events.order_by(col(LedgerEvent.seq))))


def undone(assembly: Assembly, made: int) -> tuple[Any, Any]:
    """As what and when a proposal went out of force."""
    case: Case = assembly.case(made)
    return case.facts.undone_as, case.facts.undone_at
