"""Fixtures of the tests of benchmarks."""

from collections.abc import Iterator

import pytest

from bench.server import Server, serving
from coop.settings import ROOT, Settings


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """The tests' own server, without what benchmarks made on it when the test ends."""
    with serving(ROOT / "var" / "unused") as found:
        yield found
        for name in found.databases():
            found.drop(name)
