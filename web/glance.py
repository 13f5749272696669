"""The front page: the cooperative at a glance, for anyone."""

from flask import Blueprint, Response
from sqlalchemy import select
from sqlmodel import col

from coop import directory
from coop.book import COOP
from coop.call import Call
from coop.routes.ledger import read_ledger_head
from coop.tables import PolicyVersion
from governance import dossier, roll
from web.beds import beds
from web.visits import page, reader, render

OPEN_SHOWN = 12
ENDED_SHOWN = 6
GUILDS_SHOWN = 200


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
        open=sorted(
            dossier.listing(call.session, viewer, call.now, "open", limit=OPEN_SHOWN),
            key=lambda case: case.stage.until or call.now,
        ),
        ended=dossier.listing(call.session, viewer, call.now, "ended", limit=ENDED_SHOWN),
        beds=beds(call.book),
        epoch=call.book.epoch,
        last_change=_last_change(call),
        ledger=read_ledger_head(call),
    )


def _last_change(call: Call) -> PolicyVersion | None:
    """Return the version that brought the book's epoch."""
    return call.session.scalars(
        select(PolicyVersion).where(col(PolicyVersion.epoch) == call.book.epoch)
    ).one_or_none()
