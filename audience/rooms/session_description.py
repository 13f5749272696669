"""What a browser offers to send or to hear (SDP, RFC 8866), looked at before it is passed on. Pure.

Not every line is read: only what decides whether this is an offer for a room, of sound, and of a picture
where the room has one, going the one way that was asked for, over encrypted media alone. What is wrong is
said with the line that it stands on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from coop.errors import Fault, RuleBroken

LARGEST = 64 * 1024
"""Most bytes of a description, or of a fragment of one."""
OFFER = "application/sdp"
"""The media type of a description (RFC 8866)."""
FRAGMENT = "application/trickle-ice-sdpfrag"
"""The media type of candidates that are sent after the offer (RFC 8840)."""

Role = Literal["speak", "listen"]
"""Whether one sends to the room, or hears one who does."""
Media = Literal["audio", "video"]

ENCRYPTED = ("UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF")
"""Media over DTLS-SRTP, which is all that WebRTC knows (RFC 8829)."""
WAYS: dict[Role, tuple[str, ...]] = {"speak": ("sendonly", "sendrecv"), "listen": ("recvonly",)}
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_SECURED = ("ice-ufrag", "ice-pwd", "fingerprint")
"""What each part says for itself, or the session for all: how the connection is made, and with which key."""
_OF_CANDIDATES = (
    "candidate",
    "end-of-candidates",
    "group",
    "ice-options",
    "ice-pwd",
    "ice-ufrag",
    "mid",
)
_LINE = re.compile(r"([a-z])=([^\r\n\0]*)")
_MEDIA = re.compile(r"(\S+) ([0-9]{1,5})(?:/[0-9]+)? (\S+)((?: \S+)+)")
_MOST_FAULTS = 8

_Line = tuple[int, str, str]
"""Its number from 1, its letter, and what it says."""


@dataclass
class _Part:
    """One ``m=`` line and what stands below it; the lines above the first are a part without media."""

    line: int
    media: str = ""
    protocol: str = ""
    says: dict[str, int] = field(default_factory=dict)
    """Name of an attribute → the line on which it first stands."""

    @property
    def directions(self) -> list[str]:
        return [one for one in _DIRECTIONS if one in self.says]


def check_offer(offer: str, role: Role, *, video: bool) -> None:
    """Raise RuleBroken, naming the lines, unless an offer is one to ``speak`` or to ``listen`` in a room.

    ``video`` says whether the room has a picture as well as sound.
    """
    lines = _lines(offer)
    _refuse(_beginning(lines))
    session, parts = _parts(lines)
    faults = [*_media_faults(parts, video=video)]
    for part in parts:
        faults += _direction_faults(session, part, role)
        faults += _security_faults(session, part)
    _refuse(faults)


def check_fragment(fragment: str) -> None:
    """Raise RuleBroken, naming the lines, unless all that a fragment says is how one can be reached."""
    _refuse(
        Fault(f"line/{number}", "A fragment holds m= lines of sound or picture, and a= lines of candidates.")
        for number, letter, said in _lines(fragment)
        if not _is_of_candidates(letter, said)
    )


def _is_of_candidates(letter: str, said: str) -> bool:
    if letter == "m":
        return said.partition(" ")[0] in ("audio", "video")
    return letter == "a" and said.partition(":")[0] in _OF_CANDIDATES


def _lines(text: str) -> list[_Line]:
    """Return the lines of a description; raise RuleBroken for one that is too long, or is none."""
    if len(text.encode()) > LARGEST:
        raise RuleBroken(f"A session description has at most {LARGEST // 1024} KiB.")
    written = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    found = [(number, _LINE.fullmatch(line)) for number, line in enumerate(written, 1)]
    wrong = "Each line is one small letter, an equals sign, and what it says: a=mid:0."
    _refuse(Fault(f"line/{number}", wrong) for number, line in found if line is None)
    return [(number, line[1], line[2]) for number, line in found if line is not None]


def _beginning(lines: list[_Line]) -> Iterator[Fault]:
    """Yield what is missing above the first ``m=`` line (RFC 8866, section 5)."""
    above = [letter for _, letter, _ in lines]
    above = above[: above.index("m")] if "m" in above else above
    if lines[0][1:] != ("v", "0"):
        yield Fault("line/1", "A session description begins with v=0.")
    wrong = [f"{letter}=" for letter in "ost" if above.count(letter) != 1]
    if wrong:
        yield Fault(f"line/{len(above)}", f"Above the first m= line stands each once: {', '.join(wrong)}.")


def _parts(lines: list[_Line]) -> tuple[_Part, list[_Part]]:
    """Return the session's own part and one for each ``m=`` line; raise RuleBroken for one that is none."""
    session = part = _Part(1)
    parts: list[_Part] = []
    for number, letter, said in lines:
        if letter == "m":
            media = _MEDIA.fullmatch(said)
            if media is None:
                wrong = "An m= line says what is sent, a port, a protocol and formats."
                raise RuleBroken("This is no session description.", faults=(Fault(f"line/{number}", wrong),))
            part = _Part(number, media[1], media[3])
            parts.append(part)
        elif letter == "a":
            part.says.setdefault(said.partition(":")[0], number)
    return session, parts


def _media_faults(parts: list[_Part], *, video: bool) -> Iterator[Fault]:
    wanted = ("audio", "video") if video else ("audio",)
    if not parts:
        yield Fault("line/1", "Nothing is offered: there is no m= line.")
    for index, part in enumerate(parts):
        if part.media == "video" and not video:
            yield Fault(f"line/{part.line}", "This room is for sound alone: offer no picture.")
        elif part.media not in wanted:
            yield Fault(f"line/{part.line}", f"A room takes {' and '.join(wanted)}, and nothing else.")
        elif part.media in [one.media for one in parts[:index]]:
            yield Fault(f"line/{part.line}", f"There is one {part.media} at most, and this is another.")
        elif part.protocol not in ENCRYPTED:
            yield Fault(f"line/{part.line}", f"Media goes over {ENCRYPTED[0]}, so that it is encrypted.")


def _direction_faults(session: _Part, part: _Part, role: Role) -> Iterator[Fault]:
    """Yield what is wrong with the way a part goes: what it does not say the session says, or it is both."""
    said = part.directions or session.directions or ["sendrecv"]
    if len(said) > 1:
        yield Fault(f"line/{part.line}", f"This part says {' and '.join(said)}: say one of them.")
    elif said[0] not in WAYS[role]:
        line = part.says.get(said[0], part.line)
        ways = " or ".join(f"a={way}" for way in WAYS[role])
        yield Fault(f"line/{line}", f"Whoever means to {role} offers {ways}, and this is {said[0]}.")


def _security_faults(session: _Part, part: _Part) -> Iterator[Fault]:
    missing = [name for name in _SECURED if name not in part.says and name not in session.says]
    if missing:
        named = ", ".join(f"a={name}" for name in missing)
        yield Fault(f"line/{part.line}", f"This part is missing {named}: no connection could be made safely.")


def _refuse(faults: Iterator[Fault] | list[Fault]) -> None:
    found = tuple(faults)[:_MOST_FAULTS]
    if found:
        raise RuleBroken("This is no session description that fits here.", faults=found)
