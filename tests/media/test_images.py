"""What is let in and what is refused; what comes out is read by a parser of its own."""

import io
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageFile
from PIL.PngImagePlugin import PngInfo

from media.images import PIXEL_CEILING, SCAN_CEILING, ImageRefused, inspect
from tests.media.pictures import (
    CANARY,
    FORMATS,
    PHOTOS,
    PIXELS,
    distance,
    exif,
    largest,
    png,
    quarters,
    rendered,
    saved,
)
from tests.thorough import much


def reason(source: bytes | Path, formats: frozenset[str] = FORMATS) -> str:
    with pytest.raises(ImageRefused) as refusal:
        rendered(source, formats)
    assert str(refusal.value).endswith(".")
    return refusal.value.reason


def chunks(webp: bytes) -> list[bytes]:
    """Return the names of the chunks of a WebP file (RFC 9649, 2.3)."""
    assert webp[:4] == b"RIFF" and webp[8:12] == b"WEBP"
    assert len(webp) == struct.unpack("<I", webp[4:8])[0] + 8
    names, at = [], 12
    while at < len(webp):
        names.append(webp[at : at + 4])
        size = struct.unpack("<I", webp[at + 4 : at + 8])[0]
        at += 8 + size + size % 2
    return names


def marked_jpeg() -> bytes:
    xmp = f"<x:xmpmeta>{CANARY}</x:xmpmeta>".encode()
    data = saved(quarters(), "JPEG", exif=exif(), xmp=xmp, comment=CANARY)
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x20\x1c\x02\x78\0\x1b" + CANARY.encode()
    segment = b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc
    return data[:2] + segment + data[2:] + CANARY.encode()


def marked_png() -> bytes:
    info = PngInfo()
    info.add_text("Comment", CANARY)
    info.add_text("Comment", CANARY, zip=True)
    info.add_itxt("XML:com.adobe.xmp", CANARY)
    info.add(b"caNy", CANARY.encode())
    return saved(quarters(), "PNG", exif=exif(), pnginfo=info) + CANARY.encode()


def marked_webp() -> bytes:
    return saved(quarters(), "WEBP", exif=exif(), xmp=CANARY.encode(), lossless=True)


@pytest.mark.parametrize("name", sorted(path.name for path in PHOTOS.glob("*.jpg")))
def test_a_real_photo_leaves_its_metadata_behind(name: str) -> None:
    result = rendered(PHOTOS / name)
    for rendition in result.renditions:
        assert set(chunks(rendition.data)) <= {b"VP8 "}
        image = Image.open(io.BytesIO(rendition.data))
        assert image.format == "WEBP"
        assert image.size == (rendition.width, rendition.height)
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile"} & image.info.keys()


def test_the_photos_did_carry_a_position_to_lose() -> None:
    for name in ("DSCN0010.jpg", "DSCN0021.jpg", "DSCN0042.jpg"):
        with Image.open(PHOTOS / name) as photo:
            assert photo.getexif().get_ifd(ExifTags.IFD.GPSInfo)


@pytest.mark.parametrize("marked", [marked_jpeg, marked_png, marked_webp])
def test_no_canary_survives_wherever_it_was_hidden(marked: Callable[[], bytes]) -> None:
    source = marked()
    assert CANARY.encode() in source
    for rendition in rendered(source).renditions:
        assert CANARY.encode() not in rendition.data
        assert set(chunks(rendition.data)) <= {b"VP8 "}


def test_a_phones_second_picture_is_left_behind_and_the_first_is_shown() -> None:
    behind = Image.new("RGB", (96, 64), "black")
    source = saved(quarters(), "MPO", save_all=True, append_images=[behind])
    assert inspect(source, formats=FORMATS, max_pixels=PIXELS).format == "JPEG"
    assert distance(largest(rendered(source)), quarters()) < 12


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "AVIF"])
def test_a_moving_picture_is_refused(format: str) -> None:
    more = [quarters().rotate(180)]
    moving = saved(quarters(), format, save_all=True, append_images=more)
    assert reason(moving, FORMATS | {"GIF", "AVIF"}) == "animated"


@pytest.mark.parametrize("format", ["GIF", "AVIF"])
def test_a_format_is_read_only_when_the_policy_lists_it(format: str) -> None:
    still = saved(quarters(), format)
    assert rendered(still, FORMATS | {format}).width == 96
    assert reason(still) == "format_not_allowed"


def test_heif_is_refused_by_a_sentence_that_names_what_is_taken() -> None:
    with pytest.raises(ImageRefused) as refusal:
        rendered(PHOTOS / "samplefilehub.heif")
    assert refusal.value.reason == "format_not_allowed"
    assert str(refusal.value) == "HEIF pictures are not taken: send it as JPEG, PNG or WEBP."


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"just words",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"P6 9 9 255 " + bytes(243),
    ],
)
def test_what_is_not_a_picture_is_refused_whatever_its_name(text: bytes, tmp_path: Path) -> None:
    named = tmp_path / "holiday.jpg"
    named.write_bytes(text)
    assert reason(named) == "not_an_image"


