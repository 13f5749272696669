"""Choices: reading what a ballot is to choose from, as a proposer writes it.

Pure. Each choice has a label by which people and ties know it, so no two look alike.
"""

from collections.abc import Iterable
from typing import Any

from coop.errors import AllotmentError, Fault, RuleBroken
from coop.names import line

FEWEST = 2
MOST = 20
"""Choices of one vote, without the one that leaves things as they are."""
LONGEST_LABEL = 140
"""In characters."""

REFUSED = "These are no choices to vote on."


def read(options: Any, has: Iterable[str], as_it_is: str | None = None) -> list[dict[str, Any]]:
    """Return the choices of ``{"choices": [{"label": …}, …]}``, their labels as they are shown.

    Each has a label and the members of ``has``, which are handed on unread. With ``as_it_is`` a choice of
    that name, without those members, comes first; it is put there if it is missing. Raise RuleBroken with
    every fault.
    """
    told = options.get("choices") if isinstance(options, dict) and options.keys() == {"choices"} else None
    if not isinstance(told, list):
        raise RuleBroken(REFUSED, faults=(Fault("/options", "Options have one member, a list of choices."),))
    given = as_it_is is not None and bool(told) and told[0] == {"label": as_it_is}
    first = int(given)
    members = {"label", *has}
    faults = [
        Fault(f"/options/choices/{place}", f"A choice has exactly the members {', '.join(sorted(members))}.")
        for place, choice in enumerate(told[first:], first)
        if not isinstance(choice, dict) or choice.keys() != members or not isinstance(choice["label"], str)
    ]
    if not FEWEST <= len(told) - first <= MOST:
        faults.append(Fault("/options/choices", f"There are {FEWEST} to {MOST} choices."))
    if faults:
        raise RuleBroken(REFUSED, faults=tuple(faults))
    return _labelled(told[first:], first, as_it_is)


def _labelled(told: list[dict[str, Any]], first: int, as_it_is: str | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [] if as_it_is is None else [{"label": as_it_is}]
    faults: list[Fault] = []
    taken = {choice["label"].casefold() for choice in found}
    for place, choice in enumerate(told, first):
        pointer = f"/options/choices/{place}/label"
        try:
            label = line(choice["label"], pointer, longest=LONGEST_LABEL)
        except AllotmentError as error:
            faults += error.faults
            continue
        if label.casefold() in taken:
            faults.append(Fault(pointer, "Another choice has this label."))
        taken.add(label.casefold())
        found.append(choice | {"label": label})
    if faults:
        raise RuleBroken(REFUSED, faults=tuple(faults))
    return found
