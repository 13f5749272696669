"""What of a proposal is told to those who are to agree to it."""

from typing import Any

import pytest

from audience.cowriting.terms import UNTOLD, audience_told, names_people, refusal_told
from audience.document import AudienceDocument
from audience.scheduling.refusal import Refusal

FAMILY: dict[str, Any] = {"circle": "Family"}


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({}, False),
        ({"preset": "followers"}, False),
        ({"see": {"any": [{"guild": "bakers"}, {"place": "1"}]}}, False),
        ({"see": {"any": [{"member": "cleo"}]}}, True),
        ({"preset": "local", "read": {"any": [FAMILY]}}, True),
        ({"see": {"any": [{"local": True}], "not": [{"member": "cleo"}]}}, True),
        ({"preset": "local", "interact": {"reply": {"auto": [FAMILY]}}}, True),
        ({"preset": "local", "after": [{"age": "P1D", "set": {"see": {"any": [FAMILY]}}}]}, True),
    ],
)
def test_law_07_an_audience_that_names_people_is_told_to_its_author_alone(
    document: dict[str, Any], names: bool
) -> None:
    audience = AudienceDocument.model_validate(document)
    assert names_people(audience) == names
    assert audience_told(audience, mine=True) == audience
    assert audience_told(audience, mine=False) == (None if names else audience)


def test_law_07_why_somebody_may_not_publish_is_told_to_them_alone() -> None:
    paused = Refusal("A jury paused you.")
    assert refusal_told(paused, mine=True) == paused
    assert refusal_told(paused, mine=False) == UNTOLD
    assert refusal_told(None, mine=False) is None
