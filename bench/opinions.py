"""``opinions``: the opinion map of 5,000 members and 200 statements, beside red-dwarf on the same answers.

Both get what they take: ours rows of (member, statement, value) as the database returns them, red-dwarf a
list of dictionaries. Both go from there to groups, consensus and representative statements, in turn, in one
process; reading and importing are in neither time. red-dwarf is a Python port of Polis
(github.com/polis-community/red-dwarf), installed for benchmarks alone.
"""

import statistics
import time
import warnings
from collections.abc import Callable, Hashable, Mapping
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from bench.opinions_data import planted
from bench.rand_index import adjusted_rand_index
from bench.report import Figures, Goals, at_least, at_most
from coop.opinions.answers import gathered
from governance.deliberation.map_document import document, workings
from governance.deliberation.opinion_map import OpinionMap, draw
from governance.deliberation.rules import Map

MEMBERS = 5000
STATEMENTS = 200
ROUNDS = 5
RULES = Map(participants=30, votes=7, group=5, groups=5, filled_to=15, findings=5)
"""As red-dwarf and the founding policy have them."""

GOALS: Goals = {
    "seconds": at_most(1),
    "ratio_reference": at_least(1),
    "ari_reference": at_least(0.95),
}


Groups = Mapping[Any, Hashable]
"""The group of each of the people that were put in one."""
Reference = Callable[[list[dict[str, Any]]], Groups]
"""Groups people by their votes."""


def measure(
    reference: Reference, members: int = MEMBERS, statements: int = STATEMENTS, rounds: int = ROUNDS
) -> Figures:
    """Draw the map so many times, each followed by the reference, and compare."""
    conversation = planted(members, statements)
    dictionaries = [
        {"participant_id": member, "statement_id": statement, "vote": value}
        for member, statement, value in conversation.votes.tolist()
    ]
    ours, theirs = [], []
    for _ in track(range(rounds), "opinions", console=Console(stderr=True), transient=True):
        began = time.perf_counter()
        found = _ours(conversation.votes)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        grouped = reference(dictionaries)
        theirs.append(time.perf_counter() - began)
    seconds, reference_seconds = statistics.median(ours), statistics.median(theirs)
    truth = dict(enumerate(conversation.groups.tolist()))
    return {
        "members": members,
        "statements": statements,
        "votes": len(conversation.votes),
        "seconds": round(seconds, 3),
        "reference_seconds": round(reference_seconds, 3),
        "ratio_reference": round(reference_seconds / seconds, 2),
        "groups": len(found.clustering.centres),
        "ari_reference": _agreement(found.groups, grouped),
        "ari_planted": _agreement(found.groups, truth),
        "ari_planted_reference": _agreement(grouped, truth),
    }


def _ours(votes: NDArray[np.int64]) -> OpinionMap:
    found = draw(gathered(votes), RULES)
    document(found)
    workings(found)
    return found


def red_dwarf() -> Reference:
    """Return red-dwarf, loaded, with the settings that ours has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_pipeline = import_module("reddwarf.implementations.polis").run_pipeline

    def grouped(votes: list[dict[str, Any]]) -> Groups:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = run_pipeline(
                votes=votes,
                min_user_vote_threshold=RULES.votes,
                max_group_count=RULES.groups,
                pick_max=RULES.findings,
                random_state=0,
            )
        return dict(found.participants_df["cluster_id"].dropna().items())

    return grouped


def _agreement(one: Groups, other: Groups) -> float:
    """Return the index over the people whom both have put in a group."""
    both = [person for person in one if person in other]
    return round(float(adjusted_rand_index([one[p] for p in both], [other[p] for p in both])), 4)
