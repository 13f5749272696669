"""The policy book: every rule in force at one epoch, typed, and the citation of each clause.

Law 1: every rule is a clause; what shapes what a member sees or may do is read from here.
Law 3: one snapshot a request: a book is immutable and belongs to one epoch.
Law 8: strictest wins: a guild's clauses are merged into the coop's inside the bounds the coop declares.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from jsonpointer import JsonPointer, JsonPointerException
from pydantic import BaseModel, ValidationError

from coop import validation
from coop.errors import Fault
from coop.holdings import NOTHING_HELD, Holdings
from coop.policy_text import leaves, token
from coop.receipts import Citation

COOP = "coop"
NO_SUCH_CLAUSE = "There is no such clause in a policy of this kind."
NEEDED = "This clause is needed."

Rules = TypeVar("Rules", bound=BaseModel)
Derived = TypeVar("Derived")


def guild_scope(slug: str) -> str:
    """Return the scope of a guild's own policies."""
    return f"guild:{slug}"


def no_charter(rules: Any) -> list[Fault]:
    """Return no faults: a kind with nothing that a vote could break beyond its schema."""
    return []


@dataclass(frozen=True, slots=True)
class PolicyKind:
    """One kind of policy: the type of its rules and the bounds in code that no vote can cross."""

    name: str
    rules: type[BaseModel]
    charter: Callable[[Any], list[Fault]] = no_charter
    guild: bool = False
    """Whether a guild may hold a policy of this kind, inside ``[bounds.guild]`` of the coop's."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The text of one policy that is in force, and where each clause came from."""

    scope: str
    kind: str
    number: int
    text: str
    data: dict[str, Any]
    blame: Mapping[str, int]
    sources: Mapping[int, "Source"]
    """Version number → its hash and its vote, for every number that ``blame`` names and this one."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a version rests on."""

    sha256: str
    proposal: str | None
    tally: dict[str, Any] | None


@dataclass(frozen=True)
class Book:
    """All policies in force at ``epoch``. Rules and citations are made once and kept."""

    epoch: int
    kinds: Mapping[str, PolicyKind]
    policies: Mapping[tuple[str, str], InForce]
    """(scope, kind) → the policy in force."""
    holdings: Holdings = field(default=NOTHING_HELD, compare=False)
    """Who holds which feature; asked by ``features.py``."""
    _rules: dict[tuple[str, str], BaseModel] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _citations: dict[tuple[str, str, str], Citation] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _derived: dict[tuple[Hashable, ...], Any] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def with_holdings(self, holdings: Holdings) -> "Book":
        """Return this book with others who hold features; what was made of its rules is shared by both."""
        found = replace(self, holdings=holdings)
        for name in ("_rules", "_citations", "_derived"):
            object.__setattr__(found, name, getattr(self, name))
        return found

    def policy(self, kind: str, scope: str = COOP) -> InForce | None:
        """Return the policy of this kind that the scope itself holds, if it holds one."""
        return self.policies.get((scope, kind))

    def rules(self, kind: str, of: type[Rules], scope: str = COOP) -> Rules:
        """Return the typed rules of a kind for a scope: a guild's clauses over the coop's."""
        key = (scope, kind)
        found = self._rules.get(key)
        if found is None:
            found = self._rules[key] = self._typed(kind, scope)
        if not isinstance(found, of):
            raise TypeError(f"the rules of {kind} are {type(found).__name__}, not {of.__name__}")
        return found

    def derived(self, key: tuple[Hashable, ...], make: Callable[[], Derived]) -> Derived:
        """Return what ``make`` makes from this book's rules, made once for each key and kept with it.

        It depends on nothing else, and so not on who holds which feature.
        """
        found: Derived | None = self._derived.get(key)
        if found is None:
            found = self._derived[key] = make()
        return found

    def scopes(self, kind: str) -> tuple[str, ...]:
        """Return the guild scopes that hold a policy of this kind, in order."""
        return tuple(sorted(scope for scope, name in self.policies if name == kind and scope != COOP))

    def cite(self, kind: str, clause: str, scope: str = COOP) -> Citation:
        """Return the receipt of one clause; the guild's where the guild set it, else the coop's.

        Raise KeyError where no policy in force has that clause.
        """
        key = (scope, kind, clause)
        found = self._citations.get(key)
        if found is None:
            found = self._citations[key] = self._cite(kind, clause, scope)
        return found

    def _cite(self, kind: str, clause: str, scope: str) -> Citation:
        own = self.policies.get((scope, kind)) if scope != COOP else None
        set_by_guild = own is not None and clause in leaves(self._fitting(kind, own))
        policy = own if own is not None and set_by_guild else self._coop(kind)
        number = policy.blame.get(clause)
        if number is None:
            raise KeyError(f"{kind} has no clause {clause}")
        source = policy.sources[number]
        return Citation(
            scope=policy.scope,
            kind=kind,
            clause=clause,
            value=JsonPointer(clause).resolve(policy.data),
            version=number,
            sha256=source.sha256,
            proposal=source.proposal,
            tally=source.tally,
        )

    def _coop(self, kind: str) -> InForce:
        return self.policies[COOP, kind]

    def _typed(self, kind: str, scope: str) -> BaseModel:
        """Merge what a guild set that still fits: a clause that the coop's have outgrown falls away alone."""
        rules, base = self.kinds[kind].rules, self._coop(kind).data
        own = self.policies.get((scope, kind)) if scope != COOP else None
        if own is not None:
            fits = self._fitting(kind, own)
            while set_by_guild := leaves(fits):
                whole = merged(base, fits)
                try:
                    return rules.model_validate(whole)
                except ValidationError as error:
                    wrong = {fault.pointer for fault in _faults(error, whole)} & set_by_guild.keys()
                    fits = without(fits, wrong or set(set_by_guild))
        return rules.model_validate(base)

    def _fitting(self, kind: str, own: InForce) -> dict[str, Any]:
        """Return what a guild set that is inside the bounds of the coop's policy as they are now."""
        outside = outside_bounds(own.data, self._coop(kind).data)
        return without(own.data, {fault.pointer for fault in outside})

    def check(self, kind: str, scope: str, data: dict[str, Any]) -> list[Fault]:
        """Return what is wrong with a policy's data: schema, declared bounds, charter. Empty is good."""
        if kind not in self.kinds:
            return [Fault("/kind", f"There is no kind of policy called {kind!r}.")]
        if scope == COOP:
            return check_rules(self.kinds[kind], data)
        if not self.kinds[kind].guild:
            return [Fault("/scope", f"A guild holds no {kind} policy of its own.")]
        outside = outside_bounds(data, self._coop(kind).data)
        return outside or check_rules(self.kinds[kind], merged(self._coop(kind).data, data))


