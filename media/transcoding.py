"""Transcoding: a video that somebody sent, written anew by the program ``ffmpeg``.

What was sent is not to be trusted, so the program that reads it is confined (``confinement.py``): it is given
one reader by the first bytes of the file, a short list of decoders, no network and no other file, little
memory, time and space, and a process group of its own that ends as a whole. What goes out is made of frames
and sound alone: no place, no date, no camera, no subtitle, no second track.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import imageio_ffmpeg

from media import confinement, images
from media.containers import HEAD, Container, Measured, Recognised, measure, recognise

VIDEO_TYPE = "video/mp4"
"""The content type of every video that is delivered."""

DECODERS = (
    "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,h263,prores,mjpeg,"
    "aac,mp3,mp3float,opus,libopus,vorbis,libvorbis,ac3,eac3,flac,alac,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_f32le"
)
"""What phones, cameras, browsers and editors write; nothing else is decoded."""

MEMORY = 2 * 1024**3
"""Bytes of address space."""
ROOM = 16 * 1024**2
"""Bytes of a file beyond those that its length and rate explain."""
THREADS = 2

_DEMUXERS: Mapping[Container, str] = {"MP4": "mov", "WEBM": "matroska"}
_AUDIO_KILOBITS = 128
_FOLDER = "video-"
_SHUT = ("-protocol_whitelist", "file,pipe", "-codec_whitelist", DECODERS)
_CLEAN = ("-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact")
_SIDE = "min(1,{side}/max(iw*sar,ih))"
_EVEN = "2*max(1,trunc({length}*{scale}/2+0.5))"
_TAIL = 8_000


class VideoRefused(ValueError):
    """A file that cannot become a video here; its text tells the sender what to do.

    ``reason`` is stable, for programs: ``not_a_video``, ``format_not_allowed``, ``too_many_pixels``,
    ``damaged`` (cut short, too) or ``too_long``.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class TranscoderFailed(RuntimeError):
    """The program ended as it should not: it took too long, or was killed. Another try may do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is taken, and what is to be made of it; each of these is a clause."""

    formats: frozenset[Container]
    max_pixels: int
    """Of one frame."""
    seconds: int
    """The most whole seconds."""
    too_long: str
    """What to tell whoever sent more."""
    longer_side: int
    frames_per_second: int
    quality: int
    kilobits_per_second: int
    within: timedelta
    """How long all of it may take."""
    sides: Mapping[str, int]
    """Of the poster's renditions, as of photos."""
    webp_quality: int
    webp_method: int


@dataclass(frozen=True, slots=True)
class Made:
    """A video made ready to be shown."""

    path: Path
    """The MP4 file."""
    measured: Measured
    """Of that file."""
    poster: images.Rendered
    """A frame of it, as photos are rendered."""


