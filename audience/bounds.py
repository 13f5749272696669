"""Bounds: what an author may ask for, under the clauses in force when they do.

Pure. Law 8: creators only tighten. What would be wider than a clause allows, or would change nothing but the
reader's mind, is refused where it is written, with the clause; nothing is clamped in silence. All faults of
a document are told at once.
"""

from collections.abc import Iterator, Sequence

from audience.clauses import limit_of
from audience.document import AudienceDocument, Parts
from audience.inheriting import says_whom, steps
from audience.limits import Asked, ceiling_of, deciding, limits_of, rules_of
from audience.permission import openness
from audience.predicate import Predicate
from audience.reply_rules import reply_limits, wider
from coop.book import Book
from coop.errors import Fault, RuleBroken

Layer = tuple[str, Parts]
"""A layer with its JSON Pointer in the document."""
OFFER = " More take the feature wide_reach, of yours or of the guild it is made in."


def check(
    document: AudienceDocument, book: Book, guild: str | None, pointer: str, *, wide: bool = False
) -> None:
    """Raise RuleBroken with every part of a document that the rules of ``guild`` do not allow.

    ``pointer`` is where the document stands in what was sent; ``wide`` says that it goes by the wide ceiling
    of seats.
    """
    faults = [
        *_names(document, book, guild),
        *_layers(document, book, guild, wide=wide),
        *_left_out(document, book, guild, wide=wide),
        *_reach(document, book, guild, wide=wide),
    ]
    if faults:
        told = tuple(Fault(f"{pointer}{one.pointer}", one.detail, one.clause) for one in faults)
        raise RuleBroken("An author can only tighten what the coop allows.", faults=told)


def check_layer(
    parts: Parts,
    below: Sequence[Layer],
    book: Book,
    guild: str | None,
    pointer: str,
    *,
    wide: bool = False,
) -> None:
    """Raise RuleBroken where a layer that is added by hand does not narrow those ``below`` it.

    They are all whose time has come, that of publication first; ``wide`` is as in :func:`check`.
    """
    faults = [
        *_names(parts, book, guild),
        *_numbers("", parts, below, book, guild, wide=wide),
        *_narrows("", parts, below, book, guild, wide=wide),
    ]
    if parts.preset == "guild" and guild is None:
        faults.append(Fault("/preset", "This post was made in no guild."))
    if faults:
        told = tuple(Fault(f"{pointer}{one.pointer}", one.detail, one.clause) for one in faults)
        raise RuleBroken("An audience can only be tightened.", faults=told)


def _names(parts: Parts, book: Book, guild: str | None) -> Iterator[Fault]:
    most = rules_of(book, guild).posts.names
    named = parts.named()
    if len(named) > most:
        clause = deciding(book, guild, "/posts/names")
        yield Fault(named[most][0], f"An audience names at most {most}; this one names {len(named)}.", clause)


def _layers(document: AudienceDocument, book: Book, guild: str | None, *, wide: bool) -> Iterator[Fault]:
    layers = document.layers
    for number, (at, parts) in enumerate(layers):
        yield from _numbers(at, parts, layers[:number], book, guild, wide=wide)
        if parts.preset == "guild" and guild is None:
            yield Fault(f"{at}/preset", "Say in which guild this is made, or choose another step.")
        if at:
            yield from _narrows(at, parts, layers[:number], book, guild, wide=wide)
    if limits_of(book, guild, Asked.by(document, wide=wide)).seats is None:
        for index, one in enumerate(document.after or ()):
            if one.seats_pct is not None:
                detail = "Without a limit on seats there is no share of them."
                yield Fault(f"/after/{index}/seats_pct", detail)


def _left_out(document: AudienceDocument, book: Book, guild: str | None, *, wide: bool) -> Iterator[Fault]:
    """Yield what does not go together with what a document inherits."""
    if guild is None and not says_whom(document) and "guild" in steps(book, guild):
        clause = deciding(book, guild, "/reach/default")
        yield Fault("/preset", "Say who may see it, or in which guild this is made.", clause)
    waits = document.seats is not None and document.seats.on_full == "waitlist"
    if waits and limits_of(book, guild, Asked.by(document, wide=wide)).seats is None:
        clause = deciding(book, guild, "/seats/default")
        yield Fault("/seats/on_full", "Without a number of seats there is nothing to wait for.", clause)
    only = document.arrivals is not None and document.arrivals.strangers_only
    if only and not rules_of(book, guild).arrivals.strangers_only:
        clause = deciding(book, guild, "/arrivals/strangers_only")
        yield Fault("/arrivals/strangers_only", "Here friends are delayed as strangers are.", clause)


