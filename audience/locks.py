"""Locks: a predicate as arrays of keys, so that PostgreSQL decides it by comparing two arrays.

Pure. A predicate is a conjunction of alternative lists and of what is denied (conjunctive normal form), and
so is any number of predicates that must all hold. One list is ``any``, lists of one are ``all``, further
lists are rows of ``groups``. How long people have followed each other grows by itself, so it is no key:
``follow`` holds how many days are asked, and the relation is looked up.

The author's key is in every ``any``; whether ``all`` and the others bind the author is for who asks to say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from audience.keys import LOCAL_KEY, PUBLIC_KEY, member_key, place_key
from audience.predicate import Atom, Direction, Predicate

DIRECTIONS: tuple[Direction, ...] = ("follower", "following", "mutual")
WIDTH = len(DIRECTIONS)
"""How many numbers of ``follow`` belong to one list."""
PLACED_KEY = place_key(0)
"""The key of those who say where they are: who leaves out a place leaves out whoever may be there."""

Days = tuple[int | None, int | None, int | None]
"""By direction: how many days are asked; None where that direction is not."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A predicate, compiled."""

    any: list[int]
    """Keys of which one is needed; the author's is among them."""
    all: list[int] | None = None
    """Keys that are all needed."""
    none: list[int] | None = None
    """Keys that must not be held."""
    groups: list[list[int]] | None = None
    """Rows of keys of which each needs one; as wide as the widest, filled up by repeating a key."""
    follow: list[int | None] | None = None
    """Days by direction for ``any``, ``all`` and ``none``, then for each row of ``groups``."""


@dataclass(slots=True)
class _List:
    """One list of alternatives, or of what is denied."""

    keys: set[int] = field(default_factory=set)
    days: dict[str, int] = field(default_factory=dict)
    """By direction: the fewest days that are enough."""

    def add(self, atom: Atom, keys: Iterable[int]) -> None:
        if atom.follow is not None:
            fewest = self.days.get(atom.follow.dir, atom.follow.min_days)
            self.days[atom.follow.dir] = min(fewest, atom.follow.min_days)
        self.keys.update(keys)

    @property
    def every_member(self) -> bool:
        return PUBLIC_KEY in self.keys or LOCAL_KEY in self.keys


Keys = Mapping[Atom, Sequence[int]]
"""The keys of every atom that a document names; those of one that follows are none."""


def compile_lock(predicates: Iterable[Predicate], author_id: int, keys: Keys) -> Lock:
    """Return the lock that opens where all of ``predicates`` hold."""
    lists, denied, placed = [], _List(), False
    for predicate in predicates:
        for atoms in predicate.alternatives:
            lists.append(_listed(atoms, keys))
        for atom in predicate.not_ or ():
            denied.add(atom, keys[atom])
            placed = placed or atom.place is not None
    return _joined(_distinct(lists), denied, author_id, placed=placed)


def conjunction(one: Lock, other: Lock, author_id: int) -> Lock:
    """Return the lock that opens where both do; its author is that of ``one``.

    ``other`` asks nothing of who follows whom: its days are of another author, for whom nobody would look.
    """
    if other.follow is not None:
        raise ValueError("Who follows another author is no part of this author's lock")
    (lists, denied), (more, also) = _taken_apart(one, {member_key(author_id)}), _taken_apart(other, set())
    denied.keys |= also.keys
    return _joined(_distinct([*lists, *more]), denied, author_id, placed=False)


def _taken_apart(lock: Lock, own: set[int]) -> tuple[list[_List], _List]:
    """Return the lists of a lock and what it denies; ``own`` is the key that every ``any`` was given."""
    width, days = WIDTH, lock.follow or [None] * WIDTH * (3 + len(lock.groups or ()))
    asked, denied = _by_direction(days[width : 2 * width]), _by_direction(days[2 * width : 3 * width])
    lists = [_List(set(lock.any) - own, _by_direction(days[:width]))]
    lists += [_List({key}) for key in lock.all or ()]
    lists += [_List(days={direction: least}) for direction, least in asked.items()]
    for number, row in enumerate(lock.groups or (), start=3):
        lists.append(_List(set(row) - own, _by_direction(days[number * width : (number + 1) * width])))
    return lists, _List(set(lock.none or ()), denied)


def _by_direction(days: Sequence[int | None]) -> dict[str, int]:
    return {direction: least for direction, least in zip(DIRECTIONS, days, strict=True) if least is not None}


def _listed(atoms: Iterable[Atom], keys: Keys) -> _List:
    found = _List()
    for atom in atoms:
        found.add(atom, keys[atom])
    return found


def _distinct(lists: list[_List]) -> list[_List]:
    """Leave out what another list asks already, and what asks nothing beside another."""
    found: list[_List] = []
    for one in lists:
        if not any(one.keys == other.keys and one.days == other.days for other in found):
            found.append(one)
    if len(found) > 1 and any(PUBLIC_KEY not in one.keys for one in found):
        found = [one for one in found if PUBLIC_KEY not in one.keys]
    if len(found) > 1 and any(not one.every_member for one in found):
        found = [one for one in found if not one.every_member]
    return found


def _joined(lists: list[_List], denied: _List, author_id: int, *, placed: bool) -> Lock:
    own = member_key(author_id)
    # What follows asks for days in a list of several; lists of one key, or one condition, need no row.
    single = [one for one in lists if len(one.keys) == 1 and not one.days]
    asked = [one for one in lists if not one.keys and len(one.days) == 1]
    rows = [one for one in lists if one not in single and one not in asked]
    if rows:
        first = rows.pop(0)
    elif single:
        first = single.pop(0)
    else:
        first = asked.pop(0)
    all_keys = {key for one in single for key in one.keys} | ({PLACED_KEY} if placed else set())
    all_days: dict[str, int] = {}
    for one in asked:
        for direction, days in one.days.items():
            all_days[direction] = max(all_days.get(direction, 0), days)
    follow = [*_days(first.days), *_days(all_days), *_days(denied.days)]
    for row in rows:
        follow += _days(row.days)
    return Lock(
        any=_any(
            first, own, alone=not (all_keys or denied.keys or rows or any(d is not None for d in follow))
        ),
        all=sorted(all_keys) or None,
        none=sorted(denied.keys) or None,
        groups=_rectangle([sorted(row.keys) or [own] for row in rows]),
        follow=follow if any(days is not None for days in follow) else None,
    )


def _any(first: _List, own: int, *, alone: bool) -> list[int]:
    """Return the keys of the first list; what is for all, and for nobody less, needs no other key."""
    if alone and PUBLIC_KEY in first.keys:
        return [PUBLIC_KEY]
    if alone and LOCAL_KEY in first.keys:
        return [LOCAL_KEY]
    return sorted({*first.keys, own})


def _days(days: Mapping[str, int]) -> Days:
    found = [days.get(direction) for direction in DIRECTIONS]
    return (found[0], found[1], found[2])


def _rectangle(rows: list[list[int]]) -> list[list[int]] | None:
    width = max(map(len, rows), default=0)
    return [row + [row[0]] * (width - len(row)) for row in rows] or None
