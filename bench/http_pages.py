"""What members do all day, as an endless mix of pages: feeds, posts with their replies, replies.

Each is another member's, drawn under a fixed seed. A post is opened with its thread by somebody who has
answered it before, and a reply is written to a post that its author was delivered in a feed a moment ago. So
everybody may see what they ask for; that they may is for the application to find out, each time.
"""

import json
import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from bench.http_load import Page, WrongAnswer, request

FULL_PAGE = 30
FEEDS, POSTS, REPLIES = 6, 3, 1
"""Of ten pages, how many are of each kind."""

_RECENT = 256
"""Feed pages whose posts may be answered: the last ones, each once, so that nobody answers too often."""
_REPLY = json.dumps({"body": "It is good bread, and I would like to know how long it was left to rise."})


@dataclass
class Visits:
    """The pages that members open, and what they were shown."""

    tokens: Sequence[str]
    """Of the members; they open feeds one after another, and begin anew when everybody had a turn."""
    profile: str
    """The recipe of the feeds."""
    threads: Sequence[tuple[str, str]]
    """Pairs of a member's token and the id of a post that has replies and that they may see."""
    seed: int = 6
    short: int = 0
    """Feeds with fewer posts than a full one."""
    opened: int = 0
    """Posts that were shown, with their replies."""
    shown: int = 0
    """Replies that were shown with them."""
    written: list[str] = field(default_factory=list)
    """Ids of the replies that were acknowledged."""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._delivered: deque[tuple[str, list[str]]] = deque(maxlen=_RECENT)

    def pages(self) -> Iterator[Page]:
        """Yield pages without end, each ten in the proportion; until a feed has come there is no reply."""
        tokens = cycle(self.tokens)
        deal = ["feed"] * FEEDS + ["post"] * POSTS + ["reply"] * REPLIES
        while True:
            self._random.shuffle(deal)
            for kind in deal:
                if kind == "post":
                    yield self._post(*self._random.choice(self.threads))
                elif kind == "reply" and self._delivered:
                    self._delivered.rotate(self._random.randrange(len(self._delivered)))
                    yield self._reply(*self._delivered.popleft())
                else:
                    yield self._feed(next(tokens))

    def _feed(self, token: str) -> Page:
        path = f"/api/v1/feeds/{self.profile}"
        page = _read(path, 200, (yield request("GET", path, token)))
        posts = [item["post"]["id"] for item in page["items"]]
        if not posts:
            raise WrongAnswer(f"{path} is empty")
        self.short += len(posts) < FULL_PAGE
        self._delivered.append((token, posts))

    def _post(self, token: str, post: str) -> Page:
        path = f"/api/v1/posts/{post}/thread"
        found = _read(path, 200, (yield request("GET", path, token)))
        if found["post"]["id"] != post:
            raise WrongAnswer(f"{path} is of the post {found['post']['id']}")
        if not found["replies"]:
            raise WrongAnswer(f"{path} is empty")
        self.shown += len(found["replies"])
        self.opened += 1

    def _reply(self, token: str, delivered: list[str]) -> Page:
        path = f"/api/v1/posts/{self._random.choice(delivered)}/replies"
        made = _read(path, 201, (yield request("POST", path, token, _REPLY.encode())))
        self.written.append(made["id"])


def newest(path: str = "/") -> Iterator[Page]:
    """Yield the floor's only page without end."""
    asked = request("GET", path)
    whole: set[bytes] = set()

    def page() -> Page:
        answer = yield asked
        if answer[1] in whole:  # the posts stay the same, so what was looked at once need not be parsed again
            return
        rows = _read(path, 200, answer)
        if len(rows) != FULL_PAGE:
            raise WrongAnswer(f"{path} has {len(rows)} rows")
        whole.add(answer[1])

    while True:
        yield page()


def _read(path: str, expected: int, answer: tuple[int, bytes]) -> Any:
    """Return what an answer holds; raise WrongAnswer unless it has that status and is JSON."""
    status, body = answer
    if status != expected:
        raise WrongAnswer(f"{path}: {status}: {body[:500]!r}")
    try:
        return json.loads(body)
    except ValueError as error:
        raise WrongAnswer(f"{path} is no JSON: {error}") from error
