"""The form in which an audience is chosen, as its page draws it: for a new post, and for tightening one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audience.document import Verb
from audience.gradient import Step
from audience.headcount import About
from audience.naming import author_of
from audience.permission import openness
from audience.preview import gradient_of
from audience.rules import OPENINGS, Opening
from coop.call import Call
from coop.gazetteer import CREDIT
from web import group_rows
from web.group_rows import LISTS, VERBS, Row, Said
from web.place_choice import LONGEST_SEARCH, PlaceChoice, place_choice

CIRCLE = "circle:"
"""How the key of a step begins that is a circle of one's own."""


@dataclass(frozen=True, slots=True)
class AudienceForm:
    """What may be chosen in it, and what was added to it."""

    target: str
    """Path that it is sent to."""
    steps: list[tuple[Step, About]]
    """The gradient, each step with about how many it means."""
    guilds: list[str]
    """Slugs of the guilds that may be named."""
    circles: list[str]
    rows: Mapping[str, list[Row]]
    """Groups of people that were added, by their list."""
    places: Mapping[str, PlaceChoice]
    """By the name of the row that asks for one."""
    openings: Mapping[Verb, list[Opening]]
    """To whom each thing that readers may do may be opened in one choice, the fewest first."""
    defaults: Mapping[Verb, Opening]
    """To whom each is open where nothing is chosen."""
    credit: str = CREDIT
    longest_search: int = LONGEST_SEARCH
    words: Mapping[str, str] = field(default_factory=lambda: group_rows.KINDS)
    directions: Mapping[str, str] = field(default_factory=lambda: group_rows.DIRECTIONS)

    @property
    def kinds(self) -> dict[str, str]:
        """The kinds of groups of which there is any, with what they are called."""
        return {kind: words for kind, words in self.words.items() if self.named.get(kind, True)}

    @property
    def named(self) -> dict[str, dict[str, str]]:
        """The groups that are chosen by their names: by kind, what each is called."""
        return {"guild": {one: one for one in self.guilds}, "circle": {one: one for one in self.circles}}

    def parts(self, name: str) -> dict[str, str]:
        """Return the parts that rows of a list may belong to, with what they are called."""
        return group_rows.parts_of(name)


def audience_form(
    call: Call, target: str, said: Said, guild: str | None, openings: Sequence[Opening] = OPENINGS
) -> AudienceForm:
    """Return the form for a post made in ``guild``, as far as it was filled in.

    ``openings`` are those that make sense where the form stands; of each verb its ceiling leaves some.
    """
    steps = gradient_of(call.session, call.member, call.book, guild, call.now)
    rows = {name: group_rows.rows(said, name) for name in LISTS}
    asking = [row.name for found in rows.values() for row in found if row.kind == "place"]
    return AudienceForm(
        target=target,
        steps=steps,
        guilds=sorted(author_of(call.session, call.member).guilds),
        circles=[step.label for step, _ in steps if step.key.startswith(CIRCLE)],
        rows=rows,
        places={name: place_choice(call.session, said, f"{name}_") for name in asking},
        openings={verb: _openings(call, verb, guild, openings) for verb in VERBS},
        defaults={verb: openness(verb, call.book, guild).default for verb in VERBS},
    )


def _openings(call: Call, verb: Verb, guild: str | None, openings: Sequence[Opening]) -> list[Opening]:
    most = openness(verb, call.book, guild).ceiling
    return [one for one in OPENINGS if one in openings and OPENINGS.index(one) <= OPENINGS.index(most)]
