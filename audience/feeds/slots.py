"""The page: the best posts there are within a cap for each author and the places kept for some.

Pure. Authors belong to one class each: those who helped others to understand (``bridging``), else those whom
few have heard (``discovery``), else the rest. A page holds

* as many posts as there are places, or as there can be: m;
* of one author at most ``per_author``;
* of each of the two classes at least as many as its slots say, or as there are.

**It is the exact optimum** of the sum of scores. These pages are the bases of a generalised partition matroid
(classes are unions of authors) with lower bounds. Within a class the best k posts under the cap are the first
k that the ranking offers, whatever k is, and what each further one adds never grows: the class is worth a
concave f(k). A page is a choice of k for each class, each at least its bound, m in sum. A sum of concave
functions is greatest where one begins at the bounds and always adds the post that adds most, and that is what
:func:`page` does: the bounds first, then whatever ranks next.

**A slider does what it says** (law 11). The family of possible pages depends on the pool and the clauses,
never on weights or scores. Let X(p) be the vector of signal totals of page p; let x be the page under weights
w, and x' that under w'. Each is an optimum: w·X(x) ≥ w·X(x') and w'·X(x') ≥ w'·X(x). Added up,
(w' − w)·(X(x') − X(x)) ≥ 0. Where only the k-th weight was raised, X_k(x') ≥ X_k(x): that signal's total on
the page cannot fall, slots, caps and ties included.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from audience.feeds.ranking import Scored, without
from audience.feeds.rules import Bridging, Discovery, Profile, SignalName, SlotName
from audience.feeds.signals import ONE, Candidate


@dataclass(frozen=True, slots=True)
class Form:
    """What a page must be, whatever is on it."""

    size: int
    """Places."""
    per_author: int
    discovery: int
    """Places kept for authors whom few have heard."""
    bridging: int
    """Places kept for authors who helped others to understand."""
    viewers: int
    """Authors with fewer distinct viewers than this are those whom few have heard."""
    least: int
    """In millionths: authors who helped at least so much are bridgers."""

    @classmethod
    def of(cls, profile: Profile, discovery: Discovery, bridging: Bridging, size: int) -> "Form":
        """Return the form of a page of ``size`` places; one that is shorter than voted keeps its share."""
        return cls(
            size=size,
            per_author=profile.per_author,
            discovery=profile.slots.discovery * size // profile.page,
            bridging=profile.slots.bridging * size // profile.page,
            viewers=discovery.viewers,
            least=round(bridging.least * ONE),
        )

    @classmethod
    def plain(cls, size: int) -> "Form":
        """Return the form of a page that is as it comes: no cap for an author, and no place kept."""
        return cls(size=size, per_author=size, discovery=0, bridging=0, viewers=0, least=ONE + 1)

    def slot_of(self, post: Candidate) -> SlotName | None:
        """Return which slots are open to a post, by its author."""
        if post.author_bridge >= self.least:
            return "bridging"
        return "discovery" if post.viewers < self.viewers else None


class Placed(NamedTuple):
    """A post on a page. They order as their scores do."""

    scored: Scored
    slot: SlotName | None
    """The slot that brought it: without those places it would not be on the page."""


def page(order: Sequence[Scored], form: Form, shown: Sequence[Scored] = ()) -> list[Placed]:
    """Return the page of a ranking, the best first.

    ``shown`` are on the page already and not in ``order``; they take places, of their authors and of the
    slots as well.
    """
    owed: dict[SlotName, int] = {"bridging": form.bridging, "discovery": form.discovery}
    for one in shown:
        slot = form.slot_of(one.post)
        if slot is not None:
            owed[slot] -= 1
    owed = {slot: number for slot, number in owed.items() if number > 0}
    kept = [(one, slot) for one in order if (slot := form.slot_of(one.post)) in owed] if owed else []
    chosen = _filled(order, kept, form, shown, owed)
    # Where the places of a class are let go, only its own posts can leave the page: the others gain by it.
    brought: dict[int, SlotName] = {}
    for slot in owed:
        free = {one.post_id for one in _filled(order, kept, form, shown, {**owed, slot: 0})}
        brought |= {one.post_id: slot for one in chosen if one.post_id not in free}
    return [Placed(one, brought.get(one.post_id)) for one in chosen]


def ranks_without(
    order: Sequence[Scored], form: Form, weights: Mapping[SignalName, int], signal: SignalName
) -> dict[int, int]:
    """Return the page that there would be if a signal counted nothing: by post, its rank from 1."""
    chosen = page(without(order, weights, signal), form)
    return {one.scored.post_id: rank for rank, one in enumerate(chosen, start=1)}


def rank_without(
    order: Sequence[Scored], form: Form, weights: Mapping[SignalName, int], signal: SignalName, post_id: int
) -> int | None:
    """Return the rank from 1 that a post of the ranking would have if a signal counted nothing.

    None where it would not be on the page.
    """
    return ranks_without(order, form, weights, signal).get(post_id)


def _filled(
    order: Sequence[Scored],
    kept: Sequence[tuple[Scored, SlotName | None]],
    form: Form,
    shown: Sequence[Scored],
    owed: Mapping[SlotName, int],
) -> list[Scored]:
    """Return what fills a page, the best first: what is owed to each class, then whatever ranks next.

    ``kept`` are those of the order to whom any is owed, with their slots.
    """
    held = Counter([one.post.author_id for one in shown])
    room, cap = form.size - len(shown), form.per_author
    chosen: list[Scored] = []
    left: dict[SlotName | None, int] = {slot: number for slot, number in owed.items() if number}
    for one, slot in kept:
        if not left or len(chosen) >= room:
            break
        if slot in left and held[one.post.author_id] < cap:
            left[slot] -= 1
            if not left[slot]:
                del left[slot]
            held[one.post.author_id] += 1
            chosen.append(one)
    taken = {one.post_id for one in chosen}
    for one in order:
        if len(chosen) >= room:
            break
        if held[one.post.author_id] < cap and one.post_id not in taken:
            held[one.post.author_id] += 1
            chosen.append(one)
    chosen.sort(reverse=True)
    return chosen