def _numbers(
    at: str, parts: Parts, below: Sequence[Layer], book: Book, guild: str | None, *, wide: bool
) -> Iterator[Fault]:
    """Yield what is above the clause that sets the most; of replies also what is wider than a layer below."""
    asked = Asked.by(parts)
    if asked.seats is not None:
        clause = ceiling_of(book, guild, wide=wide)
        most = limit_of(clause.value)
        if most is not None and asked.seats > most:
            offer = "" if wide else OFFER
            yield Fault(f"{at}/seats/max", f"A post has at most {most} seats.{offer}", clause)
    for name, wanted in (("per_minute", asked.per_minute), ("burst", asked.burst)):
        clause = deciding(book, guild, f"/arrivals/{name}")
        most = limit_of(clause.value)
        if wanted is not None and most is not None and wanted > most:
            yield Fault(f"{at}/arrivals/{name}", f"This is at most {most}.", clause)
    if parts.replies is not None:
        yield from wider(at, parts.replies, reply_limits(below, book, guild))
    yield from _openings(at, parts, book, guild)


def _openings(at: str, parts: Parts, book: Book, guild: str | None) -> Iterator[Fault]:
    """Yield what is opened to more than the ceiling of its verb."""
    for verb, wanted in (parts.interact or {}).items():
        most = openness(verb, book, guild).ceiling
        clause = deciding(book, guild, f"/interact/{verb}/ceiling")
        if most == "nobody" and (wanted.auto or wanted.ask):
            yield Fault(f"{at}/interact/{verb}", "This is open to nobody here.", clause)
        elif most == "ask" and wanted.auto:
            detail = "Nobody does this without asking here: let them ask."
            yield Fault(f"{at}/interact/{verb}/auto", detail, clause)


def _narrows(
    at: str, parts: Parts, below: Sequence[Layer], book: Book, guild: str | None, *, wide: bool
) -> Iterator[Fault]:
    """Yield what a later layer asks that is wider than what stands below it."""
    before = Asked.by_all([one for _, one in below], wide=wide)
    later, limits = Asked.by(parts), limits_of(book, guild, before)
    if parts.seats is not None and parts.seats.on_full is not None:
        yield Fault(f"{at}/seats/on_full", "What happens when it is full is said when it is published.")
    if parts.arrivals is not None and parts.arrivals.strangers_only:
        yield Fault(f"{at}/arrivals/strangers_only", "So it is already, or friends would be let in sooner.")
    for name, wanted, holds in (
        ("seats/max", later.seats, limits.seats),
        ("arrivals/per_minute", later.per_minute, limits.per_minute),
        ("arrivals/burst", later.burst, limits.burst),
    ):
        if wanted is not None and holds is not None and wanted > holds:
            yield Fault(f"{at}/{name}", f"It is {holds} already, and can only become less.")
    whom = "see" if parts.preset is None else "preset"
    for name, predicate in ((whom, parts.whom(guild)), ("read", parts.read)):
        if predicate is not None and _is_public(predicate):
            yield Fault(f"{at}/{name}", "A later layer can only leave people out: public leaves out nobody.")


def _is_public(predicate: Predicate) -> bool:
    return any(atom.public for atom in predicate.atoms())


def _reach(document: AudienceDocument, book: Book, guild: str | None, *, wide: bool) -> Iterator[Fault]:
    """Yield what keeps a post from the public: the clause, or that its seats are counted."""
    at = "/preset" if document.preset == "public" else "/see"
    whom = document.whom(guild)
    if whom is None or not _is_public(whom):
        if document.read is not None and _is_public(document.read):
            yield Fault("/read", "Nobody may read it who may not see it: make see public as well.")
        return
    if rules_of(book, guild).reach.widest != "public":
        clause = deciding(book, guild, "/reach/widest")
        yield Fault(at, "The widest audience here is all members.", clause)
    elif limits_of(book, guild, Asked.by(document, wide=wide)).seats is not None:
        clause = ceiling_of(book, guild, wide=wide)
        detail = "The public is not counted, so such a post needs seats without a limit: seats max open."
        yield Fault(at, detail, clause if limit_of(clause.value) is not None else None)
