"""Questions of polls: whether one may be asked in a guild, and fits the clauses.

Pure. The guild holds the feature ``guild_polls``, not the member who asks. Law 8: of what the guild and the
coop say of polls the stricter holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audience.limits import deciding, rules_of
from coop import features
from coop.book import Book
from coop.clauses import as_text
from coop.errors import Fault, Forbidden, RuleBroken
from coop.features import GUILD_POLLS
from coop.names import line, normal
from coop.unheld import unheld


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be asked."""

    options: tuple[str, ...]
    lasts: timedelta
    """For how long after the post is published."""


def check(question: Question, book: Book, guild: str | None, now: datetime) -> Question:
    """Return a question as it is asked in a guild (its slug).

    Raise RuleBroken where it is asked in none, or does not fit the clauses, and Forbidden where the guild
    does not hold the feature.
    """
    if guild is None:
        raise _broken("/poll", "A poll is asked in a guild: say in which this is made.")
    if not features.held_by_guild(book, GUILD_POLLS, guild, now):
        fault = unheld(book, GUILD_POLLS, guild, now)
        raise Forbidden("This guild does not hold what it takes to ask.", faults=(fault,))
    rules = rules_of(book, guild).polls
    if len(question.options) < 2:
        raise _broken("/poll/options", "There are two options at least.")
    if len(question.options) > rules.options:
        raise RuleBroken(
            "This poll cannot be asked.",
            faults=(
                Fault(
                    "/poll/options",
                    f"At most {rules.options} options; these are {len(question.options)}.",
                    deciding(book, guild, "/polls/options"),
                ),
            ),
        )
    if question.lasts > rules.longest:
        clause = deciding(book, guild, "/polls/longest")
        fault = Fault("/poll/lasts", f"A poll lasts at most {as_text(rules.longest)}.", clause)
        raise RuleBroken("This poll cannot be asked.", faults=(fault,))
    return Question(_distinct(question.options, rules.characters), question.lasts)


def words(body: str, question: Question | None) -> str:
    """Return all that a post says, by which rules decide: its text, and the options of its poll."""
    return body if question is None else "\n".join([body, *question.options])


def _distinct(options: Sequence[str], longest: int) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for place, option in enumerate(options):
        said = line(option, f"/poll/options/{place}", longest=longest)
        if found.setdefault(normal(said), said) is not said:
            raise _broken(f"/poll/options/{place}", "This is an option already.")
    return tuple(found.values())


def _broken(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken("This poll cannot be asked.", faults=(Fault(pointer, detail),))
