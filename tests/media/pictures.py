"""Pictures to test with: real photos, small ones drawn by hand, and what came out of them."""

import io
import struct
import zlib
from pathlib import Path

from PIL import ExifTags, Image, ImageChops, ImageStat

from media.images import Rendered, render

PHOTOS = Path(__file__).parents[1] / "data" / "photos"
FORMATS = frozenset({"JPEG", "PNG", "WEBP"})
PIXELS = 40_000_000
SIDES = {"small": 320, "medium": 960, "large": 1920}
CANARY = "canary-7f3a-lives-at-52N13E"


def rendered(source: bytes | Path, formats: frozenset[str] = FORMATS) -> Rendered:
    return render(source, formats=formats, max_pixels=PIXELS, sides=SIDES, quality=80, method=0)


def largest(result: Rendered) -> Image.Image:
    return Image.open(io.BytesIO(result.renditions[-1].data))


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def quarters(mode: str = "RGB") -> Image.Image:
    """Return a picture that looks different from every side: four colours, wider than high."""
    image = Image.new("RGB", (96, 64), "red")
    image.paste("lime", (48, 0, 96, 32))
    image.paste("blue", (0, 32, 48, 64))
    image.paste("white", (48, 32, 96, 64))
    return image.convert(mode)


def distance(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures of one size, 0 to 255."""
    assert one.size == other.size
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return sum(ImageStat.Stat(difference).mean) / 3


def png(width: int, height: int, bits: int = 1) -> bytes:
    """Return a black PNG of any size, made without holding its pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        checked = name + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    row = bytes(1 + (width * bits + 7) // 8)
    packer = zlib.compressobj(9)
    body = b"".join([*(packer.compress(row) for _ in range(height)), packer.flush()])
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    tags[ExifTags.Base.ImageDescription] = CANARY
    tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = CANARY.encode()
    tags.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = CANARY.encode()
    return tags
