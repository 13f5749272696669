"""Pictures: what may come in, and the clean copies that go out.

Pure: bytes or a path in, values out; no session, no store, no framework. Every number that shapes
what a member sees (formats, pixels, sizes, quality) is a clause of the media policy (law 1) and
comes as a parameter.

A picture is known by its content alone, never by its name or by what its sender calls it. Its
pixels are counted from its header before one of them is decoded. What goes out is written anew
from pixels, so nothing else of the file survives: no EXIF and no place in it, no XMP, no IPTC, no
comment, no colour profile, no second picture hidden behind the first.
"""

import hashlib
import io
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from media import pixels

READABLE = frozenset({"JPEG", "PNG", "WEBP", "GIF", "AVIF"})
"""The formats a policy may choose from."""

PIXEL_CEILING = Image.MAX_IMAGE_PIXELS or 0
"""The most pixels a policy may allow (89 million): above it Pillow itself warns of a bomb."""

SCAN_CEILING = 100
"""The most passes over its pixels that a JPEG may ask for. Ordinary ones ask for 1 to about 12;
a file of 2 MB can ask for 20,000, minutes of work."""

RENDITION_TYPE = "image/webp"
"""The content type of every rendition."""

Source = bytes | Path

_SIGNATURES = (
    ("JPEG", 0, b"\xff\xd8\xff"),
    ("PNG", 0, b"\x89PNG\r\n\x1a\n"),
    ("WEBP", 8, b"WEBP"),
    ("GIF", 0, b"GIF8"),
    ("AVIF", 4, b"ftypavi"),
    ("HEIF", 4, b"ftyphe"),
    ("HEIF", 4, b"ftypmif1"),
    ("HEIF", 4, b"ftypmsf1"),
    ("TIFF", 0, b"II*\0"),
    ("TIFF", 0, b"MM\0*"),
)

# JPEG markers that no length follows: a stuffed byte, a fill byte, restarts and the start.
_BARE_MARKERS = frozenset({0x00, 0x01, 0xFF, *range(0xD0, 0xD9)})

# What Pillow's decoders raise on bytes that are not what their header promised.
_DAMAGE = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    RuntimeError,
    struct.error,
    zlib.error,
)


