"""A section of a proposal's page, and who looks at it.

Each module beside this one has a ``load(sight, found)`` that returns its section, or None where there is
nothing to show; :mod:`web.proposal_pages` says in which order they stand. Whoever is not a member sees what
is decided and not what members say to each other.
"""

from dataclasses import dataclass
from typing import Any

from coop.call import Call
from coop.errors import Forbidden
from coop.identity import Identity
from governance import cases, roll
from governance.case import Case
from governance.deliberation import floor
from web.visits import reader


@dataclass(frozen=True, slots=True)
class Sight:
    """A proposal as it stands before whoever looks at it."""

    call: Call
    case: Case
    belongs: bool
    """Whether the reader is a member of its scope."""

    @property
    def member(self) -> Identity | None:
        """The member who looks, None for anybody else."""
        return self.call.identity

    @property
    def is_author(self) -> bool:
        """Whether it is the reader's own proposal."""
        return self.member is not None and self.member.member_id == self.case.author_id

    @property
    def talking(self) -> bool:
        """Whether the reader may take part in talking it over now."""
        return self.belongs and self.case.stage.state in floor.TALKING

    @property
    def reading(self) -> bool:
        """Whether the reader may still say of what others said that it helped."""
        return self.belongs and self.case.stage.state in floor.READING


@dataclass(frozen=True, slots=True)
class Section:
    """One section as it is shown."""

    anchor: str
    """Its id on the page."""
    title: str
    template: str
    """The partial that draws ``told``."""
    told: Any = None
    todo: str = ""
    """What the reader can do there now, in a few words."""


def look(call: Call, proposal_id: int) -> Sight:
    """Return a proposal that whoever visits may see; raise NotFound where there is none."""
    case = cases.visible(call.session, reader(call), proposal_id, call.now)
    return Sight(call, case, belongs(call, case))


def belongs(call: Call, case: Case) -> bool:
    """Say whether whoever visits is a member of the proposal's scope."""
    if call.identity is None:
        return False
    try:
        roll.check_belongs(call.session, call.identity, case.scope)
    except Forbidden:
        return False
    return True
