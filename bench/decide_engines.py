"""The engines that ``decide`` is measured beside, each with the fastest way of it that was found.

They are installed for benchmarks alone, so they are imported when one is run.
"""

import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

from bench.decide_rules import Asked, Event

Decide = Callable[[Event], list[int]]
"""Returns the places of the rules that hold for an event, made of plain values."""


def ours(asked: Asked) -> Decide:
    """Return ours: one generated function for all rules."""
    from coop.cel.checker import check
    from coop.cel.program import Program
    from coop.cel.types import INT, STRING, Fact, list_of

    schema = {"age_h": Fact(INT, ""), "links": Fact(INT, ""), "hosts": Fact(list_of(STRING), "", 50)}
    program = Program([check(_cel(*one), schema) for one in asked.rules])

    def decide(event: Event) -> list[int]:
        facts = {"age_h": event.age_h, "links": event.links, "hosts": frozenset(event.hosts)}
        return program.ask(facts).holding

    return decide


def cel(asked: Asked) -> Decide:
    """Return the CEL of its makers (C++), each rule asked of one activation."""
    made = import_module("cel_expr_python.cel")
    kinds = made.Type
    variables = {"age_h": kinds.INT, "links": kinds.INT, "hosts": kinds.List(kinds.STRING)}
    environment = made.NewEnv(variables=variables)
    expressions = [environment.compile(_cel(*one)) for one in asked.rules]

    def decide(event: Event) -> list[int]:
        activation = environment.Activation(event.as_data())
        return [place for place, one in enumerate(expressions) if one.eval(activation).value()]

    return decide


def cedar(asked: Asked) -> Decide:
    """Return Cedar (Rust): all rules as policies that forbid, in one call that names those which did."""
    made = import_module("cedarpy")
    policies = made.PolicySet.from_str(
        "\n".join(
            "forbid(principal, action, resource) when {"
            f" context.age_h < {one.hours} && context.links > {one.links}"
            f' && !(context.hosts.contains("{one.host}")) }};'
            for one in asked.rules
        )
    )
    nobody = made.Entities.from_json_str("[]")
    who = {"principal": 'U::"a"', "action": 'A::"publish"', "resource": 'P::"x"'}

    def decide(event: Event) -> list[int]:
        answer = made.is_authorized({**who, "context": event.as_data()}, policies, nobody)
        return sorted(int(one.removeprefix("policy")) for one in answer.diagnostics.reasons)

    return decide


def rego(asked: Asked) -> Decide:
    """Return Rego by regorus (Rust): all rules as one set."""
    engine = import_module("regorus").Engine()
    rules = [
        f"hit contains {place} if {{ input.age_h < {one.hours}; input.links > {one.links};"
        f' not "{one.host}" in input.hosts }}'
        for place, one in enumerate(asked.rules)
    ]
    engine.add_policy("rules.rego", "\n".join(["package rules", "import rego.v1", *rules]))

    def decide(event: Event) -> list[int]:
        engine.set_input_json(json.dumps(event.as_data()))
        return sorted(engine.eval_rule("data.rules.hit"))

    return decide


def jsonlogic(asked: Asked) -> Decide:
    """Return JSONLogic by datalogic (Rust): data read once, each rule asked of it."""
    made = import_module("datalogic_py")
    engine = made.Engine()
    rules = [engine.compile(json.dumps(_jsonlogic(*one))) for one in asked.rules]

    def decide(event: Event) -> list[int]:
        data = made.DataHandle(json.dumps(event.as_data()))
        return [place for place, one in enumerate(rules) if one.evaluate_data(data)]

    return decide


ENGINES: dict[str, Callable[[Asked], Decide]] = {
    "cel": cel,
    "cedar": cedar,
    "rego": rego,
    "jsonlogic": jsonlogic,
}
"""Those that ours is measured beside."""


def _cel(hours: int, links: int, host: str) -> str:
    return f'age_h < {hours} && links > {links} && !("{host}" in hosts)'


def _jsonlogic(hours: int, links: int, host: str) -> dict[str, Any]:
    return {
        "and": [
            {"<": [{"var": "age_h"}, hours]},
            {">": [{"var": "links"}, links]},
            {"!": [{"in": [host, {"var": "hosts"}]}]},
        ]
    }
