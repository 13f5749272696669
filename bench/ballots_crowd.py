"""A crowd of clients that vote over HTTP, each as fast as it is answered."""

import json
import math
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench.ballots_coop import Coop, OpenVote
from bench.instance import HOST
from bench.report import Figures
from bench.wire import Wire


@dataclass
class Crowd:
    """What the clients were told."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    """Milliseconds of each ballot that was acknowledged."""
    receipts: dict[int, str] = field(default_factory=dict)
    """The event's hash by its number in the ledger, of each ballot that was acknowledged."""
    refused: int = 0

    @property
    def figures(self) -> Figures:
        """Ballots a second, and how long 95 of 100 took."""
        slow = sorted(self.times)[math.ceil(0.95 * len(self.times)) - 1]
        return {
            "per_s": round(len(self.times) / self.seconds),
            "busy_p50_ms": round(statistics.median(self.times), 1),
            "busy_p95_ms": round(slow, 1),
            "refused": self.refused,
        }


def vote(
    port: int, coop: Coop, open_vote: OpenVote, voters: Iterator[int], clients: int, number: int
) -> Crowd:
    """Have so many members vote, each once, over so many connections at a time."""
    crowd = Crowd()
    path = f"/api/v1/proposals/{open_vote.proposal_id}/ballot"
    body = json.dumps({"choice": "for", "patch_sha256": open_vote.patch_sha256}).encode()
    queue = iter([next(voters) for _ in range(number)])

    def client(wire: Wire) -> None:
        for voter in queue:
            began = time.perf_counter()
            status, answer = wire.ask("PUT", path, coop.token(voter), body)
            took = (time.perf_counter() - began) * 1000
            if status == 200:
                place = json.loads(answer)["ledger"]
                crowd.times.append(took)
                crowd.receipts[place["seq"]] = place["hash"]
            else:
                crowd.refused += 1

    with ExitStack() as stack, ThreadPoolExecutor(clients) as threads:
        wires = [stack.enter_context(Wire(HOST, port)) for _ in range(clients)]
        began = time.perf_counter()
        list(threads.map(client, wires))
        crowd.seconds = time.perf_counter() - began
    return crowd
