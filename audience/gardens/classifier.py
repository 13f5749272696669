"""The classifier: a model of the operator's own that says which labels fit a post, and how sure it is.

None is needed, and none is there unless the environment names one: an address that is asked over HTTP, or a
function in Python. Whatever it is, it is asked outside of any transaction, has so long and no longer, and
what it says that is not a number from 0 to 1 for a known label counts as nothing.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from threading import Thread
from typing import Any

from coop.exchange import NotSent
from coop.outbound import Outbound
from coop.settings import SettingsRefused

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a classifier is told of a post: nothing of who wrote it, nor for whom."""

    text: str
    width: int | None
    """Of its picture in pixels; none where it shows none."""
    height: int | None
    description: str
    """That picture in its author's words."""


Scores = Mapping[str, float]
"""By label: how sure a classifier is that it fits, from 0 to 1."""
Classifier = Callable[[Sequence[Facts], float], Sequence[Scores]]
"""Returns the scores of each post, within some seconds; raises Unanswered."""


class Unanswered(Exception):
    """A classifier did not answer, or not so that it could be read; says why in plain words."""


def classifier_of(named: str) -> Classifier | None:
    """Return the classifier that the environment names: an address, or ``module:function``; None for nothing.

    Raise SettingsRefused where there is no such function.
    """
    if not named:
        return None
    if "://" in named:
        return _over_http(named)
    module, _, name = named.partition(":")
    try:
        function = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsRefused(f"ALLOTMENT_CLASSIFIER={named}: name an address or module:function.") from error
    return _in_python(function)


def _over_http(url: str) -> Classifier:
    # The operator names it, not a member, so it may run on this very machine.
    outbound = Outbound(loopback=True)

    def ask(posts: Sequence[Facts], seconds: float) -> Sequence[Scores]:
        body = json.dumps({"posts": [asdict(one) for one in posts]}).encode()
        try:
            headers = {"Content-Type": JSON, "Accept": JSON}
            answer = replace(outbound, seconds=seconds).post(url, body, headers)
            if answer.status != 200:
                raise Unanswered(f"It answered with status {answer.status}.")
            said = json.loads(answer.body)
        except NotSent as error:
            raise Unanswered(error.detail) from error
        except (ValueError, RecursionError) as error:
            raise Unanswered("It answered something that is no JSON.") from error
        return _read(said.get("labels") if isinstance(said, dict) else None, len(posts))

    return ask


def _in_python(function: Callable[[list[dict[str, Any]]], Any]) -> Classifier:
    def ask(posts: Sequence[Facts], seconds: float) -> Sequence[Scores]:
        given = [asdict(one) for one in posts]
        found: Future[Any] = Future()

        def run() -> None:
            try:
                found.set_result(function(given))
            except Exception as error:
                found.set_exception(error)

        # A thread that nobody waits for: one that never ends keeps no worker from ending.
        Thread(target=run, name="classifier", daemon=True).start()
        try:
            said = found.result(timeout=seconds)
        except TimeoutError as error:
            raise Unanswered(f"It did not answer in {seconds:g} seconds.") from error
        except Exception as error:
            raise Unanswered(f"It raised {type(error).__name__}.") from error
        return _read(said, len(posts))

    return ask


def _read(said: object, number: int) -> list[Scores]:
    """Return what was said of each post; raise Unanswered where that is not a mapping for each."""
    if not isinstance(said, list | tuple) or len(said) != number:
        raise Unanswered(f"It did not answer with a list of {number}.")
    if not all(isinstance(one, Mapping) for one in said):
        raise Unanswered("It did not answer with scores by label.")
    return [{str(label): float(score) for label, score in one.items() if _is_score(score)} for one in said]


def _is_score(score: object) -> bool:
    return isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 1
