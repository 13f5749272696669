"""The checks of features that ``decide`` times: a book with many holders, and members who ask."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from audience.features.charter import feature_charter
from coop import features
from coop.book import COOP, Book, InForce, PolicyKind, Source
from coop.feature_rules import FEATURES, FeatureRules
from coop.features import WIDE_REACH
from coop.holdings import Held, Holdings
from coop.identity import Identity
from coop.policy_text import leaves, parse, sha256
from coop.settings import ROOT

MEMBERS, GUILDS, CHECKS = 100_000, 1000, 2000
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def book() -> Book:
    """Return the founding policy of features, with every other member and guild holding wide reach.

    Of those who hold it every other one is in a grace.
    """
    text = (ROOT / "policies" / f"{FEATURES}.toml").read_text(encoding="utf-8")
    data = parse(text)
    source = Source(sha256(text), None, None)
    policy = InForce(COOP, FEATURES, 1, text, data, dict.fromkeys(leaves(data), 1), {1: source})
    kind = PolicyKind(FEATURES, FeatureRules, feature_charter, guild=True)
    until = NOW + timedelta(days=3)
    members = Held(frozenset(range(0, MEMBERS, 4)), dict.fromkeys(range(2, MEMBERS, 4), until))
    slugs = [f"guild-{number}" for number in range(GUILDS)]
    guilds = Held(frozenset(slugs[::4]), dict.fromkeys(slugs[2::4], until))
    holdings = Holdings(1, {WIDE_REACH: members}, {WIDE_REACH: guilds})
    return Book(1, {FEATURES: kind}, {(COOP, FEATURES): policy}, holdings)


def feature_checks() -> Callable[[], int]:
    """Return what asks :data:`CHECKS` times, and returns how often it was held."""
    asked = book()
    step = MEMBERS // CHECKS + 1
    people = [
        (Identity(one, f"m{one}", "", NOW), f"guild-{one % GUILDS}") for one in range(0, step * CHECKS, step)
    ]

    def run() -> int:
        return sum(features.held_in(asked, WIDE_REACH, who, guild, NOW) for who, guild in people)

    return run
