"""What the membership policy may say, and the bounds that no vote can cross.

Pure. Law 1: who may join, and what a member may found or add, are clauses. Law 12: the charter keeps the door
from being bricked up, and passwords from becoming guessable, whatever is voted.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from coop.errors import Fault

NAME = "membership"
"""The kind's name in the policy book."""

SHORTEST_PASSWORD = 12
LONGEST_ASKED = 64
"""NIST SP 800-63B §3.1.1.2: a verifier takes at least 64 characters, so it cannot ask for more."""


class _Clauses(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Joining(_Clauses):
    """Who may join."""

    admission: Literal["open", "invited"]
    invitation_days: int = Field(ge=1)
    invitations_per_member: int = Field(ge=0)
    """Unused and unexpired ones, at one time."""


class Credentials(_Clauses):
    """What a member proves themselves with."""

    password_min_length: int
    """In characters."""


class Names(_Clauses):
    """What nobody may be called."""

    reserved: list[str]


class Guilds(_Clauses):
    """What a member may found, and how large it may grow."""

    founded_per_member: int = Field(ge=1)
    members_max: int = Field(ge=2)


class Places(_Clauses):
    """Who may add to the places where people say they are."""

    neighbourhoods: Literal["members", "nobody"]
    neighbourhoods_per_member: int = Field(ge=1)


class Bound(_Clauses):
    """What an ordinary vote may set a clause to."""

    min: int | None = None
    max: int | None = None
    one_of: list[Any] | None = None


class Bounds(_Clauses):
    """Declared bounds, by the pointer of the clause."""

    coop: dict[str, Bound] = Field(default_factory=dict)


class MembershipRules(_Clauses):
    """The membership policy."""

    joining: Joining
    credentials: Credentials
    names: Names
    guilds: Guilds
    places: Places
    bounds: Bounds = Field(default_factory=Bounds)


def membership_charter(rules: MembershipRules) -> list[Fault]:
    """Return where the rules cross the charter; empty where they keep it."""
    faults = []
    if not SHORTEST_PASSWORD <= rules.credentials.password_min_length <= LONGEST_ASKED:
        faults.append(
            Fault(
                "/credentials/password_min_length",
                f"The charter asks for {SHORTEST_PASSWORD} to {LONGEST_ASKED} characters.",
            )
        )
    if rules.joining.admission == "invited" and rules.joining.invitations_per_member < 1:
        faults.append(
            Fault(
                "/joining/invitations_per_member",
                "The charter keeps the door: where one joins by invitation, members may invite.",
            )
        )
    if "me" not in rules.names.reserved:
        faults.append(Fault("/names/reserved", "The charter reserves «me»: it means whoever asks."))
    return faults
