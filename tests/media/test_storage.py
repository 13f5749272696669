"""The real store: what it must do, what it must refuse, and what happens when it fails."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import uuid4

import pytest
from urllib3 import BaseHTTPResponse, PoolManager

from media.storage import CHUNK, ObjectMissing, ObjectStore, PresignedPost, StoreUnavailable

MINUTE = timedelta(minutes=1)
BODY = bytes(range(256)) * 1000


@pytest.fixture
def path(store: ObjectStore) -> Iterator[str]:
    """A path of its own in the bucket, emptied when the test ends."""
    made = f"test/{uuid4().hex}/"
    yield made
    store.remove_many(made)


@pytest.fixture
def outsider() -> Iterator[PoolManager]:
    """A client that holds no key."""
    pool = PoolManager(retries=False)
    yield pool
    pool.clear()


def send(outsider: PoolManager, form: PresignedPost, body: bytes, **changed: str) -> BaseHTTPResponse:
    fields = form.fields | changed
    return outsider.request(
        "POST",
        form.url,
        fields=[*fields.items(), ("file", ("a.jpg", body, "text/html"))],
    )


def test_what_is_put_is_what_is_got(store: ObjectStore, path: str) -> None:
    store.put(path + "a", BODY, "image/webp")
    assert store.get(path + "a") == BODY
    stat = store.stat(path + "a")
    assert stat is not None
    assert (stat.size, stat.content_type) == (len(BODY), "image/webp")
    store.put(path + "a", b"", "image/webp")
    again = store.stat(path + "a")
    assert again is not None
    assert again.size == 0
    assert again.etag != stat.etag


def test_a_large_object_is_written_whole(store: ObjectStore, path: str) -> None:
    body = BODY * 48
    store.put(path + "large", body, "image/webp")
    stat = store.stat(path + "large")
    assert stat is not None
    assert stat.size == len(body) > 12_000_000
    assert "-" not in stat.etag, "written in parts, which a crash can leave behind"
    with store.open_range(path + "large", 5_000_000, 4_000_000) as reading:
        assert b"".join(reading) == body[5_000_000:9_000_000]


def test_what_is_not_there_is_told_and_may_be_removed(store: ObjectStore, path: str) -> None:
    assert store.stat(path + "none") is None
    store.remove(path + "none")
    for ask in (store.get, lambda key: store.open_range(key, 0, 9)):
        with pytest.raises(ObjectMissing):
            ask(path + "none")


@pytest.mark.parametrize(
    ("start", "length"), [(0, 1), (100, CHUNK), (0, 256_000), (255_990, 10), (255_990, 99)]
)
def test_a_range_is_streamed_exactly(store: ObjectStore, path: str, start: int, length: int) -> None:
    store.put(path + "a", BODY, "image/webp")
    chunks = list(store.open_range(path + "a", start, length))
    assert b"".join(chunks) == BODY[start : start + length]
    assert max(map(len, chunks)) <= CHUNK


@pytest.mark.parametrize(("start", "length"), [(-1, 5), (0, 0), (256_000, 1), (999_999, 9)])
def test_a_range_outside_the_object_is_refused(
    store: ObjectStore, path: str, start: int, length: int
) -> None:
    store.put(path + "a", BODY, "image/webp")
    with pytest.raises(ValueError, match=r"a range|ends before"):
        store.open_range(path + "a", start, length)


def test_a_range_left_half_read_does_no_harm(store: ObjectStore, path: str) -> None:
    store.put(path + "a", BODY, "image/webp")
    for _ in range(40):
        reading = store.open_range(path + "a", 0, len(BODY))
        assert len(next(reading)) == CHUNK
        reading.close()
        reading.close()
    assert store.get(path + "a") == BODY


def test_a_path_is_emptied_without_its_siblings(store: ObjectStore, path: str) -> None:
    for name in ("1/a", "1/b/c", "10/a"):
        store.put(path + name, b"x", "image/webp")
    assert store.remove_many(path + "1/") == 2
    assert store.stat(path + "1/a") is None
    assert store.stat(path + "10/a") is not None
    assert store.remove_many(path + "1/") == 0
    for wrong in ("", "/", path + "1"):
        with pytest.raises(ValueError, match="prefix"):
            store.remove_many(wrong)


def test_the_bucket_is_made_once(store: ObjectStore) -> None:
    store.ensure_bucket()
    store.ensure_bucket()
    assert store.answers()


def test_law_09_nobody_without_a_key_reads_lists_writes_or_removes(
    store: ObjectStore, path: str, outsider: PoolManager
) -> None:
    store.put(path + "a", BODY, "image/webp")
    bare = store.presigned_get(path + "a", MINUTE).partition("?")[0]
    bucket = bare.partition("/test/")[0]
    assert outsider.request("GET", bare).status == 403
    assert outsider.request("HEAD", bare).status == 403
    assert outsider.request("GET", bucket).status == 403
    assert outsider.request("PUT", bare, body=b"x").status == 403
    assert outsider.request("DELETE", bare).status == 403
    assert store.get(path + "a") == BODY


def test_law_09_a_signed_address_opens_one_object_for_reading_alone(
    store: ObjectStore, path: str, outsider: PoolManager
) -> None:
    store.put(path + "a", BODY, "image/webp")
    store.put(path + "b", BODY, "image/webp")
    address = store.presigned_get(path + "a", MINUTE)
    opened = outsider.request("GET", address)
    assert (opened.status, opened.data) == (200, BODY)
    assert opened.headers["Content-Type"] == "image/webp"
    assert opened.headers["Cache-Control"] == "private, no-store"
    assert outsider.request("GET", address.replace("/a?", "/b?")).status == 403
    assert outsider.request("GET", address.replace("Expires=60", "Expires=600")).status == 403
    assert outsider.request("PUT", address, body=b"x").status == 403
    assert outsider.request("DELETE", address).status == 403


def test_law_09_a_signed_address_lives_sixty_seconds_at_most(store: ObjectStore) -> None:
    assert "Expires=60" in store.presigned_get("a", timedelta(seconds=60))
    for wrong in (timedelta(seconds=61), timedelta(seconds=60, microseconds=1), timedelta(), -MINUTE):
        with pytest.raises(ValueError, match="law 9"):
            store.presigned_get("a", wrong)


def test_law_09_signatures_end(store: ObjectStore, path: str, outsider: PoolManager) -> None:
    store.put(path + "a", BODY, "image/webp")
    second = timedelta(seconds=1)
    address = store.presigned_get(path + "a", second)
    form = store.presigned_post(path + "form", max_bytes=9, content_type="image/jpeg", expires=second)
    time.sleep(2.1)
    assert outsider.request("GET", address).status == 403
    assert send(outsider, form, b"late").status == 403
    assert store.stat(path + "form") is None


def test_a_form_takes_the_file_it_was_signed_for(
    store: ObjectStore, path: str, outsider: PoolManager
) -> None:
    form = store.presigned_post(path + "a", max_bytes=1000, content_type="image/jpeg", expires=MINUTE)
    assert send(outsider, form, b"x" * 1000).status == 204
    stat = store.stat(path + "a")
    assert stat is not None
    assert (stat.size, stat.content_type) == (1000, "image/jpeg")


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (b"x" * 1001, {}),
        (b"x" * 8_000_000, {}),
        (b"", {}),
        (b"x", {"key": "test/elsewhere"}),
        (b"x", {"Content-Type": "text/html"}),
        (b"x", {"x-amz-meta-more": "1"}),
        (b"x", {"x-amz-signature": "0" * 64}),
        (b"x", {"policy": "e30="}),
    ],
    ids=["one-byte-over", "far-over", "empty", "key", "type", "field", "signature", "policy"],
)
def test_a_form_takes_nothing_else(
    store: ObjectStore, path: str, outsider: PoolManager, body: bytes, changed: dict[str, str]
) -> None:
    form = store.presigned_post(path + "a", max_bytes=1000, content_type="image/jpeg", expires=MINUTE)
    assert send(outsider, form, body, **changed).status in (400, 403)
    assert store.stat(path + "a") is None
    assert store.stat("test/elsewhere") is None


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def failing(answer: Answer) -> Iterator[ObjectStore]:
    """A store behind a server that fails in one way."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        do_PUT = do_HEAD = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield aimed_at(f"127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()