@dataclass(frozen=True, slots=True)
class Transcoder:
    """The program, and the folder in which it works."""

    program: Path
    workroom: Path

    def make(self, source: Path, folder: Path, wanted: Wanted) -> Made:
        """Write the video in ``source`` anew, into ``folder``.

        Raise VideoRefused where it cannot become one, and TranscoderFailed where the program ended badly.
        """
        until = time.monotonic() + wanted.within.total_seconds()
        made, still = folder / "made.mp4", folder / "still.png"
        with source.open("rb") as file:
            container = allowed(file.read(HEAD), wanted.formats).container
        said = self._run(_encoding(container, source, made, wanted), folder, until, wanted)
        if "partial file" in said or "File ended prematurely" in said:
            raise _damaged()
        try:
            measured = measure(made)
        except (OSError, ValueError) as error:
            raise _damaged() from error
        if measured.duration_ms >= 1000 * (wanted.seconds + 1):
            raise VideoRefused("too_long", wanted.too_long)
        self._run(_still(made, still, measured), folder, until, wanted)
        try:
            poster = images.render(
                still,
                formats=frozenset({"PNG"}),
                max_pixels=images.PIXEL_CEILING,
                sides=wanted.sides,
                quality=wanted.webp_quality,
                method=wanted.webp_method,
            )
        except (OSError, images.ImageRefused) as error:
            raise _damaged() from error
        return Made(made, measured, poster)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Return a folder to work in, which is gone afterwards, whatever happened."""
        self.workroom.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=_FOLDER, dir=self.workroom) as folder:
            yield Path(folder)

    def _run(self, arguments: tuple[str, ...], folder: Path, until: float, wanted: Wanted) -> str:
        """Run the program, confined, until a moment of the monotonic clock; return what it complained of."""
        left = max(0.001, until - time.monotonic())
        rate = wanted.kilobits_per_second + _AUDIO_KILOBITS
        largest = ROOM + (wanted.seconds + 2) * rate * 1000 // 8 * 2
        limits = (THREADS * int(wanted.within.total_seconds()), MEMORY, largest, os.getpid())
        confined = (sys.executable, "-I", "-S", confinement.__file__, *map(str, limits))
        log = folder / "log"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                (*confined, str(self.program), *arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd=folder,
                env={"LC_ALL": "C"},  # and none of our secrets
                start_new_session=True,
            )
            try:
                code = process.wait(left)
            except subprocess.TimeoutExpired:
                raise TranscoderFailed(f"it did not finish within {wanted.within}") from None
            finally:
                with suppress(ProcessLookupError, PermissionError):  # macOS says so by the second
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        with log.open("rb") as errors:
            said = errors.read(_TAIL).decode(errors="replace")
        # Killed for its processor time, memory or signal of another: not a word of the file itself.
        if code < 0 or "Cannot allocate memory" in said:
            raise TranscoderFailed(f"it ended with code {code}: {said[-200:]}")
        if "exceeds specified max pixel count" in said:
            told = f"Its frames have more than {wanted.max_pixels:,} pixels: send a smaller copy."
            raise VideoRefused("too_many_pixels", told)
        if code:
            raise _damaged()
        return said


def transcoder_of(named: str, var: Path) -> Transcoder:
    """Return the transcoder of an instance: the program that its operator names, or the one of the wheel."""
    return Transcoder(Path(named or imageio_ffmpeg.get_ffmpeg_exe()), var / "videos")


def tidy(transcoder: Transcoder, older_than: timedelta) -> int:
    """Remove folders of workers that were killed: older than any try may last. Return how many."""
    gone, before = 0, time.time() - older_than.total_seconds()
    for folder in transcoder.workroom.glob(f"{_FOLDER}*"):
        with suppress(FileNotFoundError):  # its own worker was faster
            if folder.stat().st_mtime < before:
                for file in folder.iterdir():
                    file.unlink()
                folder.rmdir()
                gone += 1
    return gone


def allowed(head: bytes, formats: frozenset[Container]) -> Recognised:
    """Return what a file is by its first bytes; raise VideoRefused where it is none of ``formats``."""
    found = recognise(head)
    names = " or ".join(sorted(formats))
    if found is None:
        raise VideoRefused("not_a_video", f"This is not a video: send one as {names}.")
    if found.container not in formats:
        raise VideoRefused("format_not_allowed", f"{found.container} is not taken: send it as {names}.")
    return found


def _encoding(container: Container, source: Path, made: Path, wanted: Wanted) -> tuple[str, ...]:
    scale = _SIDE.format(side=wanted.longer_side)
    width = _EVEN.format(length="iw*sar", scale=scale)
    height = _EVEN.format(length="ih", scale=scale)
    rate = wanted.kilobits_per_second
    return (
        *("-nostdin", "-hide_banner", "-loglevel", "error", "-y", *_SHUT),
        *("-threads", str(THREADS), "-max_pixels", str(wanted.max_pixels)),
        *("-f", _DEMUXERS[container], "-i", f"file:{source}"),
        *("-map", "0:V:0", "-map", "0:a:0?", *_CLEAN),
        *("-vf", f"scale=w='{width}':h='{height}',setsar=1,format=yuv420p"),
        *("-fpsmax", str(wanted.frames_per_second), "-fps_mode", "cfr"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", str(wanted.quality)),
        *("-maxrate", f"{rate}k", "-bufsize", f"{2 * rate}k", "-threads", str(THREADS)),
        *("-c:a", "aac", "-b:a", f"{_AUDIO_KILOBITS}k", "-ac", "2", "-ar", "48000"),
        # One second and a little more than may be shows that there is more.
        *("-t", str(wanted.seconds + 2), "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
        *("-movflags", "+faststart", "-f", "mp4", f"file:{made.name}"),
    )


def _still(made: Path, still: Path, measured: Measured) -> tuple[str, ...]:
    """Return how a frame is taken from the video that was made: one second in, or half of it."""
    at = min(1000, measured.duration_ms // 2) / 1000
    return (
        *("-nostdin", "-hide_banner", "-loglevel", "error", "-y", *_SHUT, "-ss", f"{at:.3f}"),
        *("-threads", "1", "-f", "mov", "-i", f"file:{made.name}", "-map", "0:v:0", *_CLEAN),
        *("-frames:v", "1", "-c:v", "png", "-f", "image2", "-update", "1", f"file:{still.name}"),
    )


def _damaged() -> VideoRefused:
    return VideoRefused("damaged", "The file is damaged or incomplete: send it again, from the original.")
