"""Drafts as they are kept until their time: every part that was given, and its audience as it was written."""

from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from audience.document import AudienceDocument
from audience.polls.question import Question
from audience.posts import Draft
from coop.clauses import Duration, as_text

_LENGTH: TypeAdapter[timedelta] = TypeAdapter(Duration)


def stored(draft: Draft) -> dict[str, Any]:
    """Return a draft as it is kept."""
    return {
        "body": draft.body,
        "teaser": draft.teaser,
        "guild": draft.guild,
        "asset_id": draft.asset_id,
        "place_id": draft.place_id,
        "language": draft.language,
        "audience": draft.audience.stored(),
        "quote_id": draft.quote_id,
        "made_as": draft.made_as,
        "from_ms": draft.from_ms,
        "poll": None if draft.poll is None else _asked(draft.poll),
    }


def restored(kept: dict[str, Any]) -> Draft:
    """Return the draft that was kept so."""
    audience, poll = AudienceDocument.model_validate(kept["audience"]), kept.get("poll")
    asked = None if poll is None else Question(tuple(poll["options"]), _LENGTH.validate_python(poll["lasts"]))
    return Draft(**{**kept, "audience": audience, "poll": asked})


def _asked(question: Question) -> dict[str, Any]:
    return {"options": [*question.options], "lasts": as_text(question.lasts)}
