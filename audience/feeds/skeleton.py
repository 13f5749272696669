"""Skeletons: the ids of posts that an address elsewhere names, in its order, and nothing besides.

Pure. It is the shape in which the AT Protocol's feed generators answer (``getFeedSkeleton``):
``{"feed": [{"post": "<id>"}, …], "cursor": …}``. Whoever answers anything else is not believed in part: an
answer is a skeleton or it is none. Whether there are posts of these ids is not asked here (law 7).
"""

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coop.exchange import Answer
from coop.ids import Id
from coop.outbound import LARGEST

OK = 200
JSON = "application/json"


class Unusable(Exception):
    """An answer that is no skeleton; its text says why, in our words alone."""


class Entry(BaseModel):
    """One post; what else is said of it is not looked at."""

    model_config = ConfigDict(strict=True)

    post: Id


class Skeleton(BaseModel):
    """What is answered. We ask for the first posts again, so where the next would begin is not needed."""

    model_config = ConfigDict(strict=True)

    feed: list[Entry]
    cursor: str | None = Field(default=None)


def read(answer: Answer, most: int) -> list[int]:
    """Return the posts that an answer names, at most the first ``most``; raise Unusable where it is none."""
    if 300 <= answer.status < 400:
        raise Unusable(f"It sent us elsewhere (status {answer.status}); no redirect is followed.")
    if answer.status != OK:
        raise Unusable(f"It answered with status {answer.status}.")
    if len(answer.body) >= LARGEST:
        raise Unusable(f"Its answer is {LARGEST // 1024} KB or larger.")
    if answer.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise Unusable(f"Its answer is not marked as {JSON}.")
    try:
        found = Skeleton.model_validate_json(answer.body)
    except ValidationError as error:
        raise Unusable(_where(error)) from error
    posts = [int(entry.post) for entry in found.feed]
    if len(set(posts)) < len(posts):
        raise Unusable("It names a post twice.")
    return posts[:most]


def _where(error: ValidationError) -> str:
    """Say where an answer stops being a skeleton, repeating nothing of it."""
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return "Its answer is not JSON."
    return f"Its answer is no skeleton, at {''.join(f'/{part}' for part in first['loc']) or 'its root'}."
