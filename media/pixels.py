"""Pixels: colours as every screen shows them, sizes that never grow, files without a past.

Pure; takes pictures that are already decoded. ``media/images.py`` decides which ones come this far.
"""

import base64
import io

import thumbhash
from PIL import Image, ImageCms

Size = tuple[int, int]
"""Width and height, in pixels."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# From this orientation on, a picture is stored lying on its side.
_SIDEWAYS = 5

# Thumbhash keeps seven waves a side: from 32 px it gives the same hash as from 100, nine times faster.
_THUMBHASH_SIDE = 32


def plain(image: Image.Image) -> Image.Image:
    """Return the pixels in mode L, RGB, RGBA or CMYK, which can be scaled without losing anything."""
    if image.mode.startswith("I"):
        # Plain conversion would clip 16 bits to 8 instead of scaling them.
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
        # The one grey called transparent is a 16-bit number too, and would clear another.
        image.info.pop("transparency", None)
    if image.has_transparency_data:
        mode = "RGBA"
    elif image.mode in ("1", "L"):
        mode = "L"
    else:
        mode = "CMYK" if image.mode == "CMYK" else "RGB"
    return image if image.mode == mode else image.convert(mode)


def srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the colours of ``profile`` (ICC) as sRGB, in mode RGB or RGBA.

    ``image`` is as ``plain`` returns it. A profile that cannot be read or does not fit counts as none.
    """
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if source.profile.xcolor_space.strip() == "RGB" and image.mode == "L":
                image = image.convert("RGB")
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return image if image.mode == mode else image.convert(mode)


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Return the picture as it is meant to be seen; ``orientation`` is EXIF's, 1 to 8."""
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def upright_size(size: Size, orientation: int) -> Size:
    """Return the size that ``upright`` gives to a picture stored in ``size``."""
    return size if orientation < _SIDEWAYS else (size[1], size[0])


def fit(size: Size, side: int) -> Size:
    """Return ``size`` shrunk, never grown, until its longer side is at most ``side`` pixels."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def scaled(image: Image.Image, size: Size) -> Image.Image:
    """Return the picture in ``size``."""
    if image.size == size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def webp(image: Image.Image, quality: int, method: int) -> bytes:
    """Return a WebP file of the pixels of ``image``, RGB or RGBA, and of nothing else.

    ``quality`` is 0 to 100, ``method`` the effort from 0 (fast) to 6 (small).
    """
    out = io.BytesIO()
    # Colours under full transparency are made black: an eraser often leaves them in the file.
    seen = image.convert("RGBa").convert("RGBA") if image.mode == "RGBA" else image
    # Only pixels are handed on, so no default of any version can copy metadata along.
    clean = Image.frombytes(seen.mode, seen.size, seen.tobytes())
    clean.save(out, "WEBP", quality=quality, method=method)
    return out.getvalue()


def placeholder(image: Image.Image) -> str:
    """Return the picture's thumbhash in base64: about 25 bytes (evanw.github.io/thumbhash)."""
    small = scaled(image, fit(image.size, _THUMBHASH_SIDE)).convert("RGBA")
    # The library (0.1.2) raises TypeError for any transparency, so it is shown on white.
    opaque = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
    hashed = thumbhash.rgba_to_thumb_hash(opaque.width, opaque.height, opaque.tobytes())
    return base64.b64encode(bytes(hashed)).decode()
