"""Where a proposal stands, in words: what whoever is refused because of its state is told. Pure."""

from governance.facts import State

_STANDS: dict[State, str] = {
    State.DRAFT: "is a draft still",
    State.SPONSORING: "is looking for sponsors",
    State.DELIBERATION: "is being talked over",
    State.VERIFICATION: "is being verified before the vote",
    State.VOTING: "is being voted on",
    State.TIMELOCK: "has passed and waits to take force",
    State.IN_FORCE: "is in force",
    State.REJECTED: "was rejected",
    State.WITHDRAWN: "was withdrawn",
    State.LAPSED: "lapsed without its sponsors",
    State.CONFLICTED: "ended when another vote changed the text it was written against",
    State.CANCELLED: "was cancelled",
    State.VETOED: "was vetoed",
    State.SUPERSEDED: "was superseded by another",
    State.ENACTMENT_FAILED: "passed and could not be enacted",
    State.SUNSET: "was in force and has ended, as agreed",
    State.REVERTED: "was in force and was undone",
    State.REPEALED: "was in force and was repealed",
}

_TIMES: dict[State, str] = {
    State.DRAFT: "while it is a draft",
    State.SPONSORING: "while it looks for sponsors",
    State.DELIBERATION: "while it is talked over",
    State.VERIFICATION: "while it is verified",
    State.VOTING: "while it is voted on",
    State.TIMELOCK: "while it waits to take force",
}


def stands(state: State) -> str:
    """Return what follows "this proposal", such as "is being voted on"."""
    return _STANDS[state]


def during(states: frozenset[State]) -> str:
    """Return when something is done that is done in some of the states before a decision takes force.

    Such as "while it is talked over or while it is verified", in the order in which they follow one another.
    """
    return " or ".join(words for state, words in _TIMES.items() if state in states)
