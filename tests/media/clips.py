"""Videos to test with: small real ones, made by the program itself, and how they are to be prepared."""

import subprocess
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import imageio_ffmpeg

from media.containers import Container
from media.transcoding import Transcoder, Wanted

CANARY = "canary-7f3a-lives-at-52N13E"
BOTH: frozenset[Container] = frozenset({"MP4", "WEBM"})
PROGRAM = Path(imageio_ffmpeg.get_ffmpeg_exe())


@lru_cache(maxsize=64)
def clip(
    seconds: float = 1,
    width: int = 160,
    height: int = 96,
    rate: int = 15,
    form: str = "mp4",
    sound: bool = True,
    more: tuple[str, ...] = (),
) -> bytes:
    """Return a video of a test picture and a tone, with words about where it was made."""
    codecs = {
        "webm": ("libvpx", "-deadline", "realtime", "-c:a", "libopus"),
        "mp4": ("libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"),
    }
    codecs |= {"mov": codecs["mp4"], "mkv": codecs["mp4"]}
    tone = ("-f", "lavfi", "-i", f"sine=d={seconds}") if sound else ()
    picture = ("-f", "lavfi", "-i", f"testsrc=s={width}x{height}:r={rate}:d={seconds}")
    said = ("-metadata", f"title={CANARY}", "-metadata", f"location={CANARY}")
    return _made((*picture, *tone, *said, "-c:v", *codecs[form], *more), form)


def remade(data: bytes, *before: str, form: str = "mp4", after: tuple[str, ...] = ("-c", "copy")) -> bytes:
    """Return a video with its frames as they are, in another wrapping."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.write_bytes(data)
        return _made((*before, "-i", str(source), *after), form)


def _made(arguments: tuple[str, ...], form: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{form}"
        run = (str(PROGRAM), "-nostdin", "-v", "error", "-y", *arguments, str(path))
        subprocess.run(run, check=True, capture_output=True)
        return path.read_bytes()


def described(path: Path) -> str:
    """Return what the program says of a file."""
    run = (str(PROGRAM), "-hide_banner", "-i", str(path))
    return subprocess.run(run, check=False, capture_output=True, text=True).stderr


def wanted(
    seconds: int = 5,
    longer_side: int = 128,
    within: timedelta = timedelta(minutes=1),
    formats: frozenset[Container] = BOTH,
) -> Wanted:
    return Wanted(
        formats=formats,
        max_pixels=1_000_000,
        seconds=seconds,
        too_long=f"At most {seconds} seconds.",
        longer_side=longer_side,
        frames_per_second=30,
        quality=30,
        kilobits_per_second=1000,
        within=within,
        sides={"small": 64, "large": 2048},
        webp_quality=60,
        webp_method=0,
    )


def other(folder: Path, script: str) -> Transcoder:
    """Return a transcoder whose program is a script of the shell."""
    program = folder / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return Transcoder(program, folder / "work")
