"""Tables of places: the gazetteer, with the neighbourhoods that members add to it."""

from datetime import datetime

from sqlalchemy import CHAR, BigInteger, CheckConstraint, Column, Identity, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment


class Place(Row, table=True):
    """Somewhere that people say they are: from a country down to a neighbourhood of a city."""

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint("kind IN ('country', 'region', 'city', 'neighbourhood')", name="kind_known"),
        CheckConstraint("(kind = 'country') = (parent_id IS NULL)", name="parent_needed"),
        CheckConstraint("path[cardinality(path)] = id", name="path_ends_here"),
        CheckConstraint(
            "(kind = 'neighbourhood') = (added_by IS NOT NULL AND added_at IS NOT NULL)",
            name="neighbourhood_added",
        ),
        Index("ix_place_search", "search", postgresql_ops={"search": "text_pattern_ops"}),
        Index(
            "ix_place_neighbourhood",
            "parent_id",
            "search",
            unique=True,
            postgresql_where=text("kind = 'neighbourhood'"),
        ),
        Index("ix_place_added_by", "added_by", postgresql_where=text("added_by IS NOT NULL")),
    )

    id: int | None = Field(
        default=None,
        sa_column=Column("id", BigInteger, Identity(always=False, start=1_000_000_000_000), primary_key=True),
    )
    """The id that GeoNames gave it; neighbourhoods have ids far above all of those."""
    kind: str
    country: str = Field(sa_column=Column(CHAR(2), nullable=False))
    """ISO 3166-1 alpha-2."""
    parent_id: int | None = Field(default=None, foreign_key="place.id", sa_type=BigInteger, index=True)
    path: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    """Ids from the country down to the place itself."""
    name: str
    search: str
    """The name as it is looked for: see ``coop/places.py``."""
    population: int | None = None
    added_by: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    added_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class PlaceSource(Row, table=True):
    """The single row that says which file the places were loaded from."""

    __tablename__ = "place_source"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = Field(default=1, primary_key=True)
    sha256: str
