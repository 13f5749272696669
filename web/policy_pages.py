"""Policies as pages: each a by-law to be read, with the vote behind every clause in its margin."""

from dataclasses import dataclass

from flask import Blueprint, Response

from coop import policies
from coop.book import COOP, InForce, Source
from coop.call import Call
from coop.errors import NotFound
from coop.policy_text import diff
from coop.tables import PolicyVersion
from web import bylaws, diffs
from web.beds import beds, purpose_of
from web.bylaws import Piece
from web.diffs import Row
from web.visits import page, render


@dataclass(frozen=True, slots=True)
class Note:
    """What stands in the margin of a clause: the version that set it, and the vote behind that."""

    number: int
    source: Source


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line of a policy with its margin."""

    pieces: tuple[Piece, ...]
    clauses: tuple[str, ...]
    notes: list[Note]

    @property
    def begins(self) -> bool:
        """Whether a table or a statement begins here, so that its spaces mean nothing."""
        return self.pieces[0].what in ("key", "table")


@dataclass(frozen=True, slots=True)
class Change:
    """One version that a policy has had, with what it changed."""

    version: PolicyVersion
    rows: list[Row]


def add_to(pages: Blueprint) -> None:
    """Add the list of policies and the page of each."""
    pages.add_url_rule("/policies", "policies", page(listing))
    pages.add_url_rule("/policies/<scope>/<kind>", "policy", page(policy))


def listing(call: Call) -> Response:
    """Show every policy in force."""
    return render(call, "policies.html", beds=beds(call.book), epoch=call.book.epoch)


def policy(call: Call, scope: str, kind: str) -> Response:
    """Show a policy, line by line, and every version that it has had."""
    found = call.book.policy(kind, scope)
    if found is None:
        raise NotFound
    return render(
        call,
        "policy.html",
        policy=found,
        purpose=purpose_of(call.book, kind, scope),
        sha256=found.sources[found.number].sha256,
        lines=set_lines(found),
        changes=_changes(policies.versions(call.session, scope, kind), kind),
        coop=COOP,
    )


def set_lines(found: InForce) -> list[SetLine]:
    """Return the lines of a policy in force, each clause named once, at the line where it begins."""
    told: set[str] = set()
    result = []
    for line in bylaws.lines(found.text):
        clauses = tuple(clause for clause in line.clauses if clause in found.blame and clause not in told)
        told.update(clauses)
        numbers = sorted({found.blame[clause] for clause in clauses}, reverse=True)
        notes = [Note(number, found.sources[number]) for number in numbers]
        result.append(SetLine(line.pieces, clauses, notes))
    return result


def _changes(versions: list[PolicyVersion], kind: str) -> list[Change]:
    before = [*(version.text for version in versions[1:]), None]
    return [
        Change(version, [] if text is None else diffs.rows(diff(text, version.text, f"{kind}.toml")))
        for version, text in zip(versions, before, strict=True)
    ]
