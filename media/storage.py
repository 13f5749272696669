"""The object store: the one door to every stored byte.

Keeps its half of law 9: the bucket is private, and a signed address opens one object for at most
60 s, because whoever holds the address can open it. Who may be handed one is decided elsewhere.

Any S3 store serves (SeaweedFS, MinIO, Garage, Ceph, Amazon); it is reached through the ``minio``
SDK alone. An object is there whole or not at all, and a write whose answer was lost can be sent again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Self

from minio import Minio, S3Error
from minio.datatypes import PostPolicy
from minio.deleteobjects import DeleteObject
from minio.error import MinioException
from minio.helpers import MIN_PART_SIZE
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from coop.errors import Unavailable

SIGNED_FOR_AT_MOST = timedelta(seconds=60)
"""The longest life of a signed address (law 9)."""

CHUNK = 64 * 1024
"""Bytes handed on at a time while a range is streamed."""

_PART = 16 * 1024**2
"""Bytes of a large file that are sent at a time."""

# A store that is down is told within a second, one that hangs within about 20: a request waits.
_TIMEOUT = Timeout(connect=2, read=10)
_RETRIES = Retry(total=2, connect=2, read=1, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504])


class StoreUnavailable(Unavailable):
    """The object store does not answer, or not as it should."""

    title = "Pictures cannot be reached now; try again shortly"


class ObjectMissing(LookupError):
    """There is no object under this key."""


@dataclass(frozen=True, slots=True)
class Stat:
    """What the store knows of an object without reading it."""

    size: int
    """Bytes."""
    content_type: str
    etag: str
    """The store's own tag of this content, without quotes."""


@dataclass(frozen=True, slots=True)
class PresignedPost:
    """A form that lets a browser send one file straight to the store."""

    url: str
    """Where to POST, as ``multipart/form-data``."""
    fields: dict[str, str]
    """Form fields to send unchanged, before the last one, which is ``file``."""