@pytest.mark.parametrize("magic", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x99\0\0\0WEBP"])
def test_a_page_that_starts_like_a_picture_is_refused(magic: bytes) -> None:
    assert reason(magic + b"<html><script>alert(1)</script></html>" * 9) == "damaged"


def test_a_page_inside_a_real_picture_does_not_come_out() -> None:
    page = b"<html><script>alert(1)</script></html>"
    source = saved(quarters(), "JPEG", comment=page) + page
    assert not [it for it in rendered(source).renditions if b"<script" in it.data]


@pytest.mark.parametrize("kept", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_file_that_was_cut_short_is_refused(format: str, kept: float) -> None:
    with Image.open(PHOTOS / "DSCN0010.jpg") as photo:
        whole = saved(photo, format)
    assert reason(whole[: int(len(whole) * kept)]) == "damaged"


def test_a_real_photo_cut_in_its_last_rows_is_refused() -> None:
    whole = (PHOTOS / "DSCN0010.jpg").read_bytes()
    assert reason(whole[:-2000]) == "damaged"


def test_a_header_that_promises_too_many_pixels_is_refused_by_both_ways_in() -> None:
    over = png(8000, 5001)
    with pytest.raises(ImageRefused, match="40,000,000") as refusal:
        inspect(over, formats=FORMATS, max_pixels=PIXELS)
    assert refusal.value.reason == reason(over) == "too_many_pixels"
    assert inspect(png(8000, 5000), formats=FORMATS, max_pixels=PIXELS).width == 8000


@pytest.mark.parametrize("side", [10_000, 30_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png(side, side))
    assert bomb.stat().st_size < 600_000
    probe = """
import pathlib, resource, sys
from media.images import ImageRefused, render
from PIL import Image
from tests.thorough import much
Image.preinit()
used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = used()
try:
    render(pathlib.Path(sys.argv[1]), formats=frozenset({"PNG"}), max_pixels=40_000_000,
           sides={"small": 320}, quality=80, method=0)
except ImageRefused as refusal:
    print(refusal.reason, used() - before)
"""
    ran = subprocess.run(
        [sys.executable, "-c", probe, bomb],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    why, grown = ran.stdout.split()
    assert why == "too_many_pixels"
    assert int(grown) < 20_000


def test_a_jpeg_that_asks_for_endless_passes_is_refused() -> None:
    with Image.open(PHOTOS / "DSCN0010.jpg") as photo:
        whole = saved(photo.resize((320, 240)), "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xc4") : -2]
    more = SCAN_CEILING - whole.count(b"\xff\xda")
    assert rendered(whole[:-2] + last * more + b"\xff\xd9").width == 320
    assert reason(whole[:-2] + last * (more + 1) + b"\xff\xd9") == "too_many_scans"


def test_a_video_after_the_photo_does_not_count_as_passes() -> None:
    assert rendered((PHOTOS / "DSCN0010.jpg").read_bytes() + b"\0\0" + b"\xff\xda\0\2" * 500).width == 640


@pytest.mark.parametrize(
    ("formats", "pixels"),
    [
        (frozenset({"JPEG", "TIFF"}), PIXELS),
        (frozenset(), PIXELS),
        (FORMATS, 0),
        (FORMATS, PIXEL_CEILING + 1),
    ],
)
def test_a_policy_cannot_ask_for_what_is_not_safe(formats: frozenset[str], pixels: int) -> None:
    with pytest.raises(ValueError, match="formats must be"):
        inspect(PHOTOS / "DSCN0010.jpg", formats=formats, max_pixels=pixels)


def test_inspection_decodes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: pytest.fail("decoded"))
    for source in (marked_jpeg(), marked_png(), marked_webp(), saved(quarters(), "PNG")):
        assert inspect(source, formats=FORMATS, max_pixels=PIXELS).orientation == 1


def test_nothing_is_read_while_pillow_would_fill_in_missing_pixels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(RuntimeError, match="truncated"):
        rendered(PHOTOS / "DSCN0010.jpg")


SEEDS = [
    *((PHOTOS / name).read_bytes() for name in ("landscape_6.jpg", "BlueSquare.jpg")),
    marked_jpeg(),
    marked_png(),
    marked_webp(),
    saved(quarters(), "GIF"),
    saved(quarters(), "GIF", save_all=True, append_images=[quarters().rotate(180)]),
    saved(quarters(), "AVIF", exif=exif()),
]


@pytest.mark.filterwarnings("ignore")  # Pillow warns of broken EXIF that it goes on without.
@settings(max_examples=much(60, 500), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_broken_file_is_rendered_clean_or_refused_and_nothing_else(data: st.DataObject) -> None:
    broken = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(0, 8))):
        at = data.draw(st.integers(0, min(len(broken), 900) - 1))
        broken[at] = data.draw(st.sampled_from([0, 1, 127, 128, 255]))
    del broken[data.draw(st.integers(1, len(broken))) :]
    try:
        result = rendered(bytes(broken), FORMATS | {"GIF", "AVIF"})
    except ImageRefused:
        return
    assert set(chunks(result.renditions[0].data)) <= {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
