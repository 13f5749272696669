"""Eligible: about how many members a post is for by now, as its author is told.

Law 7: it is the headcount that its author was shown before they published it (``headcount.py``), of all
layers whose time has come. So tightening a post tells nothing of one person that the preview would not have
told: whoever is named is counted as if they had said what is asked of them, and the others in steps. Whom the
post leaves out because of what it was made from is for the author of that to know, and changes no number.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from audience.headcount import About, headcount
from audience.keys import guild_key, member_key, place_key
from audience.predicate import Atom, Predicate
from audience.standing import Layered
from coop.identity import Identity
from coop.tables import Guild, Member


def eligible(session: Session, author: Identity, post: Layered, least: int, now: datetime) -> About:
    """Return about how many members a post of one's own is for, by all layers whose time has come.

    ``least`` is the smallest number of people that is told.
    """
    wanted = list(_predicates(post))
    (found,) = headcount(session, author, [wanted], _keys(session, post, wanted), least, now)
    return found


def _predicates(post: Layered) -> Iterable[Predicate]:
    for layer in post.layers:
        for asked in (layer.parts.whom(post.guild), layer.parts.read):
            if asked is not None:
                yield asked


def _keys(session: Session, post: Layered, wanted: Iterable[Predicate]) -> Mapping[Atom, Sequence[int]]:
    """Return the keys of every group that is named; whoever and whatever is gone by now has none."""
    atoms = list(dict.fromkeys(atom for one in wanted for atom in one.atoms()))
    handles = [atom.member for atom in atoms if atom.member is not None]
    slugs = [atom.guild for atom in atoms if atom.guild is not None]
    people = select(col(Member.handle), col(Member.id)).where(col(Member.handle).in_(handles))
    guilds = select(col(Guild.slug), col(Guild.id)).where(col(Guild.slug).in_(slugs))
    by_handle = {handle: member_key(one) for handle, one in session.execute(people)}
    by_slug = {slug: guild_key(one) for slug, one in session.execute(guilds)}
    found: dict[str, Callable[[Atom], list[int]]] = {
        "member": lambda atom: _known(by_handle, atom.member),
        "guild": lambda atom: _known(by_slug, atom.guild),
        "circle": lambda atom: _known(_circles(post), atom.circle),
        "place": lambda atom: [place_key(int(atom.place or 0))],
        "mentioned": lambda atom: list(map(member_key, sorted(post.mentions))),
    }
    return {atom: found[atom.kind](atom) if atom.kind in found else [] for atom in atoms}


def _known(keys: Mapping[str, int], name: str | None) -> list[int]:
    return [keys[name]] if name is not None and name in keys else []


def _circles(post: Layered) -> dict[str, int]:
    """Return the key of each circle that is named; that of its first edition, where layers name several."""
    found: dict[str, int] = {}
    for layer in post.layers:
        for name, key in layer.circles.items():
            found[name] = min(key, found.get(name, key))
    return found
