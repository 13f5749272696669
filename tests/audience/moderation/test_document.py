"""The document on moderation: its example stands, and its table of facts is that of the vocabulary."""

import tomllib
from pathlib import Path

from audience.moderation.charter import moderation_charter
from audience.moderation.rules import ACTIONS, DONE_WITH, TARGETS
from audience.moderation.vocabulary import FACTS
from tests.audience.moderation.rules import policy

DOCS = Path(__file__).resolve().parents[3] / "docs"
TEXT = (DOCS / "moderation.md").read_text(encoding="utf-8")
FACTS_TEXT = (DOCS / "moderation-facts.md").read_text(encoding="utf-8")


def test_the_example_stands() -> None:
    example = tomllib.loads(TEXT.partition("```toml\n")[2].partition("```")[0])
    assert moderation_charter(policy(example["rules"], words=example["words"])) == []


def test_every_fact_is_told_with_its_type_its_targets_and_its_meaning() -> None:
    lines = {line for line in FACTS_TEXT.splitlines() if line.startswith("| `")}
    for name in {name for facts in FACTS.values() for name in facts}:
        targets = [target for target, facts in FACTS.items() if name in facts]
        fact = FACTS[targets[0]][name]
        kind = str(fact.type).replace("google.protobuf.Duration", "duration")
        assert f"| `{name}` | {kind} | {', '.join(targets)} | {fact.meaning} |" in lines


def test_every_action_is_told_with_what_it_may_be_done_with() -> None:
    told = {
        line.split("|")[1].strip(" `"): line.split("|")[2].strip()
        for line in TEXT.splitlines()
        if "|" in line
    }
    for action in ACTIONS:
        targets = [target for target in TARGETS if action in DONE_WITH[target]]
        if not targets:
            assert action == "narrow", "juries alone do this"
            continue
        assert told[action] == ("all of them" if len(targets) == len(TARGETS) else ", ".join(targets))
