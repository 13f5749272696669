"""Writing a joint proposal: one clause that several guilds adopt together, or none of them does.

There is no draft of it, and its patch has no test of the old value: what a guild's clause says now differs
from guild to guild, and the proposal of each binds to the hash of that guild's whole text, which says more.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from coop import directory
from coop.book import COOP, Book, guild_scope
from coop.call import Call
from coop.errors import NotFound
from governance import joint
from governance.adaptation import clauses_set
from governance.drafts import LONGEST_RATIONALE, LONGEST_TITLE
from governance.joint import MOST_GUILDS, Agreement
from web import drafting
from web.drafting import Settable
from web.forms import Refusal
from web.visits import page, render
from web.writing import write

ANY = guild_scope("")
"""Stands for a guild that has set nothing of its own."""
FOUND = 20
"""Guilds that are shown at one time, besides the writer's own and those that are asked."""
TICKED = "guild-"
"""What the name of a guild's box begins with."""


@dataclass(frozen=True, slots=True)
class Party:
    """A guild that may be asked."""

    slug: str
    name: str
    own: bool
    """Whether the writer belongs to it."""
    asked: bool
    found: bool
    """Whether it is called by what was looked for."""
    says: str
    """What its clause says now, as it is typed."""


def add_to(pages: Blueprint) -> None:
    """Add the pages on which a joint proposal is written."""
    pages.add_url_rule("/proposals/new/joint", "new_joint", page(ask))
    pages.add_url_rule("/proposals/new/joint", "propose_joint", page(propose), methods=["POST"])


def ask(call: Call) -> Response:
    """Ask for the clause, or for the guilds and what it should say."""
    kind, pointer = request.args.get("kind"), request.args.get("clause")
    if kind is not None and pointer is not None:
        return _form(call, kind, _clause(call, kind, pointer))
    own = directory.member(call.session, call.member.handle).guilds
    kinds = [one for one in sorted(call.book.kinds) if call.book.kinds[one].guild]
    shared = [(one, clauses) for one in kinds if (clauses := _shared(call.book, one))]
    return render(call, "new_joint_clause.html", shared=shared, belongs=bool(own))


def propose(call: Call) -> Response:
    """Put it to each of the guilds; the page that follows is that of the writer's own.

    Where more guilds are looked for, the form comes back with them, and with all that was typed and ticked.
    """
    author, said = call.member, request.form
    kind = said.get("kind", "")
    clause = _clause(call, kind, said.get("clause", ""))
    if said.get("act") == "find":
        return _form(call, kind, clause)

    def make() -> int:
        scopes = tuple(guild_scope(one.slug) for one in _parties(call, kind, clause) if one.asked)
        patch = _patch(call.book, kind, clause, said.get("value", ""), scopes)
        wanted = Agreement(scopes, kind, said.get("title", ""), said.get("rationale", ""), patch)
        return joint.propose(call.session, call.book, author, wanted, call.now)[0]

    return write(
        call,
        make,
        lambda refused, status: _form(call, kind, clause, refused, status),
        ("scopes", "value"),
        {clause.pointer: "value", "/patch": "value"},
    )


def _shared(book: Book, kind: str) -> list[Settable]:
    """Return the clauses that every guild may set."""
    return drafting.settable(book, ANY, kind)


def _clause(call: Call, kind: str, pointer: str) -> Settable:
    known = call.book.kinds.get(kind)
    clauses = _shared(call.book, kind) if known is not None and known.guild else []
    for clause in clauses:
        if clause.pointer == pointer:
            return clause
    raise NotFound


def _parties(call: Call, kind: str, clause: Settable) -> list[Party]:
    """Return the guilds of the form: the writer's own, the others that are asked, and those looked for."""
    own, asked = directory.member(call.session, call.member.handle).guilds, _asked()
    kept = directory.guilds_named(call.session, {*own, *asked})
    found = directory.guilds_like(call.session, _looked_for(), FOUND)
    cards = {card.slug: card for card in (*sorted(kept, key=lambda card: card.slug not in own), *found)}
    return [
        Party(
            slug=card.slug,
            name=card.name,
            own=card.slug in own,
            asked=card.slug in asked,
            found=card in found,
            says=_says(call.book, guild_scope(card.slug), kind, clause),
        )
        for card in cards.values()
    ]


def _asked() -> set[str]:
    """Return the slugs of the guilds that are ticked; before anything was sent, of the one come from."""
    if request.form:
        return {name.removeprefix(TICKED) for name in request.form if name.startswith(TICKED)}
    return {request.args.get("scope", "").removeprefix(ANY)}


def _looked_for() -> str:
    return request.values.get("q", "").strip()


def _says(book: Book, scope: str, kind: str, clause: Settable) -> str:
    """Return what a guild's policy says there now, or what the coop says for it."""
    clauses = drafting.settable(book, scope, kind)
    return next(one.text for one in clauses if one.pointer == clause.pointer)


def _patch(book: Book, kind: str, clause: Settable, text: str, scopes: tuple[str, ...]) -> list[Any]:
    """Return the patch that sets a clause to what was typed, as the first of the guilds would read it."""
    scope = next(iter(scopes), ANY)
    made = drafting.patch(book, scope, kind, clause, text, drafting.base_sha256(book, scope, kind))
    value = clauses_set(made[-1:])[clause.pointer]
    return [{"op": "add", "path": clause.pointer, "value": value}]


def _form(
    call: Call, kind: str, clause: Settable, refused: Refusal | None = None, status: int = 200
) -> Response:
    return render(
        call,
        "new_joint.html",
        status,
        kind=kind,
        clause=clause,
        coop=COOP,
        parties=_parties(call, kind, clause),
        most=MOST_GUILDS,
        shown=FOUND,
        looked_for=_looked_for(),
        form=request.form,
        refused=refused,
        longest_title=LONGEST_TITLE,
        longest_rationale=LONGEST_RATIONALE,
    )
