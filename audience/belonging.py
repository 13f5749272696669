"""Belonging, in words: by which groups of people somebody is of a post's audience.

Law 7: of an audience only the part that the asker belongs to is named, and a circle is not told from a name.
"""

from datetime import datetime
from typing import Literal

from sqlmodel import Session

from audience.predicate import Atom, Direction, is_met
from audience.standing import Layered, standings
from coop.identity import Identity

Part = Literal["see", "read"]
"""Whether one asks who may know of a post, or who may open it as well."""


def reasons(session: Session, viewer: Identity, post: Layered, part: Part, now: datetime) -> list[str]:
    """Return, in words, by which groups of people the viewer may know of a post, or open it.

    Each would be enough by itself. They are those of the audience that it was published with: what narrowed
    it later leaves people out and lets nobody in.
    """
    parts, standing = standings(session, viewer, post, now)[0]
    asked = (parts.whom(post.guild), parts.read if part == "read" else None)
    predicates = [one for one in asked if one is not None]
    atoms = dict.fromkeys(atom for one in predicates for atom in one.atoms(denied=False))
    return [_in_words(atom, SHOWN[part]) for atom in atoms if is_met(atom, standing)]


SHOWN: dict[Part, str] = {"see": "announced", "read": "open"}
"""What a post is to whom a part of its audience means."""

FOLLOWING: dict[Direction, str] = {
    "follower": "those who follow its author, as you do",
    "following": "those whom its author follows, and you are one of them",
    "mutual": "those who follow its author and are followed back, as you are",
}
"""How somebody belongs to an audience by following."""


def _in_words(atom: Atom, shown: str) -> str:
    """Say how a viewer belongs to a group; a circle is not told from a name."""
    match atom.kind:
        case "mentioned":
            return "Its text names you."
        case "circle" | "member":
            return f"It is {shown} to you by name."
        case "public":
            group = "everybody"
        case "local":
            group = "every member of the coop"
        case "guild":
            group = f"the guild {atom.guild}, to which you belong"
        case "place":
            group = "people where you say you are"
        case _ if atom.follow is not None:
            group = FOLLOWING[atom.follow.dir]
        case _:
            group = f"people who contribute to #{atom.contributed.tag if atom.contributed else ''}"
    return f"It is {shown} to {group}."
