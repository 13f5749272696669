"""The document on gardens: its tables are those of the code, and its clauses are there."""

import re
from pathlib import Path
from typing import get_args

from audience.gardens.garden import SIGHTS, Kind
from audience.gardens.rules import Publishers
from audience.gardens.vocabulary import KNOWN
from audience.moderation.rules import MODERATION
from coop.book import Book

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "gardens.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| `")]


def test_every_action_and_every_fact_is_told_and_no_other() -> None:
    facts = [
        f"| `{name}` | {str(one.type).replace('google.protobuf.Duration', 'duration')} | {one.meaning} |"
        for name, one in KNOWN.items()
    ]
    assert [row.split("`")[1] for row in ROWS[: len(SIGHTS)]] == list(SIGHTS)
    assert ROWS[len(SIGHTS) :] == facts


def test_its_clauses_are_there(book: Book) -> None:
    named = set(re.findall(r"`(/gardens/[a-z_/]+)`", TEXT))
    assert len(named) >= 6
    for clause in named:
        assert book.cite(MODERATION, clause).clause == clause


def test_every_kind_and_every_publisher_is_told() -> None:
    assert all(f"`{one}`" in TEXT for one in (*get_args(Kind), *get_args(Publishers)))
