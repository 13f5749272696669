"""What the membership policy may say, and the bounds that no vote can cross.

Pure. Law 1: who may join, what a member may found or add, and when they hear of things, are clauses. Law 12:
the charter keeps the door from being bricked up, passwords from becoming guessable, and suspensions from
taking anybody's vote or lasting for good, whatever is voted.
That a deadline is heard of before it passes is in no clause, so no vote can end it (``notice_delivery.py``).
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from coop.errors import Fault
from coop.notice_topics import Topic
from coop.rhythm import Every, Weekday, zones

NAME = "membership"
"""The kind's name in the policy book."""

SHORTEST_PASSWORD = 12
LONGEST_ASKED = 64
"""NIST SP 800-63B §3.1.1.2: a verifier takes at least 64 characters, so it cannot ask for more."""

LONGEST_SUSPENSION = 90
"""In days: whoever is suspended comes back."""


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


def _known(zone: str) -> str:
    if zone not in zones():
        raise ValueError('Write the name of a time zone, such as "Europe/Lisbon" or "UTC"')
    return zone


class Notices(_Clauses):
    """When members see what they are told: the rhythm of those who chose none, and what is urgent for all."""

    rhythm: Every
    hour: int = Field(ge=0, le=23)
    """The full hour at which daily and weekly batches come."""
    weekday: Weekday
    """The day on which weekly batches come."""
    zone: Annotated[str, AfterValidator(_known)]
    """The time zone (IANA) of these hours."""
    quiet_from: int = Field(ge=0, le=23)
    quiet_to: int = Field(ge=0, le=23)
    """Full hours between which nothing is told; none where both are alike."""
    urgent: list[Topic]
    """Told at once, whatever the rhythm."""
    hours_to_act: int = Field(ge=0, le=168)
    """A deadline that comes no later than so many hours after the next batch is told of before it."""


Withheld = Literal["publish", "answer", "react", "follow", "profile", "invite", "found"]
"""What a suspension can withhold: posts, quotes, reposts and labels; answers; likes and thanks; following
somebody new; one's profile; invitations; and founding guilds.

Nothing else has a name here, so nothing else is ever withheld: not reading, proposing, arguing, voting,
reporting, appealing or leaving."""


class Suspensions(_Clauses):
    """What being suspended means, which a jury asks for and a vote of all decides."""

    days: int = Field(ge=1)
    """For so long; each vote says it as it stands when it is opened."""
    withholds: list[Withheld] = Field(min_length=1)
    """What whoever is suspended does not do meanwhile."""


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
    notices: Notices
    suspensions: Suspensions
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
    if rules.suspensions.days > LONGEST_SUSPENSION:
        detail = f"The charter lets nobody be suspended for more than {LONGEST_SUSPENSION} days."
        faults.append(Fault("/suspensions/days", detail))
    if len(set(rules.suspensions.withholds)) != len(rules.suspensions.withholds):
        faults.append(Fault("/suspensions/withholds", "It names something twice."))
    if "me" not in rules.names.reserved:
        faults.append(Fault("/names/reserved", "The charter reserves «me»: it means whoever asks."))
    return faults