class Reading(Iterator[bytes]):
    """Part of an object, streamed; closed by its end, by ``close()`` or by ``with``.

    A response that a client leaves half read must be closed, or its connection is lost to others:
    WSGI servers call ``close()`` on what they were given. Raises ``StoreUnavailable`` midway.
    """

    def __init__(self, response: BaseHTTPResponse) -> None:
        self._response = response

    def __next__(self) -> bytes:
        """Return the next 1 to ``CHUNK`` bytes."""
        with _failures():
            chunk = self._response.read(CHUNK)
        if not chunk:
            self.close()
            raise StopIteration
        return chunk

    def close(self) -> None:
        """Give the connection back; harmless when done twice."""
        self._response.close()
        self._response.release_conn()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class ObjectStore:
    """One private bucket of an S3 store; safe to share between threads.

    Every method that asks the store raises ``StoreUnavailable`` when it fails, retries included.
    """

    def __init__(
        self,
        endpoint: str,
        access_key: str,
        secret_key: str,
        bucket: str,
        secure: bool,
        region: str,
    ) -> None:
        """Connect to nothing yet; ``endpoint`` is ``host:port``, as browsers reach it too."""
        self._client = Minio(
            endpoint,
            access_key=access_key,
            secret_key=secret_key,
            secure=secure,
            region=region,
            http_client=PoolManager(maxsize=16, timeout=_TIMEOUT, retries=_RETRIES),
        )
        self._bucket = bucket
        self._region = region
        self._url = f"{'https' if secure else 'http'}://{endpoint}/{bucket}"

    def ensure_bucket(self) -> None:
        """Create the bucket where it does not exist; it stays private, as S3 makes it."""
        with _failures():
            if self._client.bucket_exists(self._bucket):
                return
            try:
                self._client.make_bucket(self._bucket, location=self._region)
            except S3Error as error:
                # Another process was faster.
                if error.code != "BucketAlreadyOwnedByYou":
                    raise

    def answers(self) -> bool:
        """Say whether the store answers and has the bucket; raises nothing."""
        try:
            with _failures():
                return self._client.bucket_exists(self._bucket)
        except StoreUnavailable:
            return False

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Store ``data`` whole under ``key``."""
        with _failures():
            self._client.put_object(
                self._bucket,
                key,
                BytesIO(data),
                len(data),
                content_type=content_type,
                # Above its part size the SDK would split, and a crash could leave parts behind.
                part_size=max(len(data), MIN_PART_SIZE),
            )

    def put_stream(self, key: str, stream: BinaryIO, size: int, content_type: str) -> None:
        """Store the next ``size`` bytes of a stream under ``key``: whole or not at all.

        Many go in parts, of which a crash may leave some at the store, for its operator to clear.
        """
        with _failures():
            self._client.put_object(
                self._bucket, key, stream, size, content_type=content_type, part_size=_PART
            )

    def fetch(self, key: str, to: Path) -> None:
        """Write the whole object into a file; raises ``ObjectMissing``."""
        with _failures(key):
            response = self._client.get_object(self._bucket, key)
        with Reading(response) as chunks, to.open("wb") as file:
            file.writelines(chunks)

    def get(self, key: str) -> bytes:
        """Return the whole object; raises ``ObjectMissing``."""
        with _failures(key):
            response = self._client.get_object(self._bucket, key)
            with Reading(response):
                return response.read()

    def open_range(self, key: str, start: int, length: int) -> Reading:
        """Stream at most ``length`` bytes from byte ``start``, fewer where the object ends.

        The store has answered when this returns, so a failure can still become a proper answer.
        Raises ``ObjectMissing``, and ``ValueError`` when no byte of the object is asked for.
        """
        if start < 0 or length < 1:
            raise ValueError("a range starts at 0 or later and has at least one byte")
        with _failures(key):
            try:
                response = self._client.get_object(self._bucket, key, start, length)
            except S3Error as error:
                if error.code == "InvalidRange":
                    raise ValueError(f"the object ends before byte {start}") from error
                raise
        if response.status != 206:
            Reading(response).close()
            raise StoreUnavailable("The media store does not serve ranges.")
        return Reading(response)

    def stat(self, key: str) -> Stat | None:
        """Return the object's size, type and tag, or None where there is no object."""
        try:
            with _failures(key):
                found = self._client.stat_object(self._bucket, key)
        except ObjectMissing:
            return None
        return Stat(found.size or 0, found.content_type or "application/octet-stream", found.etag or "")

    def remove(self, key: str) -> None:
        """Remove the object; removing what is not there is no error."""
        with _failures():
            self._client.remove_object(self._bucket, key)

    def remove_many(self, prefix: str) -> int:
        """Remove every object below ``prefix``, a path ending in ``/``; return how many."""
        if not prefix.endswith("/") or prefix == "/":
            raise ValueError("a prefix names a path and ends in '/', or it would match its siblings")
        with _failures():
            found = self._client.list_objects(self._bucket, prefix=prefix, recursive=True)
            keys = [entry.object_name for entry in found if entry.object_name]
            kept = list(self._client.remove_objects(self._bucket, map(DeleteObject, keys)))
        if kept:
            raise StoreUnavailable("The media store did not remove everything.")
        return len(keys)

    def remove_older(self, prefix: str, before: datetime) -> int:
        """Remove what was last written under ``prefix`` before a moment; return how many objects."""
        with _failures():
            found = self._client.list_objects(self._bucket, prefix=prefix, recursive=True)
            keys = [
                entry.object_name
                for entry in found
                if entry.object_name and entry.last_modified and entry.last_modified < before
            ]
            kept = list(self._client.remove_objects(self._bucket, map(DeleteObject, keys)))
        if kept:
            raise StoreUnavailable("The media store did not remove everything.")
        return len(keys)

    def presigned_post(
        self, key: str, *, max_bytes: int, content_type: str, expires: timedelta
    ) -> PresignedPost:
        """Sign a form for one file of 1 to ``max_bytes`` bytes, this type, under this key alone.

        The store refuses anything else, and everything once ``expires`` has passed. Until then
        the form can be used again, so read what arrived once and never serve it as it is.
        """
        policy = PostPolicy(self._bucket, datetime.now(UTC) + expires)
        policy.add_content_length_range_condition(1, max_bytes)
        named = {"key": key, "Content-Type": content_type}
        for field, value in named.items():
            policy.add_equals_condition(field, value)
        return PresignedPost(self._url, named | self._client.presigned_post_policy(policy))

    def presigned_get(self, key: str, expires: timedelta) -> str:
        """Return an address that opens ``key`` to anyone for ``expires``, 1 to 60 s (law 9).

        Only for media that every member may see. What it opens is kept by no shared cache. Raises
        ``ValueError`` for any longer life.
        """
        if not timedelta(seconds=1) <= expires <= SIGNED_FOR_AT_MOST:
            raise ValueError("a signed address lives 1 to 60 seconds (law 9)")
        return self._client.presigned_get_object(
            self._bucket,
            key,
            expires=expires,
            response_headers={"response-cache-control": "private, no-store"},
        )


@contextmanager
def _failures(key: str = "") -> Iterator[None]:
    """Turn whatever the SDK and its connections raise into the errors of this module."""
    try:
        yield
    except (MinioException, HTTPError, OSError) as error:
        if isinstance(error, S3Error) and error.code == "NoSuchKey":
            raise ObjectMissing(key) from error
        raise StoreUnavailable from error
