"""Speaking to addresses that others name: what is refused, what is cut off, and to whom it really speaks."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from coop import outbound
from coop.errors import RuleBroken
from coop.exchange import NotSent
from coop.outbound import LARGEST, Outbound, check
from tests.coop.receiver import Receiver, receiving

BARE = ssl.create_default_context()
"""Made once: reading the system's certificates takes longer than these tests."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as told:
        yield told


def local(seconds: float = 5.0) -> Outbound:
    """A client that may speak to this machine."""
    return Outbound(loopback=True, seconds=seconds, tls=BARE)


def resolving(*answers: list[str]) -> tuple[Outbound, list[str]]:
    """A client as members have one, whose names resolve to each of these in turn; and what was asked."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return Outbound(resolve=resolve, tls=BARE), asked


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a connection is asked for; none is made."""
    found: list[str] = []

    def dial(address: tuple[str, int], *args: object, **kwargs: object) -> socket.socket:
        found.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr("urllib3.util.connection.create_connection", dial)
    return found


def test_an_answer_comes_back_with_its_status_headers_and_body(receiver: Receiver) -> None:
    receiver.status, receiver.body, receiver.headers = 418, b"short", {"X-Stout": "yes"}
    answer = local().post(receiver.url, b"{}", {"Content-Type": "application/json"})
    assert (answer.status, answer.body, answer.headers["x-stout"]) == (418, b"short", "yes")
    sent = receiver.received[0]
    assert (sent.method, sent.path, sent.body) == ("POST", "/decisions", b"{}")
    assert sent.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["accept-encoding"] == "identity"
    assert local().get(receiver.url, {}).status == 418


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "//example.org/",
        "example.org",
        "https://",
        "https:///path",
        "https://user@example.org/",
        "https://user:password@example.org/",
        "https://example.org/#part",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:8000/",
        f"https://example.org/{'x' * outbound.LONGEST_URL}",
    ],
)
def test_an_address_that_nothing_may_be_sent_to_is_refused_at_once(url: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check(url, "/url", loopback=False)
    assert refused.value.faults[0].pointer == "/url"
    with pytest.raises(NotSent):
        Outbound(tls=BARE).get(url, {})


def test_an_address_is_kept_in_one_form() -> None:
    assert check("HTTPS://Example.ORG/a?b=c", "/url", loopback=False) == "https://example.org/a?b=c"
    assert check("https://example.org/\r\nHost: x", "/url", loopback=False).endswith("/%0D%0AHost:%20x")


@pytest.mark.parametrize(
    "name", ["localhost", "127.1", "2130706433", "0x7f.0.0.1", "127.0.0.1.", "017700000001"]
)
def test_every_spelling_of_this_machine_is_refused_once_it_is_looked_up(
    name: str, receiver: Receiver, dialled: list[str]
) -> None:
    with pytest.raises(NotSent):
        Outbound(tls=BARE).post(f"https://{name}:{receiver.port}/", b"", {})
    assert dialled == []
    assert receiver.received == []


def test_a_name_with_one_inner_address_among_others_is_refused(dialled: list[str]) -> None:
    client, _ = resolving(["93.184.216.34", "10.0.0.1"])
    with pytest.raises(NotSent, match="public network"):
        client.get("https://rebound.example/", {})
    assert dialled == []


def test_a_name_that_resolves_otherwise_a_moment_later_changes_nothing(dialled: list[str]) -> None:
    client, asked = resolving(["93.184.216.34"], ["127.0.0.1"])
    with pytest.raises(NotSent, match="connection"):
        client.get("https://rebound.example/", {})
    assert asked == ["rebound.example"]
    assert dialled == ["93.184.216.34"]
    with pytest.raises(NotSent, match="public network"):
        client.get("https://rebound.example/", {})
    assert dialled == ["93.184.216.34"]


def test_each_address_of_a_name_is_tried_in_turn(dialled: list[str]) -> None:
    client, _ = resolving(["2606:4700::1", "93.184.216.34"])
    with pytest.raises(NotSent):
        client.get("https://two.example/", {})
    assert dialled == ["2606:4700::1", "93.184.216.34"]


def test_why_no_connection_was_made_is_told_in_plain_words(receiver: Receiver, dialled: list[str]) -> None:
    with pytest.raises(NotSent, match=r"^No connection could be made\.$"):
        local().get(receiver.url, {})


def test_an_address_that_speaks_no_tls_is_told_as_such(receiver: Receiver) -> None:
    with pytest.raises(NotSent, match="TLS"):
        local().get(receiver.url.replace("http:", "https:"), {})


def test_plain_http_goes_to_this_machine_alone_even_in_development() -> None:
    client = Outbound(loopback=True, resolve=lambda host, port: ["93.184.216.34"], tls=BARE)
    with pytest.raises(NotSent):
        client.get("http://localhost/", {})


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, {"Location": f"{receiver.url}/inner"}
    assert local().get(receiver.url, {}).status == 302
    assert [sent.path for sent in receiver.received] == ["/decisions"]


def test_no_proxy_is_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert local().get(receiver.url, {}).status == 204


@pytest.mark.parametrize("drip_s", [0.05, 5.0])
def test_an_answer_that_drips_is_cut_off_however_slowly_it_drips(receiver: Receiver, drip_s: float) -> None:
    receiver.status, receiver.body, receiver.drip_s = 200, b"x" * 1000, drip_s
    began = time.monotonic()
    with pytest.raises(NotSent, match="in time"):
        local(seconds=0.25).get(receiver.url, {})
    assert time.monotonic() - began < 1


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        for scheme in ("http", "https"):
            with pytest.raises(NotSent, match=r"in time\.$"):
                local(seconds=0.2).get(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/", {})
        assert time.monotonic() - began < 1


def test_a_resolver_that_says_nothing_is_given_up() -> None:
    def resolve(host: str, port: int) -> list[str]:
        time.sleep(0.6)
        return ["93.184.216.34"]

    began = time.monotonic()
    with pytest.raises(NotSent, match="not found"):
        Outbound(seconds=0.2, resolve=resolve, tls=BARE).get("https://tarpit.example/", {})
    assert time.monotonic() - began < 0.5


def test_of_a_name_it_is_not_told_whether_nobody_knows_it_or_it_is_one_inside() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror

    told = set()
    for resolve in (unknown, lambda host, port: ["10.0.0.7"], lambda host, port: ["93.184.216.34", "::1"]):
        with pytest.raises(NotSent) as refused:
            Outbound(resolve=resolve, tls=BARE).get("https://wiki.internal/", {})
        told.add(refused.value.detail)
    assert told == {outbound.NOWHERE}


def test_of_a_huge_answer_no_more_than_the_largest_is_read(receiver: Receiver) -> None:
    receiver.status, receiver.body = 200, b"x" * (8 * 1024 * 1024)
    assert len(local().get(receiver.url, {}).body) == LARGEST


def test_what_is_packed_stays_packed(receiver: Receiver) -> None:
    receiver.body, receiver.status = b"\x1f\x8b not really", 200
    receiver.headers = {"Content-Encoding": "gzip"}
    assert local().get(receiver.url, {}).body == receiver.body


EARLY = "It closed the connection before its answer was whole."
NO_HTTP = "What it answered is not HTTP."


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (b"nonsense\r\n\r\n", NO_HTTP),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", NO_HTTP),
        (b"", EARLY),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", EARLY),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf", EARLY),
    ],
)
def test_what_is_no_whole_answer_is_none_and_told_for_what_it_is(words: bytes, why: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as odd:

        def serve() -> None:
            taken, _ = odd.accept()
            with taken:
                taken.recv(4096)
                taken.sendall(words)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(NotSent, match=f"^{why}$"):
            local(seconds=2).get(f"http://127.0.0.1:{odd.getsockname()[1]}/", {})
        thread.join()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of ``hooks.example``, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    now = datetime.now(UTC)
    names = [x509.DNSName("hooks.example"), x509.IPAddress(ip_address("127.0.0.2"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "hooks.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_tls_is_verified_against_the_name_at_the_address_that_was_checked(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    asked: list[str | None] = []
    context.sni_callback = lambda connection, name, context: asked.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with receiving(context) as receiver:
        client = Outbound(loopback=True, resolve=lambda host, port: ["127.0.0.1"], tls=trusting)
        url = f"https://hooks.example:{receiver.port}/x"
        assert client.post(url, b"{}", {}).status == 204
        assert receiver.received[0].headers["host"] == f"hooks.example:{receiver.port}"
        assert asked == ["hooks.example"]
        with pytest.raises(NotSent, match="its certificate"):
            client.post(f"https://other.example:{receiver.port}/x", b"{}", {})
        with pytest.raises(NotSent, match="its certificate"):
            Outbound(loopback=True, resolve=client.resolve, tls=BARE).post(url, b"{}", {})
        assert len(receiver.received) == 1
