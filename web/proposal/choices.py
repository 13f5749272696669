"""What is to choose from: the choices of a vote, each with what it would change, or a number's range."""

from dataclasses import dataclass

from markupsafe import Markup

from governance.dossier import Dossier
from governance.options import AS_IT_IS
from governance.people.secrecy import SECRET
from web import diffs
from web.diffs import Row
from web.number_line import number_line
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Choice:
    """One of them."""

    label: str
    change: list[Row]
    """What it would change of the policy's text; nothing for an answer to a question."""
    as_it_is: bool
    """Whether it leaves things as they are."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a vote is among."""

    listed: list[Choice]
    clause: str
    """The clause whose number is asked for; empty where none is."""
    picture: Markup | None
    """Where that number lies now."""


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return what is to choose from; None where one is for or against, or votes on people."""
    case = sight.case
    if case.options is None or case.kind in SECRET:
        return None
    told = Choices(
        listed=[
            Choice(one.label, diffs.rows(one.diff), case.method == "schulze" and place == AS_IT_IS)
            for place, one in enumerate(found.choices)
        ],
        clause=case.options.get("clause", ""),
        picture=number_line(case.options, {}) if case.method == "median" else None,
    )
    title = "Which number" if case.method == "median" else "What there is to choose from"
    return Section("choices", title, "proposal/choices.html", told)
