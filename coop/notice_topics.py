"""Topics: what notices are about. Pure."""

from typing import Literal

Topic = Literal[
    "proposal",
    "jury",
    "post",
    "report",
    "ask",
    "seat",
    "followers",
    "limit",
    "calm",
    "feature",
    "webhook",
    "room",
    "draft",
]
"""A change that is voted on; jury service; what was done with what one made; what one reported; somebody who
waits for one's yes; a seat; one's own followers; a limit of one's own; a heated thread one is called to; a
feature gained or lost; a webhook of one's own; a live room; a draft that one writes with others."""
