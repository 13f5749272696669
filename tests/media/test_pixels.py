"""What a picture looks like afterwards: upright, in true colours, in its own size or smaller."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageOps

from media.images import Inspected, inspect
from tests.media.pictures import (
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


def true_colours(photo: Path) -> Image.Image:
    """Return a photo's pixels as stored, its own colour profile applied."""
    with Image.open(photo) as image:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, profile, srgb)
    assert converted is not None
    return converted


@pytest.mark.parametrize(
    ("name", "degrees", "size"),
    [("landscape_6.jpg", -90, (600, 450)), ("portrait_3.jpg", 180, (450, 600))],
)
def test_a_turned_photo_is_set_upright(name: str, degrees: int, size: tuple[int, int]) -> None:
    result = rendered(PHOTOS / name)
    assert (result.width, result.height) == size
    upright = true_colours(PHOTOS / name).rotate(degrees, expand=True)
    assert distance(largest(result), upright) < 6
    assert distance(largest(result), upright.rotate(180)) > 30


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_understood(orientation: int) -> None:
    source = saved(quarters(), "PNG", exif=exif(orientation))
    found = inspect(source, formats=FORMATS, max_pixels=PIXELS)
    assert found == Inspected("PNG", 96, 64, orientation)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(source)))
    result = rendered(source)
    assert (result.width, result.height) == upright.size
    assert distance(largest(result), upright) < 12


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_a_senseless_orientation_counts_as_upright(orientation: int) -> None:
    source = saved(quarters(), "JPEG", exif=exif(orientation))
    assert inspect(source, formats=FORMATS, max_pixels=PIXELS).orientation == 1


def test_renditions_are_bounded_and_never_enlarged() -> None:
    wide = rendered(PHOTOS / "45-gps_ifd.jpg")
    assert [(it.name, it.width, it.height) for it in wide.renditions] == [
        ("small", 320, 180),
        ("medium", 960, 540),
        ("large", 1600, 900),
    ]
    tiny = rendered(PHOTOS / "image01137.jpg")
    assert {(it.width, it.height) for it in tiny.renditions} == {(88, 64)}
    assert len({it.sha256 for it in tiny.renditions}) == 1


def test_a_line_of_pixels_keeps_at_least_one() -> None:
    result = rendered(png(9000, 1))
    assert (result.renditions[0].width, result.renditions[0].height) == (320, 1)


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert rendered(PHOTOS / "DSCN0010.jpg") == rendered((PHOTOS / "DSCN0010.jpg").read_bytes())


def test_the_placeholder_is_a_short_thumbhash_even_for_a_transparent_picture() -> None:
    clear = quarters("RGBA")
    clear.putalpha(90)
    for source in (saved(quarters(), "PNG"), saved(clear, "PNG"), png(1, 1)):
        assert 5 <= len(base64.b64decode(rendered(source).thumbhash)) <= 30


def test_transparency_is_kept() -> None:
    half = quarters("RGBA")
    half.putalpha(128)
    indexed = quarters("P")
    shown = largest(rendered(saved(half, "PNG")))
    assert shown.mode == "RGBA"
    assert shown.getpixel((10, 10)) == pytest.approx((255, 0, 0, 128), abs=12)
    red = indexed.getpixel((10, 10))
    shown = largest(rendered(saved(indexed, "PNG", transparency=red))).convert("RGBA")
    alpha = shown.getchannel("A")
    assert [alpha.getpixel(at) for at in ((10, 10), (80, 10))] == [0, 255]


def test_sixteen_bit_greys_are_scaled_and_not_clipped() -> None:
    grey = Image.new("I;16", (64, 64), 128 * 257)
    for options in ({}, {"transparency": 640}):
        shown = largest(rendered(saved(grey, "PNG", **options)))
        assert shown.getpixel((30, 30)) == pytest.approx((128, 128, 128), abs=2)


def test_a_cmyk_photo_becomes_rgb() -> None:
    shown = largest(rendered(saved(quarters("CMYK"), "JPEG", quality=95)))
    assert distance(shown, quarters()) < 12


def test_a_colour_profile_is_applied_and_then_dropped() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # A profile that calls red what everyone calls green, and the other way round.
    swapped = srgb.replace(b"rXYZ", b"tmp.").replace(b"gXYZ", b"rXYZ").replace(b"tmp.", b"gXYZ")
    red = Image.new("RGB", (64, 64), "red")
    shown = {
        profile: largest(rendered(saved(red, "PNG", icc_profile=profile))).getpixel((30, 30))
        for profile in (srgb, swapped, b"not a profile", swapped[:200])
    }
    assert shown[srgb] == pytest.approx((255, 0, 0), abs=8)
    assert shown[swapped] == pytest.approx((0, 255, 0), abs=8)
    assert shown[b"not a profile"] == shown[swapped[:200]] == shown[srgb]


def test_a_grey_photo_follows_the_profile_of_a_colour_photo() -> None:
    with Image.open(PHOTOS / "portrait_3.jpg") as photo:
        profile = photo.info["icc_profile"]
    shown = [
        largest(rendered(saved(Image.new("L", (64, 64), 60).convert(mode), "JPEG", **options)))
        for mode, options in (("L", {}), ("L", {"icc_profile": profile}), ("RGB", {"icc_profile": profile}))
    ]
    untagged, grey, colour = (image.getpixel((30, 30)) for image in shown)
    assert grey == pytest.approx(colour, abs=2)
    assert grey != pytest.approx(untagged, abs=5)


def test_a_real_photo_would_be_too_dark_without_its_profile() -> None:
    with Image.open(PHOTOS / "portrait_3.jpg") as photo:
        ignored = photo.convert("RGB").rotate(180)
    assert distance(largest(rendered(PHOTOS / "portrait_3.jpg")), ignored) > 10


def test_colours_hidden_under_full_transparency_do_not_survive() -> None:
    secret = quarters("RGBA")
    secret.putalpha(0)
    shown = largest(rendered(saved(secret, "PNG"))).convert("RGBA")
    assert set(shown.get_flattened_data()) == {(0, 0, 0, 0)}
