"""The audience document: who may see a post and how many, as its author wrote it.

Pure. Law 8: creators only tighten. A document can be stricter than the guild's and the coop's clauses and
never wider: a cap above the ceiling is refused with the clause that refuses it, and the limit that holds is
the strictest of author, guild and coop, read anew from the book at every delivery.

A part that is left out inherits; an empty list is nobody, and then only the author sees the post.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from audience.clauses import limit_of, strictest
from audience.rules import AUDIENCE, AudienceRules
from coop.book import COOP, Book, guild_scope
from coop.errors import Fault, RuleBroken
from coop.names import normal
from coop.receipts import Citation

MINUTE = timedelta(minutes=1)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _left_out() -> Any:
    """Return the field of a part that may be left out, and then is not in the document at all."""
    return Field(default=None, exclude_if=lambda value: value is None)


class Whom(_Part):
    """Somebody who may see the post: exactly one of the three."""

    coop: Literal[True] | None = _left_out()
    """Every member."""
    guild: Annotated[str, Field(min_length=1, max_length=40), AfterValidator(normal)] | None = _left_out()
    """Every member of the guild with this slug, as long as they belong to it."""
    member: Annotated[str, Field(min_length=1, max_length=30), AfterValidator(normal)] | None = _left_out()
    """The member with this handle."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(part is not None for part in (self.coop, self.guild, self.member)) != 1:
            raise ValueError("Name exactly one of coop, guild and member")
        return self


class See(_Part):
    """Who may see the post."""

    any: list[Whom] = Field(max_length=1000)
    """One of these is enough; an empty list is nobody but the author."""


class SeatsWanted(_Part):
    """How many may see the post."""

    max: int = Field(ge=1, le=1_000_000_000)
    """Distinct members, the author not counted."""


class AudienceDocument(_Part):
    """Who may see a post, and how many."""

    see: See | None = _left_out()
    """Left out: the whole coop."""
    seats: SeatsWanted | None = _left_out()
    """Left out: the default in force at each delivery."""

    def stored(self) -> dict[str, Any]:
        """Return the document as it is kept: only what its author wrote."""
        return self.model_dump(mode="json")

    @property
    def named(self) -> list[Whom]:
        """Whom it names, in the author's order; the coop where it names nobody."""
        return [Whom(coop=True)] if self.see is None else self.see.any


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that hold for one post; None is no limit."""

    seats: int | None
    """Distinct members who may be delivered it."""
    per_minute: int | None
    """Strangers who may arrive in a minute."""
    burst: int
    """Strangers who may arrive at once, after a lull."""

    @property
    def hold(self) -> bool:
        """Whether there is any limit to count for."""
        return self.seats is not None or self.per_minute is not None

    @property
    def period(self) -> timedelta | None:
        """The time between two arrivals at the sustained rate."""
        return None if self.per_minute is None else MINUTE / self.per_minute

    @property
    def tolerance(self) -> timedelta | None:
        """How far arrivals may run ahead of that rate: ``burst`` periods."""
        return None if self.per_minute is None else MINUTE / self.per_minute * self.burst

    @property
    def ahead(self) -> timedelta | None:
        """How far in the future the theoretical arrival may lie and a stranger still be admitted."""
        return None if self.per_minute is None else MINUTE / self.per_minute * (self.burst - 1)

    def for_viewer(self, *, friend: bool) -> "Limits":
        """Return the limits as they hold for one viewer: a friend of the post is never delayed."""
        return replace(self, per_minute=None) if friend else self


def tighten(author_cap: int | None, own: AudienceRules, coop: AudienceRules) -> Limits:
    """Return the limits in force: the strictest of author, guild (``own``) and coop.

    Where the author set no cap the default stands in for it: the guild's where the guild set one inside
    the bounds that the coop declares.
    """
    wanted = limit_of(own.seats.default) if author_cap is None else author_cap
    return Limits(
        seats=strictest(wanted, limit_of(own.seats.ceiling), limit_of(coop.seats.ceiling)),
        per_minute=strictest(limit_of(own.arrivals.per_minute), limit_of(coop.arrivals.per_minute)),
        burst=min(own.arrivals.burst, coop.arrivals.burst),
    )


def scope_of(book: Book, guild: str | None) -> str:
    """Return the scope whose audience policy binds posts of this guild: its own, where it holds one."""
    scope = COOP if guild is None else guild_scope(guild)
    return scope if book.policy(AUDIENCE, scope) is not None else COOP


def rules_of(book: Book, guild: str | None) -> AudienceRules:
    """Return the audience rules for posts made in a guild, or in none."""
    return book.rules(AUDIENCE, AudienceRules, scope_of(book, guild))


def limits_of(book: Book, guild: str | None, author_cap: int | None) -> Limits:
    """Return the limits in force for a post made in a guild (its slug), or in none."""
    scope = scope_of(book, guild)
    return book.derived(
        ("limits", scope, author_cap),
        lambda: tighten(author_cap, rules_of(book, guild), rules_of(book, None)),
    )


def deciding(book: Book, guild: str | None, clause: str) -> Citation:
    """Return the receipt of a limit (by its pointer) for posts of a guild: the stricter of guild and coop."""
    scope = scope_of(book, guild)
    own, coop = (_limit_at(book, one, clause) for one in (scope, COOP))
    if coop is not None and (own is None or coop < own):
        scope = COOP
    return book.cite(AUDIENCE, clause, scope)


def _limit_at(book: Book, scope: str, clause: str) -> int | None:
    section, name = clause.removeprefix("/").split("/")
    return limit_of(getattr(getattr(book.rules(AUDIENCE, AudienceRules, scope), section), name))


def check_cap(document: AudienceDocument, book: Book, guild: str | None) -> int | None:
    """Return the cap that the author sets, if any; raise RuleBroken where it is above the ceiling."""
    if document.seats is None:
        return None
    clause = deciding(book, guild, "/seats/ceiling")
    ceiling = limit_of(clause.value)
    if ceiling is not None and document.seats.max > ceiling:
        raise RuleBroken(
            "An author can only tighten what the coop allows.",
            faults=(Fault("/audience/seats/max", f"A post has at most {ceiling} seats.", clause),),
        )
    return document.seats.max


def check_names(document: AudienceDocument, book: Book) -> None:
    """Raise RuleBroken where the document names more guilds and members than the clause allows."""
    most = book.rules(AUDIENCE, AudienceRules).posts.names
    if len(document.named) > most:
        clause = book.cite(AUDIENCE, "/posts/names")
        raise RuleBroken(
            "The audience names too many.",
            faults=(Fault("/audience/see/any", f"Name at most {most} guilds and members.", clause),),
        )
