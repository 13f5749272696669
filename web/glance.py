"""The front page: the cooperative at a glance, for anyone."""

from dataclasses import dataclass

from flask import Blueprint, Response
from sqlalchemy import select
from sqlmodel import col

from coop import directory
from coop.book import COOP, InForce
from coop.call import Call
from coop.routes.ledger import read_ledger_head
from coop.tables import PolicyVersion
from governance import dossier, roll
from web import bylaws
from web.bylaws import Plant
from web.visits import page, reader, render

OPEN_SHOWN = 12
ENDED_SHOWN = 6
GUILDS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Bed:
    """A policy in force, as the front page draws it."""

    scope: str
    kind: str
    number: int
    purpose: str
    plants: list[Plant]

    @property
    def title(self) -> str:
        """What it is called: ``Audience``, and for a guild's own ``Audience, in bakers``."""
        where = "" if self.scope == COOP else f", in {self.scope.partition(':')[2]}"
        return f"{self.kind.capitalize()}{where}"

    @property
    def grown(self) -> int:
        """How many of its clauses a vote has set."""
        return sum(plant.grown for plant in self.plants)


def add_to(pages: Blueprint) -> None:
    """Add the front page."""
    pages.add_url_rule("/", "glance", page(glance))


def glance(call: Call) -> Response:
    """Show who we are, what is being decided, what was, and the rules in force."""
    viewer = reader(call)
    return render(
        call,
        "glance.html",
        members=roll.size_of(call.session, COOP, call.now),
        guilds=directory.guilds(call.session, None, GUILDS_SHOWN),
        open=dossier.listing(call.session, viewer, call.now, "open", limit=OPEN_SHOWN),
        ended=dossier.listing(call.session, viewer, call.now, "ended", limit=ENDED_SHOWN),
        beds=beds(call),
        epoch=call.book.epoch,
        last_change=_last_change(call),
        ledger=read_ledger_head(call),
    )


def beds(call: Call) -> list[Bed]:
    """Return every policy in force as a bed, the coop's own first."""
    found = sorted(call.book.policies.values(), key=lambda one: (one.scope != COOP, one.scope, one.kind))
    return [_bed(policy) for policy in found]


def _bed(policy: InForce) -> Bed:
    voted = frozenset(number for number, source in policy.sources.items() if source.proposal is not None)
    plants = bylaws.bed(policy.blame, voted)
    return Bed(policy.scope, policy.kind, policy.number, bylaws.purpose(policy.text), plants)


def _last_change(call: Call) -> PolicyVersion | None:
    """Return the version that brought the book's epoch."""
    return call.session.scalars(
        select(PolicyVersion).where(col(PolicyVersion.epoch) == call.book.epoch)
    ).one_or_none()
