"""The founding policies as a book, without a database."""

from pathlib import Path

from app import POLICY_KINDS
from coop.book import COOP, Book, InForce, Source
from coop.policy_text import leaves, parse, sha256
from governance.rules import VotingRules

FOLDER = Path(__file__).resolve().parents[2] / "policies"
VOTING_TEXT = (FOLDER / "voting.toml").read_text(encoding="utf-8")


def founding_rules() -> VotingRules:
    return VotingRules.model_validate(parse(VOTING_TEXT))


def founding_text(kind: str) -> str:
    return (FOLDER / f"{kind}.toml").read_text(encoding="utf-8")


def founding_book() -> Book:
    """Return the book of a cooperative on its first day."""
    policies = {(COOP, kind): _founded(kind) for kind in POLICY_KINDS}
    return Book(epoch=len(policies), kinds=POLICY_KINDS, policies=policies)


def _founded(kind: str) -> InForce:
    text = founding_text(kind)
    data = parse(text)
    return InForce(
        scope=COOP,
        kind=kind,
        number=1,
        text=text,
        data=data,
        blame=dict.fromkeys(leaves(data), 1),
        sources={1: Source(sha256(text), None, None)},
    )
