"""The record of moderation, as a page for everybody: figures, how each rule does, who carries the load.

That of a guild is the same page, for whoever belongs to it.
"""

import re
from urllib.parse import quote

from flask import Blueprint, Response, request

from audience.routes.moderation_record import (
    LogQuery,
    MonthQuery,
    RecordQuery,
    read_moderation_figures,
    read_moderation_log,
    read_rule_quality,
)
from audience.routes.roster import RosterQuery, read_jury_roster
from coop.book import COOP, guild_scope
from coop.call import Call
from coop.names import normal
from web.visits import page, render

LONGEST_SLUG = 40
"""In characters."""
MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")


def add_to(pages: Blueprint) -> None:
    """Add the page."""
    pages.add_url_rule("/moderation", "moderation_record", page(show))


def show(call: Call) -> Response:
    """Show what was done in a month: to all in the coop, or in a guild, to whoever belongs to it."""
    asked = request.args.get("month", "")
    month = asked if MONTH.fullmatch(asked) else None
    guild = normal(request.args.get("guild", ""))[:LONGEST_SLUG] or None
    figures = read_moderation_figures(call, MonthQuery(month=month, guild=guild))
    most = max((one.number for one in figures.done), default=1)
    return render(
        call,
        "moderation.html",
        figures=figures,
        most=most,
        log=read_moderation_log(call, LogQuery(month=month, guild=guild, cursor=request.args.get("cursor"))),
        rules=read_rule_quality(call, RecordQuery(guild=guild)),
        roster=None if call.identity is None else read_jury_roster(call, RosterQuery(guild=guild)),
        guild=guild,
        scope=COOP if guild is None else guild_scope(guild),
        also="" if guild is None else f"&guild={quote(guild)}",
        earlier=_before(figures.month),
    )


def _before(month: str) -> str:
    """Return the month before one."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02}"
