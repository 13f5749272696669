"""Transcoding: clean videos of what was sent, and nothing of what is hostile."""

import os
import re
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from media.transcoding import Made, Transcoder, TranscoderFailed, VideoRefused, Wanted, tidy, transcoder_of
from tests.media.clips import CANARY, PROGRAM, clip, described, other, remade, wanted

PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


def make(tmp_path: Path, data: bytes, asked: Wanted | None = None, by: Transcoder | None = None) -> Made:
    source = tmp_path / "sent"
    source.write_bytes(data)
    return (by or Transcoder(PROGRAM, tmp_path)).make(source, tmp_path, asked or wanted())


def refusal(tmp_path: Path, data: bytes, asked: Wanted | None = None) -> tuple[str, str]:
    with pytest.raises(VideoRefused) as refused:
        make(tmp_path, data, asked)
    return refused.value.reason, str(refused.value)


@pytest.mark.parametrize("form", ["mp4", "mov", "webm", "mkv"])
def test_a_video_becomes_a_clean_one_with_a_poster(tmp_path: Path, form: str) -> None:
    assert CANARY.encode() in clip(2, form=form)
    made = make(tmp_path, clip(2, form=form))
    said = described(made.path)
    assert re.search(r"Video: h264 .*yuv420p", said) and "Audio: aac" in said
    assert CANARY.encode() not in made.path.read_bytes()
    assert made.measured[1:] == (128, 76, True), "its longer side is 128, both are even"
    assert 1900 <= made.measured.duration_ms <= 2200
    assert made.path.read_bytes().index(b"moov") < made.path.read_bytes().index(b"mdat")
    small, large = made.poster.renditions
    assert (small.width, large.width, large.height) == (64, 128, 76), "never enlarged"
    with Image.open(BytesIO(large.data)) as picture:
        assert picture.format == "WEBP" and not picture.getexif()
    assert made.poster.thumbhash


def test_a_small_one_is_never_enlarged_and_what_is_odd_becomes_even(tmp_path: Path) -> None:
    made = make(tmp_path, clip(1, 97, 55, form="webm", sound=False), wanted(longer_side=1280))
    assert made.measured[1:] == (98, 56, False)
    assert "Audio" not in described(made.path)


def test_one_that_lies_on_its_side_is_turned_upright(tmp_path: Path) -> None:
    made = make(tmp_path, remade(clip(), "-display_rotation", "90"))
    assert made.measured[1:] == (76, 128, True)
    assert (made.poster.width, made.poster.height) == (76, 128)
    assert "displaymatrix" not in described(made.path)


def test_more_frames_a_second_than_agreed_are_left_out(tmp_path: Path) -> None:
    assert "60 fps" in described(_kept(tmp_path, clip(rate=60)))
    assert "30 fps" in described(make(tmp_path, clip(rate=60)).path)
    assert "15 fps" in described(make(tmp_path, clip(rate=15)).path), "none are made up"


