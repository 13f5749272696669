"""Reports: what a rehearsal found, as a document that can be hashed, shown and voted on.

Pure. Law 5: a ballot binds to the hash of this document. It holds whole numbers alone, and its hash is
sha256 over its RFC 8785 form, so anyone who has the document computes the same one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import rfc8785

from coop.ledger import stamp
from coop.rehearsal import Gauge, Measure, Rehearsing, Report
from governance.rehearsal.hiding import TOTAL, Place, cells, hidden, too_few

VERSION = 1
"""Of the document's form."""

ZERO_TOLD = (
    "Numbers that speak of fewer than {below} people, and those that would give them away, are left out."
)


def content_sha256(*, scope: str, kind: str, base_sha256: str, patch: list[Any]) -> str:
    """Return the hash of what is rehearsed, in hex: sha256 over the RFC 8785 form of these four members.

    Unlike the hash that a ballot binds to, it knows no proposer: the same change is the same rehearsal.
    """
    body = {"scope": scope, "kind": kind, "base_sha256": base_sha256, "patch": patch}
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def digest(document: Mapping[str, Any]) -> str:
    """Return the hash of a report, in hex: sha256 over its RFC 8785 form."""
    return hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()


def document(asked: Rehearsing, found: Report, content: str) -> dict[str, Any]:
    """Return a report as it is kept and shown: what speaks of too few people left out (null)."""
    gone = {measure.name: hidden(measure, asked.hidden_below) for measure in found.measures}
    made: dict[str, Any] = {
        "version": VERSION,
        "scope": asked.scope,
        "kind": asked.kind,
        "patch_sha256": content,
        "window": {"since": stamp(asked.since), "until": stamp(asked.until), "days": asked.days},
        "seed": asked.seed,
        "hidden_below": asked.hidden_below,
        "replayed": {
            name: None if too_few(cell, asked.hidden_below) or _total_gone(gone.get(name)) else cell.value
            for name, cell in found.replayed.items()
        },
        "measures": [_measure(measure, gone[measure.name]) for measure in found.measures],
        "gauges": [_gauge(gauge, asked.hidden_below) for gauge in found.gauges],
        "outcomes": [asdict(outcome) for outcome in found.outcomes],
        "limits": [*found.limits, ZERO_TOLD.format(below=asked.hidden_below)],
    }
    return {**made, "summary": summary(made)}


def _total_gone(places: frozenset[Place] | None) -> bool:
    return places is not None and ("before", TOTAL, TOTAL) in places


def _measure(measure: Measure, gone: frozenset[Place]) -> dict[str, Any]:
    told = {place: None if place in gone else cell.value for place, cell in cells(measure).items()}

    def change(kind: str, label: str) -> dict[str, int | None]:
        return {column: told[column, kind, label] for column in ("before", "lost", "gained")}

    return {
        "name": measure.name,
        "things": measure.things,
        "lost": measure.lost,
        "gained": measure.gained,
        "total": change(TOTAL, TOTAL),
        "by": [
            {
                "kind": kind,
                "groups": [{"label": label, **change(kind, label)} for label in groups],
            }
            for kind, groups in measure.by.items()
        ],
    }


def _gauge(gauge: Gauge, below: int) -> dict[str, Any]:
    told = gauge.people >= below
    return {
        "of": gauge.of,
        "name": gauge.name,
        "meaning": gauge.meaning,
        "per": gauge.per,
        "before": gauge.before if told else None,
        "after": gauge.after if told else None,
        "compared": gauge.before is None,
    }


def summary(made: Mapping[str, Any]) -> list[str]:
    """Return what a report says, in sentences."""
    lines = [_measured(measure) for measure in made["measures"]]
    lines += [_gauged(gauge) for gauge in made["gauges"]]
    lines += [f"{one['what']}: {one['before']}; with the patch {one['after']}." for one in made["outcomes"]]
    return lines or ["Nothing on record would have gone otherwise."]


def _measured(measure: Mapping[str, Any]) -> str:
    """Return a measure in a sentence: what was gained was none of those before."""
    total = measure["total"]
    before = (
        f"Of a number of {measure['things']} that is not told"
        if total["before"] is None
        else f"Of {total['before']:,} {measure['things']} before"
    )
    lost = f"{_number(total['lost'])} would have been {measure['lost']}"
    gained = f"{_number(total['gained'])} would have been {measure['gained']}"
    return f"{before}, {lost}; besides these, {gained}."


def _number(value: int | None) -> str:
    if value is None:
        return "a number not told"
    return "none" if value == 0 else f"{value:,}"


def _gauged(gauge: Mapping[str, Any]) -> str:
    subject = f"{gauge['of']}: {gauge['meaning']}"
    if gauge["after"] is None:
        return f"{subject}: too few people to tell."
    after = decimal(gauge["after"], gauge["per"])
    if gauge["compared"]:
        return f"{subject}: {after}."
    return f"{subject}: from {decimal(gauge['before'], gauge['per'])} to {after}."


def decimal(value: int, per: int) -> str:
    """Return a whole number of parts as people write it: parts of a thousand as a percentage.

    ``decimal(123, 1000)`` is ``12.3 %`` and ``decimal(123, 100)`` is ``1.23``.
    """
    if per == 1000:
        return f"{value // 10}.{value % 10} %"
    return f"{value // per}.{value % per:02}" if per == 100 else f"{value:,}"
