"""What a member wants a profile to be, and whether it can be that.

Pure. Law 1: how far each slider reaches, and how many tags may be chosen, are clauses.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from audience.feeds import sliders
from audience.feeds.rules import FEEDS, FeedRules
from audience.topics import LONGEST as LONGEST_TAG
from coop import outbound
from coop.book import Book
from coop.errors import Fault, RuleBroken
from coop.names import normal, prose

NAME = re.compile(r"[a-z][a-z0-9-]{1,23}")
LONGEST_ABOUT = 300
"""In characters."""

_TAG = re.compile(rf"(?!\d+$)\w{{1,{LONGEST_TAG}}}")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a member wants a profile to be."""

    name: str
    about: str = ""
    base: str | None = None
    """A profile of the policy; exactly one of this and ``external_url`` is given."""
    sliders: Mapping[str, float] = field(default_factory=dict)
    """Positions by signal; what is not named stands at 0."""
    topics: Sequence[str] = ()
    """Tags, with or without ``#``."""
    external_url: str | None = None


def checked(book: Book, draft: Draft, *, loopback: bool) -> Draft:
    """Return a draft in the form in which it is kept; raise RuleBroken where it cannot be.

    ``loopback`` says whether addresses of this machine may be asked.
    """
    name = normal(draft.name)
    if not NAME.fullmatch(name):
        detail = "A name is 2 to 24 of a-z, 0-9 and -, and begins with a letter."
        raise RuleBroken("This name cannot be used.", faults=(Fault("/name", detail),))
    about = prose(" ".join(draft.about.split()), "/about", longest=LONGEST_ABOUT)
    if (draft.base is None) == (draft.external_url is None):
        detail = "Name the profile that it is made from, or the address that names its posts."
        raise RuleBroken("A profile is made from one thing.", faults=(Fault("/base", detail),))
    if draft.external_url is not None:
        return _elsewhere(replace(draft, name=name, about=about), draft.external_url, loopback=loopback)
    rules = book.rules(FEEDS, FeedRules)
    profile = rules.profiles.get(draft.base or "")
    if profile is None:
        raise RuleBroken("There is no such profile.", faults=(Fault("/base", f"One of {_names(rules)}."),))
    sliders.check(profile, draft.sliders)
    topics = tags(draft.topics)
    if topics and "topic" not in profile.weights:
        fault = Fault("/topics", "This profile does not weigh tags: choose none, or another profile.")
        raise RuleBroken("These tags would count nothing.", faults=(fault,))
    if len(topics) > rules.own.topics:
        fault = Fault("/topics", f"At most {rules.own.topics}.", book.cite(FEEDS, "/own/topics"))
        raise RuleBroken("These are too many tags.", faults=(fault,))
    turned = {signal: position for signal, position in draft.sliders.items() if position}
    return replace(draft, name=name, about=about, sliders=turned, topics=topics)


def tags(topics: Sequence[str], pointer: str = "/topics") -> list[str]:
    """Return tags in their compared form, each once; raise RuleBroken for what cannot be one."""
    found = [normal(one).removeprefix("#") for one in topics]
    wrong = tuple(
        Fault(f"{pointer}/{place}", f"A tag is 1 to {LONGEST_TAG} letters, digits and _, not digits alone.")
        for place, one in enumerate(found)
        if not _TAG.fullmatch(one)
    )
    if wrong:
        raise RuleBroken("These cannot be tags.", faults=wrong)
    return list(dict.fromkeys(found))


def _elsewhere(draft: Draft, url: str, *, loopback: bool) -> Draft:
    if draft.sliders or draft.topics:
        pointer = "/sliders" if draft.sliders else "/topics"
        fault = Fault(pointer, "What comes from elsewhere is not weighed here: leave this out.")
        raise RuleBroken("This would count nothing.", faults=(fault,))
    return replace(draft, external_url=outbound.check(url, "/external_url", loopback=loopback))


def _names(rules: FeedRules) -> str:
    return ", ".join(rules.profiles)
