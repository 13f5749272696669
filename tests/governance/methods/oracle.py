"""The same methods once more, paper by paper in plain Python: slow, obvious, and without numpy."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

UNIT = 100_000

Rows = Sequence[tuple[bytes, int]]


@dataclass
class Papers:
    """Equal papers, and what one of them is worth."""

    ranking: bytes
    count: int
    value: int = UNIT


@dataclass
class Stages:
    """A whole count: who was elected, in order, and votes and exhausted votes at the end of each stage."""

    quota: int
    winners: list[int]
    stages: list[tuple[dict[int, int], int]]


def pairwise(rows: Rows, options: int) -> list[list[int]]:
    beats = [[0] * options for _ in range(options)]
    for marks, count in rows:
        for one in range(options):
            for other in range(options):
                if one in marks and (other not in marks or marks.index(one) < marks.index(other)):
                    beats[one][other] += count * (one != other)
    return beats


def strongest(beats: list[list[int]], margins: bool) -> list[list[int]]:
    """The strongest chains, by trying every chain there is."""
    options = range(len(beats))

    def victory(one: int, other: int) -> int:
        margin = beats[one][other] - beats[other][one]
        return 0 if margin <= 0 else margin if margins else beats[one][other]

    strengths = [[0] * len(beats) for _ in options]
    for length in range(2, len(beats) + 1):
        for chain in permutations(options, length):
            weakest = min(map(victory, chain, chain[1:]))
            start, end = chain[0], chain[-1]
            strengths[start][end] = max(strengths[start][end], weakest)
    return strengths


def stv(rows: Rows, options: int, seats: int, lots: Sequence[int]) -> Stages:
    """The Scottish rules; votes are in hundred-thousandths."""
    papers = [Papers(marks, count) for marks, count in rows if marks]
    quota = sum(paper.count for paper in papers) // (seats + 1) + 1
    piles: dict[int, list[Papers]] = {option: [] for option in range(options)}
    votes = dict.fromkeys(range(options), 0)
    continuing, exhausted = set(range(options)), 0
    found = Stages(quota, [], [])

    def standing(option: int) -> list[int]:
        return [*(-stage[option] for stage, _ in reversed(found.stages)), lots[option]]

    def hand_on(pile: list[Papers]) -> int:
        lost = 0
        for paper in pile:
            following = next((option for option in paper.ranking if option in continuing), None)
            if following is None:
                lost += paper.count * paper.value
            else:
                piles[following].append(paper)
                votes[following] += paper.count * paper.value
        return lost

    hand_on(papers)
    while True:
        found.stages.append((dict(votes), exhausted))
        reached = sorted((o for o in continuing if votes[o] >= quota * UNIT), key=standing)
        found.winners += reached
        continuing -= set(reached)
        left = seats - len(found.winners)
        if left == 0 or len(continuing) <= left or (seats == left == 1 and len(continuing) == 2):
            found.winners += sorted(continuing, key=standing)[:left]
            return found
        surplus = sorted((o for o in found.winners if votes[o] > quota * UNIT), key=standing)
        option = surplus[0] if surplus else sorted(continuing, key=standing)[-1]
        pile, piles[option] = piles[option], []
        if surplus:
            for paper in pile:
                paper.value = (votes[option] - quota * UNIT) * paper.value // votes[option]
        else:
            continuing.discard(option)
        votes[option] = quota * UNIT if surplus else 0
        exhausted += hand_on(pile)