def merged(base: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Return ``base`` with the clauses that ``overlay`` sets."""
    result = dict(base)
    for key, value in overlay.items():
        below = result.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            result[key] = merged(below, value)
        else:
            result[key] = value
    return result


def without(data: dict[str, Any], pointers: set[str], prefix: str = "") -> dict[str, Any]:
    """Return ``data`` less the clauses named by ``pointers``."""
    kept: dict[str, Any] = {}
    for key, value in data.items():
        pointer = f"{prefix}/{token(key)}"
        if isinstance(value, dict):
            kept[key] = without(value, pointers, pointer)
        elif pointer not in pointers:
            kept[key] = value
    return kept


def check_rules(kind: PolicyKind, data: dict[str, Any]) -> list[Fault]:
    """Return where data breaks the schema of its kind or, where it does not, the charter."""
    try:
        rules = kind.rules.model_validate(data)
    except ValidationError as error:
        return _faults(error, data)
    return kind.charter(rules)


def _faults(error: ValidationError, data: dict[str, Any]) -> list[Fault]:
    """Return where data breaks a schema."""
    return validation.faults(error, data, unknown=NO_SUCH_CLAUSE, missing=NEEDED)


def outside_bounds(data: dict[str, Any], base: dict[str, Any]) -> list[Fault]:
    """Return the clauses that a guild set without leave, or outside the bounds that the coop declares.

    To a table whose bound is ``own`` a guild adds entries; those of the coop's are none of the guild's.
    """
    bounds = base.get("bounds", {}).get("guild", {})
    faults = []
    for pointer, value in leaves(data).items():
        bound = bounds.get(pointer)
        table, _, entry = pointer.removeprefix("/").partition("/")
        if bound is None and bounds.get(f"/{table}", {}).get("own"):
            if entry.split("/")[0] in map(token, base.get(table, {})):
                faults.append(Fault(pointer, "This entry is the coop's: give yours another name."))
            elif kept_out := set(bounds[f"/{table}"].get("without", ())).intersection(_named(value)):
                named = ", ".join(sorted(kept_out))
                faults.append(Fault(pointer, f"What a guild adds does not name this: {named}."))
        elif bound is None:
            faults.append(Fault(pointer, "The coop's policy does not let a guild set this clause."))
        elif not within(value, bound):
            faults.append(Fault(pointer, f"{value!r} is outside what a guild may set: {describe(bound)}."))
    return faults


def _named(value: Any) -> list[str]:
    """Return what the list of a clause names; nothing for any other clause."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def within(value: Any, bound: dict[str, Any]) -> bool:
    """Say whether a value lies in a declared bound: ``min``/``max`` for numbers, ``one_of`` for others."""
    if "one_of" in bound and value in bound["one_of"]:
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if "min" not in bound and "max" not in bound:
        return False
    return bool(bound.get("min", value) <= value <= bound.get("max", value))


def describe(bound: dict[str, Any]) -> str:
    """Return a declared bound in words."""
    parts = []
    if "min" in bound:
        parts.append(f"at least {bound['min']}")
    if "max" in bound:
        parts.append(f"at most {bound['max']}")
    if "one_of" in bound:
        parts.append("one of " + ", ".join(map(repr, bound["one_of"])))
    return " and ".join(parts)


def value_at(data: dict[str, Any], clause: str) -> Any:
    """Return the value of a clause, or None where there is none."""
    try:
        return JsonPointer(clause).resolve(data)
    except JsonPointerException:
        return None
