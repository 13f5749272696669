"""Places: finding them, and adding the neighbourhoods that no table knows.

Law 1: whether members may add neighbourhoods, and how many, are clauses of the membership policy. Where a
member is, they alone say: nothing here reads an address or a picture. Who added a neighbourhood is counted
and told to nobody, for they are likely to live there.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, any_, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from coop.book import Book
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken, Unauthenticated
from coop.identity import Identity
from coop.membership_rules import NAME, MembershipRules
from coop.names import line
from coop.place_names import folded, said
from coop.place_tables import Place
from coop.tables import Member

LONGEST_NAME = 80
"""Most characters in the name of a neighbourhood."""

Kind = Literal["country", "region", "city", "neighbourhood"]


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """A place as anyone sees it."""

    id: int
    kind: Kind
    country: str
    """ISO 3166-1 alpha-2."""
    name: str
    path: tuple[int, ...]
    """Ids from the country down to the place itself."""
    names: tuple[str, ...]
    """The name of each place on the path."""
    population: int | None
    """Of a region, that of its listed cities; None where it is not known."""

    @property
    def said(self) -> str:
        """The place with all that it lies in, the nearest first."""
        return said(self.names)


def search(session: Session, text: str, limit: int, within: int | None = None) -> list[PlaceCard]:
    """Return up to ``limit`` places whose names begin with ``text``, the most populous first.

    ``within`` is the id of a place in which they lie. Case and accents do not count.
    """
    start = folded(text)
    if not start:
        return []
    query = _cards().where(col(Place.search).like(f"{start}%"))
    if within is not None:
        query = query.where(col(Place.path).contains([within]), col(Place.id) != within)
    order = (col(Place.population).desc().nulls_last(), func.cardinality(col(Place.path)), col(Place.id))
    return [_card(row) for row in session.execute(query.order_by(*order).limit(limit))]


def place(session: Session, place_id: int) -> PlaceCard:
    """Return a place; raise NotFound where there is none with this id."""
    row = session.execute(_cards().where(col(Place.id) == place_id)).one_or_none()
    if row is None:
        raise NotFound
    return _card(row)


def check_place(session: Session, place_id: int | None, pointer: str) -> int | None:
    """Return the id of a place that there is, or None; raise RuleBroken, at ``pointer``, for another id."""
    if place_id is None:
        return None
    if session.execute(select(col(Place.id)).where(col(Place.id) == place_id)).one_or_none() is None:
        unknown = Fault(pointer, "There is no place with this id: search for one and send its id.")
        raise RuleBroken("This place is unknown.", faults=(unknown,))
    return place_id


def add_neighbourhood(
    session: Session, actor: Identity, book: Book, city_id: int, name: str, now: datetime
) -> PlaceCard:
    """Add a neighbourhood to a city, for everybody to choose.

    Raise Forbidden where the clauses do not let members add any, or this one no more; RuleBroken where the
    name cannot be used or ``city_id`` is no city; and Conflict where the city has one of this name.
    """
    _check_allowance(session, actor, book)
    name = line(name, "/name", longest=LONGEST_NAME)
    search = folded(name)
    if not search:
        raise RuleBroken(
            "This name cannot be used.", faults=(Fault("/name", "A name has a letter or a digit."),)
        )
    city = session.execute(
        select(col(Place.country), col(Place.path)).where(col(Place.id) == city_id, col(Place.kind) == "city")
    ).one_or_none()
    if city is None:
        raise RuleBroken(
            "This is no city.",
            faults=(Fault("/city", "A neighbourhood lies in a city: send the id of one."),),
        )
    new_id = session.execute(select(func.nextval(func.pg_get_serial_sequence("place", "id")))).scalar_one()
    made = session.execute(
        insert(Place)
        .values(
            id=new_id,
            kind="neighbourhood",
            country=city.country,
            parent_id=city_id,
            path=[*city.path, new_id],
            name=name,
            search=search,
            added_by=actor.member_id,
            added_at=now,
        )
        .on_conflict_do_nothing()
        .returning(col(Place.id))
    ).one_or_none()
    if made is None:
        raise Conflict(
            "This city has this neighbourhood.", faults=(Fault("/name", "It has been added already."),)
        )
    return place(session, new_id)


def _check_allowance(session: Session, actor: Identity, book: Book) -> None:
    """Hold the actor's row, so that two of their requests do not both see room for one more."""
    rules = book.rules(NAME, MembershipRules).places
    if rules.neighbourhoods == "nobody":
        detail = "Nobody may add neighbourhoods here."
        raise Forbidden(detail, faults=(Fault("", detail, book.cite(NAME, "/places/neighbourhoods")),))
    held = select(col(Member.id)).where(col(Member.id) == actor.member_id, col(Member.left_at).is_(None))
    if session.execute(held.with_for_update(key_share=True)).one_or_none() is None:
        raise Unauthenticated
    added = select(func.count()).select_from(Place).where(col(Place.added_by) == actor.member_id)
    most = rules.neighbourhoods_per_member
    if session.execute(added).scalar_one() >= most:
        detail = f"A member may add {most} neighbourhoods."
        clause = book.cite(NAME, "/places/neighbourhoods_per_member")
        raise Forbidden(detail, faults=(Fault("", detail, clause),))


def _cards() -> Select[Any]:
    step = aliased(Place)
    names = (
        select(func.array_agg(aggregate_order_by(col(step.name), func.cardinality(col(step.path)))))
        .where(col(step.id) == any_(col(Place.path)))
        .correlate(Place)
        .scalar_subquery()
    )
    return select(
        col(Place.id),
        col(Place.kind),
        col(Place.country),
        col(Place.name),
        col(Place.path),
        names.label("names"),
        col(Place.population),
    )


def _card(row: Any) -> PlaceCard:
    return PlaceCard(
        row.id, row.kind, row.country, row.name, tuple(row.path), tuple(row.names), row.population
    )
