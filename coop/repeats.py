"""What a request is answered that is repeated with its Idempotency-Key: how things stand now.

Law 7: an answer may show what others wrote, and they may have deleted it since, or closed it. So no answer
is kept. It is made anew, for whoever repeats the request and as they may see it by then, by the operation
that reads what was answered: the GET that answers the same type, at a path that follows from the request and
from the name of what was made.

Where there is no such operation, whoever repeats a request is told that it was done, and no more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from coop.api import UNSAFE, Operation


@dataclass(frozen=True, slots=True)
class Reading:
    """How what an operation answered is read."""

    operation: Operation
    last: str | None
    """The parameter at the end of its path, by which what was made is named; None where there is none."""

    def name_of(self, answered: BaseModel) -> str | None:
        """Return the name of what was made, to be kept; None where the request alone says what to read."""
        return None if self.last is None else str(getattr(answered, _field(self.last)))

    def arguments(self, sent: Mapping[str, Any], made: str | None) -> dict[str, Any] | None:
        """Return the path parameters of the reading; ``sent`` are those of the request.

        None where no name was kept, because there was no such reading yet when the request was done.
        """
        found = {name: sent[name] for name in self.operation.parameters if name != self.last}
        if self.last is None:
            return found
        return None if made is None else {**found, self.last: self.operation.parameters[self.last](made)}


def reading_of(operation: Operation, operations: Iterable[Operation]) -> Reading | None:
    """Return how what an operation answers is read: by the first of ``operations`` that does, or None."""
    if operation.method not in UNSAFE or operation.secret or len(operation.answers) != 1:
        return None
    (answered,) = operation.answers
    for one in operations:
        if one.method != "GET" or one.query is not None or answered not in one.answers:
            continue
        last = _last(one)
        known = last is None or _field(last) in answered.model_fields
        others = one.parameters.keys() - {last}
        # Whoever is not signed in reads no more than any visitor.
        if known and others <= operation.parameters.keys() and (one.public or not operation.public):
            return Reading(one, last)
    return None


def _last(operation: Operation) -> str | None:
    """Return the parameter at the end of an operation's path."""
    end = operation.path.rpartition("/")[2]
    return next((name for name in operation.parameters if end in (f"<{name}>", f"<id:{name}>")), None)


def _field(parameter: str) -> str:
    """Return where an answer says what stands for a parameter of a path: ``id`` for ``post_id``."""
    return "id" if parameter.endswith("_id") else parameter