class ImageRefused(ValueError):
    """A file that cannot become a picture here; its text tells the sender what to do.

    ``reason`` is stable, for programs: ``not_an_image``, ``format_not_allowed``,
    ``too_many_pixels``, ``too_many_scans``, ``animated`` or ``damaged`` (cut short, too).
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a picture's header says, before anything is decoded."""

    format: str
    """One of ``READABLE``."""
    width: int
    """Pixels, as stored: orientations 5 to 8 swap width and height when shown."""
    height: int
    orientation: int
    """EXIF orientation, 1 (upright) to 8; 1 when there is none or it makes no sense."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """One WebP file, clean of all metadata."""

    name: str
    width: int
    """Pixels, upright."""
    height: int
    data: bytes
    sha256: str
    """Of ``data``, 64 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture made ready to be shown."""

    format: str
    """That of the file that was sent, one of ``READABLE``."""
    width: int
    """Pixels of the whole picture as sent, upright; no rendition is larger."""
    height: int
    thumbhash: str
    """A placeholder, as ``pixels.placeholder`` makes it."""
    renditions: tuple[Rendition, ...]
    """One for each of the sizes asked, in the order asked."""


def inspect(source: Source, *, formats: frozenset[str], max_pixels: int) -> Inspected:
    """Say what ``source`` is, reading only its header.

    ``formats`` is what the policy takes, a subset of ``READABLE``; ``max_pixels`` is at most
    ``PIXEL_CEILING``. The pixels may still turn out damaged: only ``render`` proves them.
    Raises ``ImageRefused``.
    """
    image = _identified(source, formats, max_pixels)
    return Inspected(_format(image), *image.size, _orientation(image))


def render(
    source: Source,
    *,
    formats: frozenset[str],
    max_pixels: int,
    sides: Mapping[str, int],
    quality: int,
    method: int,
) -> Rendered:
    """Decode the whole of ``source`` and write its clean renditions.

    ``sides`` names each rendition and bounds its longer side in pixels (at most 16,383, WebP's
    own limit); a picture is never enlarged, so renditions of a small one are of its own size.
    ``quality`` is WebP's, 0 to 100; ``method`` its effort, 0 (fast) to 6 (small).
    ``formats`` and ``max_pixels`` are those of ``inspect``. Raises ``ImageRefused``.
    """
    image = _identified(source, formats, max_pixels)
    orientation = _orientation(image)
    width, height = pixels.upright_size(image.size, orientation)
    decoded = _decoded(image, pixels.fit(image.size, max(sides.values())))
    picture = pixels.upright(pixels.srgb(decoded, image.info.get("icc_profile")), orientation)
    copies = {side: pixels.scaled(picture, pixels.fit((width, height), side)) for side in set(sides.values())}
    files = {side: pixels.webp(copy, quality, method) for side, copy in copies.items()}
    return Rendered(
        _format(image),
        width,
        height,
        pixels.placeholder(copies[min(copies)]),
        tuple(
            Rendition(name, *copies[side].size, files[side], hashlib.sha256(files[side]).hexdigest())
            for name, side in sides.items()
        ),
    )


def _identified(source: Source, formats: frozenset[str], max_pixels: int) -> ImageFile.ImageFile:
    """Return a still picture of an allowed format and size; nothing is decoded yet."""
    if not formats or not formats <= READABLE or not 0 < max_pixels <= PIXEL_CEILING:
        raise ValueError(f"formats must be of {sorted(READABLE)}, pixels 1 to {PIXEL_CEILING}")
    if ImageFile.LOAD_TRUNCATED_IMAGES:
        raise RuntimeError("Pillow was told to accept truncated pictures; undo that")
    data = source if isinstance(source, bytes) else source.read_bytes()
    try:
        image = Image.open(io.BytesIO(data), formats=sorted(formats))
        jpeg = _format(image) == "JPEG"
        # A phone's JPEG may carry a second picture (depth, brightness): only the first is shown.
        moves = not jpeg and getattr(image, "is_animated", False)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(max_pixels) from error
    except UnidentifiedImageError as error:
        raise _unidentified(data, formats) from error
    except _DAMAGE as error:
        raise _damaged() from error
    if image.width * image.height > max_pixels:
        raise _too_large(max_pixels)
    if moves:
        raise ImageRefused("animated", "Only still pictures are taken: send one frame of this.")
    if jpeg and _scans(data) > SCAN_CEILING:
        raise ImageRefused("too_many_scans", "This JPEG is oddly built: save it anew and send that.")
    return image


def _scans(data: bytes) -> int:
    """Count the passes that a JPEG is written in (ITU-T T.81, B.1.1), up to its end marker."""
    scans, at = 0, 2
    while 0 <= (at := data.find(b"\xff", at)) < len(data) - 1:
        marker = data[at + 1]
        if marker == 0xD9:
            break
        if marker in _BARE_MARKERS:
            at += 1
            continue
        scans += marker == 0xDA
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return scans


def _unidentified(data: bytes, formats: frozenset[str]) -> ImageRefused:
    allowed = " or ".join(", ".join(sorted(formats)).rsplit(", ", 1))
    for name, offset, signature in _SIGNATURES:
        if data.startswith(signature, offset):
            if name in formats:
                return _damaged()
            return ImageRefused("format_not_allowed", f"{name} pictures are not taken: send it as {allowed}.")
    return ImageRefused("not_an_image", f"This is not a picture: send one as {allowed}.")


def _too_large(max_pixels: int) -> ImageRefused:
    sentence = f"The picture has more than {max_pixels:,} pixels: send a smaller copy."
    return ImageRefused("too_many_pixels", sentence)


def _damaged() -> ImageRefused:
    return ImageRefused("damaged", "The file is damaged or incomplete: send it again, from the original.")


def _format(image: ImageFile.ImageFile) -> str:
    # MPO is a JPEG followed by more JPEGs.
    return "JPEG" if image.format == "MPO" else str(image.format)


def _orientation(image: ImageFile.ImageFile) -> int:
    try:
        # PNG's own getexif decodes the whole picture first.
        found = Image.Image.getexif(image).get(ExifTags.Base.Orientation)
    except _DAMAGE:
        # Broken EXIF does not make the pixels bad.
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _decoded(image: ImageFile.ImageFile, size: pixels.Size) -> Image.Image:
    """Return the picture's pixels at ``size``, as ``pixels.plain`` does."""
    try:
        # JPEG alone can be decoded at a half, a quarter or an eighth of its size.
        image.draft(None, size)
        image.load()
    except (Image.DecompressionBombError, *_DAMAGE) as error:
        raise _damaged() from error
    return pixels.scaled(pixels.plain(image), size)
