"""Policies in force as beds: each clause a seed from the founding, or grown by a vote. Pure."""

from dataclasses import dataclass
from math import ceil, sqrt

from coop.book import COOP, Book, InForce
from web.bylaws import purpose

FURROW = 16
"""Height of a row, in the picture's own units."""
ASPECT = 3
"""Width of a picture, in heights."""


@dataclass(frozen=True, slots=True)
class Plant:
    """A clause, where it stands in the picture."""

    clause: str
    x: float
    y: float
    grown: bool
    """Whether a vote has set it."""


@dataclass(frozen=True, slots=True)
class Bed:
    """A policy in force, as it is drawn and listed."""

    scope: str
    kind: str
    number: int
    purpose: str
    width: int
    height: int
    plants: list[Plant]

    @property
    def title(self) -> str:
        """What it is called: ``Audience``, and for a guild's own ``Audience, in bakers``."""
        where = "" if self.scope == COOP else f", in {self.scope.partition(':')[2]}"
        return f"{self.kind.capitalize()}{where}"

    @property
    def grown(self) -> int:
        """How many of its clauses a vote has set."""
        return sum(plant.grown for plant in self.plants)

    @property
    def furrows(self) -> list[int]:
        """Where the rows lie."""
        return list(range(FURROW // 2, self.height, FURROW))


def beds(book: Book) -> list[Bed]:
    """Return every policy in force as a bed, the coop's own first."""
    found = sorted(book.policies.values(), key=lambda one: (one.scope != COOP, one.scope, one.kind))
    return [bed(policy, purpose_of(book, policy.kind, policy.scope)) for policy in found]


def purpose_of(book: Book, kind: str, scope: str = COOP) -> str:
    """Return what a policy is for; a guild's that does not say is for what the coop's is for."""
    texts = [policy.text for where in (scope, COOP) if (policy := book.policy(kind, where)) is not None]
    return next(filter(None, map(purpose, texts)), "")


def bed(policy: InForce, said: str) -> Bed:
    """Return one policy as a bed; the bounds it declares are its fence and are not drawn."""
    clauses = [clause for clause in policy.blame if not clause.startswith("/bounds/")]
    rows = max(2, ceil(sqrt(len(clauses) / ASPECT)))
    height = rows * FURROW
    width = height * ASPECT
    in_row = max(1, ceil(len(clauses) / rows))
    step = width / (in_row + 0.5)
    plants = []
    for index, clause in enumerate(clauses):
        row, place = divmod(index, in_row)
        x = step * (place + 0.5 + (0.5 if row % 2 else 0))
        grown = policy.sources[policy.blame[clause]].proposal is not None
        plants.append(Plant(clause, round(x, 1), row * FURROW + FURROW / 2, grown))
    return Bed(policy.scope, policy.kind, policy.number, said, width, height, plants)