def aimed_at(endpoint: str) -> ObjectStore:
    return ObjectStore(endpoint, "key", "secret-secret", "bucket", False, "us-east-1")


def asked(store: ObjectStore) -> list[Callable[[], object]]:
    return [
        store.ensure_bucket,
        lambda: store.put("a", b"x", "image/webp"),
        lambda: store.get("a"),
        lambda: list(store.open_range("a", 0, 100)),
        lambda: store.stat("a"),
        lambda: store.remove("a"),
        lambda: store.remove_many("a/"),
    ]


def test_a_store_that_is_down_is_one_error_told_soon() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        port = server.server_port
    down = aimed_at(f"127.0.0.1:{port}")
    for ask in asked(down)[1:4]:
        started = time.monotonic()
        with pytest.raises(StoreUnavailable):
            ask()
        assert time.monotonic() - started < 5
    assert not down.answers()


def test_a_store_that_refuses_the_key_is_the_same_error(store: ObjectStore) -> None:
    endpoint = store.presigned_get("a", MINUTE).split("/")[2]
    for ask in asked(aimed_at(endpoint)):
        with pytest.raises(StoreUnavailable):
            ask()


def test_a_server_error_is_the_same_error() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_error(501)

    with failing(answer) as store:
        for ask in asked(store)[1:5]:
            with pytest.raises(StoreUnavailable):
                ask()


def test_an_answer_cut_short_is_an_error_and_never_a_short_object() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(206 if "Range" in request.headers else 200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"x" * 10)

    with failing(answer) as store:
        with pytest.raises(StoreUnavailable):
            store.get("a")
        reading = store.open_range("a", 0, 100)
        with pytest.raises(StoreUnavailable):
            list(reading)


def test_a_store_that_ignores_ranges_is_an_error_and_never_the_wrong_bytes() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"x" * 100)

    with failing(answer) as store, pytest.raises(StoreUnavailable, match="ranges"):
        store.open_range("a", 10, 20)
