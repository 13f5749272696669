"""Pace: whoever a rule slows does the same thing again only after the rule's gap.

Law 14: until when somebody waits is reckoned from the act that the rule held for, and nothing has to run for
it to end. Law 3: only rules in force slow: what a vote takes away slows nobody any more. Each member's acts
of one kind come one after another, because they hold a row of their own meanwhile: of two at once the second
finds what the first came to.
"""

from collections.abc import Iterable
from datetime import datetime
from math import ceil
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience.moderation.act_tables import Pace
from audience.moderation.rules import MODERATION, ModerationRules, Target, rule_clause
from audience.moderation.ruleset import Cause, action_of, ruleset, scope_of
from audience.moderation.tables import Decision
from coop.book import COOP, Book
from coop.errors import Fault, TooMany

SAID: dict[Target, str] = {"post": "post", "reply": "reply", "follow": "follow somebody"}
"""By target: what whoever is slowed may do again."""


class Wait(NamedTuple):
    """Until when one rule keeps somebody from doing a thing again."""

    until: datetime
    scope: str
    rule: str


def check(
    session: Session, book: Book, member_id: int, target: Target, guild: str | None, now: datetime
) -> None:
    """Raise TooMany, with the clause and when to come back, where a rule slows a member; else hold their row.

    ``guild`` is the slug of that in which it would be done. Where no rule slows anybody nothing is looked up.
    """
    if not ruleset(book, guild, target).slows:
        return
    row = _hold(session, member_id, target)
    running = [one for one in _waits(row) if one.until > now and _binds(book, guild, one)]
    if not running:
        return
    longest = max(running)
    rule = book.rules(MODERATION, ModerationRules, longest.scope).rules[longest.rule]
    clause = book.cite(MODERATION, f"/rules/{longest.rule}/gap", longest.scope)
    again = f"You may {SAID[target]} again at {longest.until:%Y-%m-%d %H:%M:%S} UTC."
    raise TooMany(
        f"A rule slows you down for now: {rule.about}. {again}",
        retry_after_s=max(1, ceil((longest.until - now).total_seconds())),
        faults=(Fault("", again, clause),),
    )


def slow(
    session: Session,
    book: Book,
    member_id: int,
    target: Target,
    scope: str,
    causes: Iterable[Cause],
    now: datetime,
) -> None:
    """Keep by which of the rules that held just now a member waits; ``scope`` is that of their ruleset.

    The row is theirs already, by :func:`check`.
    """
    found = [
        Wait(now + one.rule.gap, book.cite(MODERATION, rule_clause(one.name), scope).scope, one.name)
        for one in causes
        if action_of(one) == "slow" and one.rule.gap is not None and not one.rule.dry_run
    ]
    if not found:
        return
    row = _hold(session, member_id, target)
    again = {(one.scope, one.rule) for one in found}
    kept = [one for one in _waits(row) if one.until > now and (one.scope, one.rule) not in again]
    row.waits = [
        {"scope": one.scope, "rule": one.rule, "until": one.until.isoformat()} for one in (*kept, *found)
    ]
    session.flush()


def lift(session: Session, decision: Decision, now: datetime) -> None:
    """Let whoever a decision slows go on at once: what another made them wait for stays."""
    target: Target = "post" if decision.post_id is not None else "reply"
    target = "follow" if decision.follow_id is not None else target
    row = _hold(session, decision.author_id, target)
    named = {
        (one["scope"], one["rule"], datetime.fromisoformat(one["until"]))
        for one in decision.causes
        if one["until"] is not None
    }
    row.waits = [
        {"scope": one.scope, "rule": one.rule, "until": one.until.isoformat()}
        for one in _waits(row)
        if one.until > now and (one.scope, one.rule, one.until) not in named
    ]
    session.flush()


def _hold(session: Session, member_id: int, target: Target) -> Pace:
    """Return what slows a member, locked; the row is made where there is none."""
    mine = select(Pace).where(col(Pace.member_id) == member_id, col(Pace.target) == target)
    locked = mine.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalars(locked).one_or_none()
    if found is None:
        session.execute(insert(Pace).values(member_id=member_id, target=target).on_conflict_do_nothing())
        found = session.scalars(locked).one()
    return found


def _waits(row: Pace) -> list[Wait]:
    return [Wait(datetime.fromisoformat(one["until"]), one["scope"], one["rule"]) for one in row.waits]


def _binds(book: Book, guild: str | None, wait: Wait) -> bool:
    """Say whether a rule slows still, and in what is made in a guild, or in none."""
    if wait.scope not in (COOP, scope_of(book, guild)):
        return False
    rule = book.rules(MODERATION, ModerationRules, wait.scope).rules.get(wait.rule)
    return rule is not None and rule.then == "slow" and not rule.dry_run
