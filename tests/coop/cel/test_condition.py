"""Expressions as conditions of a query: what it finds, beside what each expression comes to."""

import json
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from coop.cel.checker import check
from coop.cel.condition import OPEN, condition
from coop.cel.evaluation import value
from coop.cel.expression import Expression
from coop.cel.faults import ExpressionFault, Undecided
from coop.cel.types import BOOL, DOUBLE, DURATION, INT, STRING
from tests.coop.cel.writing import SCHEMA, Writer, facts
from tests.thorough import much

_TYPES = {BOOL: "boolean", INT: "bigint", DOUBLE: "double precision", STRING: "text", DURATION: "interval"}
COLUMNS = {name: f'known."{name}"' for name in SCHEMA}
_ROWS = ", ".join(
    f'"{name}" {_TYPES[fact.type.item or fact.type]}{"[]" if fact.type.item else ""}'
    for name, fact in SCHEMA.items()
)
Known = list[dict[str, Any]]


def found(session: Session, expression: Expression, known: Known) -> tuple[set[int], bool]:
    """Return which worlds a query for an expression finds, and whether it finds nothing more."""
    made = condition(expression.root, COLUMNS)
    query = f"SELECT number FROM json_to_recordset(CAST(:known AS json)) AS known(number int, {_ROWS}) WHERE "
    told = [{"number": number, **world} for number, world in enumerate(known)]
    rows = session.connection().execute(
        text(query + made.sql), {"known": json.dumps(told, default=_told), **made.parameters}
    )
    return set(rows.scalars()), made.exact


def _told(one: Any) -> Any:
    return f"{one.total_seconds():.6f} seconds" if isinstance(one, timedelta) else sorted(one)


def comes_to(expression: Expression, world: dict[str, Any]) -> bool | None:
    try:
        return bool(value(expression.root, world))
    except Undecided:
        return None


@pytest.mark.parametrize("part", range(much(4, 40)))
def test_law_13_a_query_finds_all_that_an_expression_holds_for_or_cannot_be_decided_for(
    session: Session, part: int
) -> None:
    lot = Random(part)
    exact = 0
    for _ in range(50):
        known = [facts(lot, missing=0.2 if number % 4 == 3 else 0.0) for number in range(12)]
        written = Writer(lot).expression()
        try:
            expression = check(written, SCHEMA)
        except ExpressionFault:
            continue
        right = [comes_to(expression, world) for world in known]
        numbers, whole = found(session, expression, known)
        assert numbers >= {number for number, came in enumerate(right) if came is not False}, written
        exact += whole
        if whole:
            complete = {number for number, world in enumerate(known) if len(world) == len(SCHEMA)}
            assert numbers & complete == {number for number in complete if right[number]}, written
    assert exact > 10


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("post.links > 2 && !(author.new || 'x' in post.hosts)", True),
        ("post.text.contains('%_') || sets.intersects(post.hosts, ['a', 'b'])", True),
        ("author.age < duration('72h') ? post.reply : post.language == 'nl'", True),
        ("post.text.matches('a+') && post.links > 2", False),
        ("post.links / post.likes > 2", False),
        ("post.heat * 2.0 > 1.0", False),
    ],
)
def test_what_sql_reckons_otherwise_is_left_open(session: Session, written: str, whole: bool) -> None:
    made = condition(check(written, SCHEMA).root, COLUMNS)
    assert made.exact is whole
    assert (made.sql == OPEN) is (not whole and "links > 2" not in written)


def test_nothing_that_is_written_in_an_expression_stands_in_the_query() -> None:
    made = condition(check("post.text == '''a'; DROP TABLE post; --'''", SCHEMA).root, COLUMNS)
    assert "DROP" not in made.sql
    assert list(made.parameters.values()) == ["a'; DROP TABLE post; --"]


def test_a_fact_that_a_query_does_not_say_is_left_open() -> None:
    made = condition(check("post.links > 2 && post.heat > 1.0", SCHEMA).root, {"post.links": "links"})
    assert made.sql == "(coalesce((links > CAST(:cel0 AS bigint)), true))"
    assert not made.exact