def _kept(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "as-it-came"
    path.write_bytes(data)
    return path


def test_one_track_of_each_goes_out_and_neither_chapters_nor_a_cover(tmp_path: Path) -> None:
    two = ("-map", "0:v", "-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy")
    made = make(tmp_path, remade(clip(), form="mkv", after=two))
    said = described(made.path)
    assert (said.count("Video:"), said.count("Audio:"), said.count("Chapter")) == (1, 1, 0)


def test_the_length_is_that_of_what_was_made_and_whole_seconds_count(tmp_path: Path) -> None:
    assert make(tmp_path, clip(2.4, sound=False), wanted(seconds=2)).measured.duration_ms >= 2300
    assert refusal(tmp_path, clip(4, sound=False), wanted(seconds=2)) == ("too_long", "At most 2 seconds.")


def test_a_header_that_claims_ten_hours_is_not_believed(tmp_path: Path) -> None:
    data = bytearray(clip(1, sound=False))
    for box in (b"mvhd", b"tkhd", b"mdhd"):
        at = data.index(box) + (24 if box == b"tkhd" else 20)
        data[at : at + 4] = (36_000_000).to_bytes(4, "big")
    made = make(tmp_path, bytes(data), wanted(seconds=2))
    assert made.measured.duration_ms <= 1200


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"#!/bin/sh\necho hello\n", "not_a_video"),
        (PLAYLIST, "not_a_video"),
        (b"\x00\x00\x00\x18ftypisom" + PLAYLIST, "damaged"),
        (b"\x1a\x45\xdf\xa3" + PLAYLIST, "damaged"),
        (clip(2)[: len(clip(2)) // 2], "damaged"),
        (remade(clip(2), after=("-c", "copy", "-movflags", "+faststart"))[:9_000], "damaged"),
        (clip(2, form="webm")[:300], "damaged"),
        (remade(clip(), after=("-vn", "-c:a", "copy")), "damaged"),
        (clip(1, 1600, 900), "too_many_pixels"),
    ],
    ids=[
        "text",
        "playlist",
        "playlist-in-mp4",
        "playlist-in-webm",
        "cut",
        "cut-late",
        "cut-webm",
        "no-picture",
        "too-large",
    ],
)
def test_what_is_no_sound_video_is_refused_with_the_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    assert refusal(tmp_path, data)[0] == reason
    passwd = Path("/etc/passwd").read_bytes()[:20]
    assert not any(passwd in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


def test_a_format_that_the_clause_leaves_out_is_refused_by_its_name(tmp_path: Path) -> None:
    asked = wanted(formats=frozenset({"MP4"}))
    assert refusal(tmp_path, clip(form="webm"), asked) == (
        "format_not_allowed",
        "WEBM is not taken: send it as MP4.",
    )


def test_a_program_that_hangs_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    hanging = other(tmp_path, f"sleep 300 & echo $! > {tmp_path}/child; sleep 300")
    since = time.monotonic()
    with pytest.raises(TranscoderFailed, match="did not finish"):
        make(tmp_path, clip(), wanted(within=timedelta(seconds=1)), hanging)
    assert time.monotonic() - since < 10
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 5
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _runs(child)


def _runs(process: int) -> bool:
    """Say whether a process does anything still: one that nobody has looked after counts as gone."""
    status = Path(f"/proc/{process}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_the_program_is_confined_before_it_begins_and_knows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_SECRET_KEY", "a secret of ours")
    told = tmp_path / "told"
    asking = other(tmp_path, f"(ulimit -t; ulimit -v; ulimit -f; ulimit -c; nice; env) > {told}; exit 1")
    with pytest.raises(VideoRefused):
        make(tmp_path, clip(), by=asking)
    cpu, memory, blocks, core, nice, *environment = told.read_text().splitlines()
    assert (cpu, memory, core) == ("120", str(2 * 1024 * 1024), "0")
    assert int(blocks) * 512 < 32 * 1024**2 and int(nice) >= 10
    assert not any("secret" in one.lower() for one in environment)


@pytest.mark.parametrize(
    "script", ["kill -9 $$", "while true; do :; done", "head -c 99000000 /dev/zero > big"]
)
def test_a_program_that_is_killed_says_nothing_of_the_file(tmp_path: Path, script: str) -> None:
    by = other(tmp_path, f"{script}; kill -9 $$")
    with pytest.raises(TranscoderFailed):
        make(tmp_path, clip(), wanted(within=timedelta(seconds=1)), by)


def test_its_folder_is_gone_whatever_happened(tmp_path: Path) -> None:
    transcoder = Transcoder(PROGRAM, tmp_path / "work")
    with pytest.raises(RuntimeError), transcoder.folder() as folder:
        (folder / "made.mp4").write_bytes(b"half")
        raise RuntimeError
    assert list(transcoder.workroom.iterdir()) == []


def test_what_a_killed_worker_left_is_tidied_away_and_what_is_worked_in_stays(tmp_path: Path) -> None:
    transcoder = Transcoder(PROGRAM, tmp_path)
    left, fresh, mine = (tmp_path / name for name in ("video-left", "video-fresh", "notes"))
    for folder in (left, fresh, mine):
        folder.mkdir()
        (folder / "sent").write_bytes(b"half")
    for folder in (left, mine):
        os.utime(folder, (0, 0))
    assert tidy(transcoder, timedelta(hours=1)) == 1
    assert [path.exists() for path in (left, fresh, mine)] == [False, True, True]


def test_the_program_is_the_operators_or_that_of_the_package(tmp_path: Path) -> None:
    assert transcoder_of("/usr/bin/ffmpeg", tmp_path).program == Path("/usr/bin/ffmpeg")
    assert transcoder_of("", tmp_path).program == PROGRAM
