"""Containers: known by their first bytes alone."""

from pathlib import Path

import pytest

from media.containers import HEAD, measure, recognise
from tests.media.clips import clip
from tests.media.pictures import PHOTOS, png


@pytest.mark.parametrize(
    ("form", "container", "type"),
    [
        ("mp4", "MP4", "video/mp4"),
        ("mov", "MP4", "video/quicktime"),
        ("webm", "WEBM", "video/webm"),
        ("mkv", "WEBM", "video/x-matroska"),
    ],
)
def test_a_video_is_known_by_its_first_bytes(form: str, container: str, type: str) -> None:
    assert recognise(clip(form=form)[:HEAD]) == (container, type)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"#EXTM3U\n#EXT-X-VERSION:3\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"<?xml version='1.0'?><MPD/>",
        (PHOTOS / "samplefilehub.heif").read_bytes()[:HEAD],
        b"\x00\x00\x00\x20ftypavif\x00\x00\x00\x00",
        png(8, 8)[:HEAD],
        b"RIFF\x00\x00\x00\x00AVI LIST",
    ],
    ids=["nothing", "playlist", "list", "manifest", "heif", "avif", "png", "avi"],
)
def test_what_is_anything_else_is_no_video(data: bytes) -> None:
    assert recognise(data) is None


def test_what_was_made_says_how_long_and_how_large_it_is(tmp_path: Path) -> None:
    path = tmp_path / "made.mp4"
    path.write_bytes(clip(2, 160, 96, sound=False))
    assert measure(path) == (2000, 160, 96, False)
    path.write_bytes(clip(2, 160, 96))
    assert measure(path).has_sound


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x00\x00\x08ftyp",
        b"\x00\x00\x00\x00moov",
        b"\x00\x00\x00\x10moov\x00\x00\x00\x01mvhd",
        b"\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x00",
        b"\x00\x00\x00\x18moov\x00\x00\x00\x10mvhd" + b"\x00" * 8,
    ],
)
def test_a_header_that_makes_no_sense_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "made.mp4"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"it has no header|nothing can be seen"):
        measure(path)
