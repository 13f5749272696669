"""Containers: what kind of file a video comes in, and how long the one that we made lasts.

Pure: bytes and paths in, values out. A video is known by its first bytes alone, never by its name or by what
its sender calls it: they say which reader it is handed to, and no other is asked.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

Container = Literal["MP4", "WEBM"]
"""A family of containers: MP4 with QuickTime's, WebM with Matroska's."""

HEAD = 64
"""So many bytes say what a file is."""

_STILL = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
"""Brands of pictures that come in the same kind of boxes."""

_LARGEST_HEADER = 1_000_000


class Recognised(NamedTuple):
    """What the first bytes of a file say."""

    container: Container
    type: str
    """MIME type."""


class Measured(NamedTuple):
    """What a video says of itself in its header."""

    duration_ms: int
    width: int
    """Pixels, upright."""
    height: int
    has_sound: bool


def recognise(head: bytes) -> Recognised | None:
    """Return what a file is by its first ``HEAD`` bytes; None where it is no video that could be read."""
    brand = head[8:12]
    if head[4:8] == b"ftyp" and brand not in _STILL:
        return Recognised("MP4", "video/quicktime" if brand == b"qt  " else "video/mp4")
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return Recognised("WEBM", "video/webm" if b"webm" in head else "video/x-matroska")
    return None


def measure(path: Path) -> Measured:
    """Return what an MP4 file of our own making says in its header (ISO/IEC 14496-12).

    Raise ValueError where it has no such header, or no picture in it.
    """
    with path.open("rb") as file:
        movie = _movie(file)
    scale, duration = _times(_inside(movie, b"mvhd"))
    tracks = [track for kind, track in _boxes(movie) if kind == b"trak"]
    sizes = (_size(_inside(track, b"tkhd")) for track in tracks)
    width, height = next((size for size in sizes if all(size)), (0, 0))
    if not (scale and duration and width):
        raise ValueError("nothing can be seen in it")
    return Measured(max(1, round(1000 * duration / scale)), width, height, any(map(_is_sound, tracks)))


def _movie(file: BinaryIO) -> bytes:
    """Return what is in the box ``moov``, which describes everything else."""
    while len(head := file.read(8)) == 8:
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        if size == 1:
            size = int.from_bytes(file.read(8), "big") - 8
        if size < 8:
            break
        if kind == b"moov":
            return file.read(min(size - 8, _LARGEST_HEADER))
        file.seek(size - 8, 1)
    raise ValueError("it has no header")


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < 8:
            return
        yield data[at + 4 : at + 8], data[at + 8 : at + size]
        at += size


def _inside(data: bytes, kind: bytes) -> bytes:
    return next((body for name, body in _boxes(data) if name == kind), b"")


def _is_sound(track: bytes) -> bool:
    """Say whether a track is one of sound, by the box ``hdlr`` in its ``mdia``."""
    return _inside(_inside(track, b"mdia"), b"hdlr")[8:12] == b"soun"


def _times(header: bytes) -> tuple[int, int]:
    """Return units a second and how many of them it lasts, of the box ``mvhd``."""
    at, wide = (20, 8) if header[:1] == b"\x01" else (12, 4)
    scale = int.from_bytes(header[at : at + 4], "big")
    return scale, int.from_bytes(header[at + 4 : at + 4 + wide], "big")


def _size(header: bytes) -> tuple[int, int]:
    """Return width and height of the box ``tkhd``, whose last two numbers are in 65,536ths of a pixel."""
    return int.from_bytes(header[-8:-4], "big") >> 16, int.from_bytes(header[-4:], "big") >> 16
