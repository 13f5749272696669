"""Tokens: the words and signs that a text of CEL is made of.

Pure. The lexis of the CEL language definition (https://github.com/google/cel-spec), without bytes and numbers
that have no sign.
"""

import re
from typing import Literal, NamedTuple

from coop.cel.faults import ExpressionFault
from coop.cel.types import INT_MAX

Kind = Literal["name", "int", "double", "string", "sign", "end"]


class Token(NamedTuple):
    """A word or sign."""

    kind: Kind
    value: str | int | float
    start: int
    end: int


RESERVED = frozenset({
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "namespace",
    "package", "return", "var", "void", "while",
})  # fmt: skip
"""Words that CEL keeps for itself."""

_TOKEN = re.compile(
    r"""
    (?P<space>[\t\n\f\r ]+ | //[^\n]*)
  | (?P<string>[rRbB]{0,2}(?: \"{3}(?:[^\\]|\\.)*?\"{3} | '{3}(?:[^\\]|\\.)*?'{3}
      | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'))
  | (?P<double>(?:\d+\.\d+(?:[eE][+-]?\d+)?) | (?:\d+[eE][+-]?\d+) | (?:\.\d+(?:[eE][+-]?\d+)?))
  | (?P<int>0[xX][0-9a-fA-F]+ | \d+)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<sign>&&|\|\||[=!<>]=|[-+*/%<>!?:.,()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
# A raw string ends at the first quote, whatever stands before it.
_RAW = re.compile(
    r"[rR](?:\"{3}(?P<a>.*?)\"{3}|'{3}(?P<b>.*?)'{3}|\"(?P<c>[^\"\n]*)\"|'(?P<d>[^'\n]*)')", re.DOTALL
)

_ESCAPE = re.compile(
    r"\\(?:[xX](?P<hex>[0-9a-fA-F]{2})|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})"
    r"|(?P<octal>[0-3][0-7]{2})|(?P<one>.))",
    re.DOTALL,
)
_ONE = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "?": "?", '"': '"', "'": "'", "`": "`",
}  # fmt: skip


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text, with one at its end; raise ExpressionFault where there is none."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _RAW.match(text, at) or _TOKEN.match(text, at)
        if match is None:
            raise ExpressionFault(_unknown(text[at]), at)
        token = _token(match, at)
        if token is not None:
            found.append(token)
        at = match.end()
    found.append(Token("end", "", at, at))
    return found


def _unknown(sign: str) -> str:
    if sign in "\"'":
        return "This text is not closed: it needs the same quote at its end."
    if sign in "=&|":
        return f"One {sign} means nothing here: write {sign}{sign}."
    return f"{sign!r} is no sign of this language."


def _token(match: re.Match[str], at: int) -> Token | None:
    kind, written, end = match.lastgroup, match.group(), match.end()
    if match.re is _RAW:
        return Token("string", _clean(match.group(match.lastgroup or 0), at), at, end)
    if kind == "space":
        return None
    if kind == "string":
        return Token("string", _text(written, at), at, end)
    if kind == "double":
        return Token("double", float(written), at, end)
    if kind == "int":
        number = int(written, 16 if written[:2] in ("0x", "0X") else 10)
        # One more than fits, for the smallest number is written as a minus before it.
        if number > INT_MAX + 1:
            raise ExpressionFault("Whole numbers have 64 bits: this is too large.", at)
        return Token("int", number, at, end)
    if kind == "name" and written in RESERVED:
        raise ExpressionFault(f"“{written}” is a word that the language keeps for itself.", at)
    return Token("name" if kind == "name" else "sign", written, at, end)


def _text(written: str, at: int) -> str:
    """Return what a quoted text says."""
    quoted = written.lstrip("rRbB")
    if quoted != written:
        raise ExpressionFault("Bytes are no part of this language: write a text without the b.", at)
    marks = 3 if quoted[:3] in ('"""', "'''") and len(quoted) >= 6 else 1
    inside = quoted[marks:-marks]

    def said(match: re.Match[str]) -> str:
        code = match["hex"] or match["short"] or match["long"]
        if code is None and match["octal"] is None:
            if match["one"] not in _ONE:
                detail = (
                    f"\\{match['one']} stands for nothing: write \\\\ for a backslash, or r'…' for a pattern."
                )
                raise ExpressionFault(detail, at)
            return _ONE[match["one"]]
        point = int(match["octal"], 8) if code is None else int(code, 16)
        if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
            raise ExpressionFault(f"{match.group()} is no character.", at)
        return chr(point)

    return _clean(_ESCAPE.sub(said, inside), at)


def _clean(said: str, at: int) -> str:
    if "\0" in said:
        raise ExpressionFault("A text holds no NUL.", at)
    return said
