"""The CEL of its makers, asked what our expressions come to."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cel_expr_python import cel

from coop.cel.types import BOOL, DOUBLE, DURATION, INT, STRING, Schema, Type

_TYPES = {
    BOOL: cel.Type.BOOL,
    INT: cel.Type.INT,
    DOUBLE: cel.Type.DOUBLE,
    STRING: cel.Type.STRING,
    DURATION: cel.Type.DURATION,
}


class Wrong(Exception):
    """It has no value."""


class Oracle:
    """An environment with some facts."""

    def __init__(self, schema: Schema) -> None:
        self._env = cel.NewEnv(
            variables={name: _type(fact.type) for name, fact in schema.items()},
            functions=[cel.FunctionDecl("sets.intersects", [_INTERSECTS])],
        )

    def accepts(self, text: str) -> bool:
        """Return whether it compiles."""
        try:
            self._env.compile(text)
        except Exception:
            return False
        return True

    def value(self, text: str, facts: Mapping[str, Any]) -> bool | int | float | str | timedelta:
        """Return what it comes to; raise Wrong where that is an error."""
        given = {
            name: sorted(value) if isinstance(value, frozenset) else value for name, value in facts.items()
        }
        found = self._env.compile(text).eval(data=given)
        if found.type() == cel.Type.ERROR:
            raise Wrong(found.value())
        value: bool | int | float | str | timedelta = found.value()
        return value


def _type(kind: Type) -> Any:
    return _TYPES[kind] if kind.item is None else cel.Type.List(_TYPES[kind.item])


_LIST = cel.Type.List(cel.Type.DYN)
# The extension that CEL calls "sets" is not in this build of it: one function of it is given by its meaning.
_INTERSECTS = cel.Overload(
    "sets_intersects",
    return_type=cel.Type.BOOL,
    parameters=[_LIST, _LIST],
    impl=lambda one, other: any(value in list(other) for value in one),
)
