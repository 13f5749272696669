"""Policies as pages: each a by-law to be read, with the vote behind every clause in its margin."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response

from audience.gardens.trusted import UNHEARD, trusted
from audience.moderation.rules import MODERATION
from coop.book import COOP, InForce
from coop.call import Call
from coop.errors import NotFound
from coop.outgrown import outgrown
from coop.policy_history import Written, history
from coop.policy_text import diff
from governance import decisions
from governance.decisions import Decision, Outcome
from web import bylaws, diffs
from web.beds import beds, purpose_of
from web.bylaws import Piece
from web.diffs import Row
from web.visits import page, render

HEARD: Mapping[str, str] = {
    "at work": "",
    "limited": "Of the labels that it gave today no more ask rules again; they count for what is made since.",
    "silent": "It has published nothing for long.",
    "gone": "Whoever published it has left.",
    "ended": "It was ended.",
    "unknown": "There is no labeller of this name.",
}
"""What is said of a labeller whom rules believe and that stands so."""


@dataclass(frozen=True, slots=True)
class Note:
    """What stands in the margin of a clause: the version that set it, and what brought that."""

    number: int
    proposal: int | None
    words: str


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
    """One version that a policy has had, with what it changed and why."""

    written: Written
    rows: list[Row]
    title: str
    """Of the proposal that it sets or takes back; empty for the founding text."""
    why: str


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
    written = history(call.session, scope, kind)
    return render(
        call,
        "policy.html",
        policy=found,
        purpose=purpose_of(call.book, kind, scope),
        sha256=found.sources[found.number].sha256,
        lines=set_lines(found, {one.version.number: _note(one) for one in written}),
        changes=_changes(call, written),
        coop=COOP,
        outgrown=outgrown(call.session, call.book, kind, scope),
        trusted=trusted(call.session, call.book, scope, call.now) if kind == MODERATION else [],
        unheard=UNHEARD,
        heard=HEARD,
    )


def set_lines(found: InForce, notes: Mapping[int, Note]) -> list[SetLine]:
    """Return the lines of a policy in force, each clause named once, at the line where it begins.

    ``notes`` says by its number what brought each version.
    """
    told: set[str] = set()
    result = []
    for line in bylaws.lines(found.text):
        clauses = tuple(clause for clause in line.clauses if clause in found.blame and clause not in told)
        told.update(clauses)
        numbers = sorted({found.blame[clause] for clause in clauses}, reverse=True)
        result.append(SetLine(line.pieces, clauses, [notes[number] for number in numbers]))
    return result


def _note(written: Written) -> Note:
    version, tally = written.version, written.version.tally
    if written.takes_back:
        words = "taken back"
    elif tally is None:
        words = "founding" if version.cause == "founding" else "in an emergency"
    elif "method" in tally:
        words = "a vote"
    else:
        words = f"{tally['for']} for, {tally['against'] + tally['block']} against"
    return Note(version.number, version.proposal_id, words)


def _changes(call: Call, written: list[Written]) -> list[Change]:
    """Return the versions with what each changed; why it came is what was decided about its proposal."""
    ids = {found for one in written if (found := one.version.proposal_id) is not None}
    decided = decisions.of_all(call.session, ids, call.now)
    return [_change(one, decided) for one in written]


def _change(written: Written, decided: Mapping[tuple[int, Outcome], Decision]) -> Change:
    version = written.version
    name = f"{version.kind}.toml"
    rows = [] if written.before is None else diffs.rows(diff(written.before, version.text, name))
    if version.proposal_id is None:
        return Change(written, rows, "", written.why)
    outcome = Outcome.UNDONE if written.takes_back else Outcome.ENACTED
    found = decided[version.proposal_id, outcome]
    why = f"{written.why} {found.sentence}" if written.takes_back else found.sentence
    return Change(written, rows, found.title, why)
