"""Live rooms in lists: those ahead or open, of all guilds and of one, and the form that schedules one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, request
from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import col

from audience.document import AudienceDocument
from audience.feature_clauses import RoomRules
from audience.limits import rules_of
from audience.preview import gradient_of
from audience.rooms import room_view, scheduling
from audience.rooms.allowed import room_rules
from audience.rooms.scheduling import Booking
from audience.routes.room_lists import list_guild_rooms, list_rooms
from audience.routes.room_streams import room_media
from coop import own_rhythm, problems
from coop.call import Call
from coop.errors import AllotmentError, Forbidden, NotFound, Unauthenticated
from coop.names import normal
from coop.paging import LONGEST, PageQuery
from coop.tables import Guild
from web import composing
from web.audience_form import AudienceForm, audience_form
from web.forms import Refusal, refusal
from web.local_times import moment_of
from web.room_acts import minutes_of
from web.room_steps import STATES
from web.visits import attempt, page, render, see_other

SHOWN = 20
USUAL = 60
"""Minutes that the form begins with, where the clause allows so many."""
FIELDS = ("text", "day", "time", "minutes", "seats", "reach")


@dataclass(frozen=True, slots=True)
class Form:
    """What may be chosen in the form that schedules a room."""

    audience: AudienceForm
    rules: RoomRules
    longest: int
    """Minutes, at most."""
    characters: int
    """Of its text, at most."""
    first: str
    last: str
    """Days between which it may begin, by the clocks of the member."""


def add_to(pages: Blueprint) -> None:
    """Add the lists of rooms, and the target of the form that schedules one."""
    pages.add_url_rule("/rooms", "rooms", page(of_all))
    pages.add_url_rule("/guilds/<slug>/rooms", "guild_rooms", page(of_guild))
    pages.add_url_rule("/guilds/<slug>/rooms", "schedule_room_page", page(schedule), methods=["POST"])


def of_all(call: Call) -> Response:
    """Show the rooms of all guilds that are ahead or open, as far as one may come."""
    if call.identity is None:
        raise Unauthenticated
    found = list_rooms(call, _query())
    return render(
        call, "rooms.html", found=found, zone=_zone(call), states=STATES, slug=None, path="/rooms", form=None
    )


def of_guild(call: Call, slug: str) -> Response:
    """Show those of one guild, and its members what is left of its minutes and the form."""
    return _of_guild(call, slug, {})


def schedule(call: Call, slug: str) -> Response:
    """Schedule a room, or show the form again with what was wrong."""
    said = request.form.to_dict()
    try:
        with attempt(call):
            guild = _guild(call, slug)
            scheduling.check_host(call.book, call.member, guild, call.now)
            booking = _booking(call, guild.slug, said)
            made = scheduling.schedule(call.session, call.member, call.book, slug, booking, call.now)
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        places = {"/starts_at": "day"} | composing.places(said, error.faults)
        return _of_guild(call, slug, said, refusal(error, FIELDS, places), problems.status_of(error))
    flash("It is scheduled. Whoever may read it can ask to be told when it opens.", "good")
    return see_other(f"/rooms/{made.post_id}")


def _of_guild(
    call: Call, slug: str, said: Mapping[str, str], refused: Refusal | None = None, status: int = 200
) -> Response:
    if call.identity is None:
        raise Unauthenticated
    guild, zone = _guild(call, slug), _zone(call)
    belongs = guild.id in call.identity.guilds
    barred = _barred(call, guild)
    return render(
        call,
        "rooms.html",
        status,
        found=list_guild_rooms(call, guild.slug, _query()),
        zone=zone,
        states=STATES,
        slug=guild.slug,
        name=guild.name,
        path=f"/guilds/{quote(guild.slug)}/rooms",
        belongs=belongs,
        barred=barred,
        budget=room_view.minutes_of(call.session, call.book, guild.id or 0, call.now) if belongs else None,
        form=None if barred else _form(call, guild.slug, zone, said),
        said=_begun(call, guild.slug, said),
        media=room_media().sfu is not None,
        refused=refused,
    )


def _guild(call: Call, slug: str) -> Guild:
    if call.identity is None:
        raise Unauthenticated
    found = call.session.scalars(select(Guild).where(col(Guild.slug) == normal(slug))).one_or_none()
    if found is None:
        raise NotFound
    return found


def _barred(call: Call, guild: Guild) -> Forbidden | None:
    """Return why a member may not schedule rooms there; None where they may."""
    try:
        scheduling.check_host(call.book, call.member, guild, call.now)
    except Forbidden as why:
        return why
    return None


def _booking(call: Call, slug: str, said: Mapping[str, str]) -> Booking:
    """Return the room that the form describes; raise RuleBroken where a part of it cannot be read."""
    seats = said.get("seats", "")
    return Booking(
        text=said.get("text", ""),
        starts_at=_starts_at(call, said),
        minutes=minutes_of(said.get("minutes", "")),
        seats=minutes_of(seats, "/seats") if seats.strip() else None,
        video=said.get("video") == "yes",
        audience=_audience(call, slug, said),
    )


def _starts_at(call: Call, said: Mapping[str, str]) -> datetime:
    return moment_of(said.get("day", ""), said.get("time", ""), _zone(call))


def _audience(call: Call, slug: str, said: Mapping[str, str]) -> AudienceDocument:
    steps = {step.key: step for step, _ in gradient_of(call.session, call.member, call.book, slug, call.now)}
    asked: dict[str, Any] = composing.document({"reach": said.get("reach", "")}, steps, slug)
    try:
        return AudienceDocument.model_validate_json(json.dumps(asked))
    except ValidationError as error:
        raise problems.broken(error, "/audience", said=asked) from error


def _form(call: Call, slug: str, zone: str, said: Mapping[str, str]) -> Form:
    rules = room_rules(call.book, slug)
    here = ZoneInfo(zone)
    return Form(
        audience=audience_form(call, f"/guilds/{quote(slug)}/rooms", said, slug),
        rules=rules,
        longest=_minutes(rules),
        characters=rules_of(call.book, slug).posts.characters,
        first=call.now.astimezone(here).date().isoformat(),
        last=(call.now + rules.ahead).astimezone(here).date().isoformat(),
    )


def _begun(call: Call, slug: str, said: Mapping[str, str]) -> Mapping[str, str]:
    """Return what stands in the form: what was typed, or else what the clauses mean."""
    if said:
        return said
    usual = min(USUAL, _minutes(room_rules(call.book, slug)))
    return {"minutes": str(usual), "reach": rules_of(call.book, slug).reach.default}


def _minutes(rules: RoomRules) -> int:
    return int(rules.longest.total_seconds() // 60)


def _zone(call: Call) -> str:
    return own_rhythm.standing(call.session, call.member, call.book, call.now).rhythm.zone


def _query() -> PageQuery:
    cursor = request.args.get("cursor")
    if cursor is not None and len(cursor) > LONGEST:
        raise NotFound
    return PageQuery(cursor=cursor, limit=SHOWN)
