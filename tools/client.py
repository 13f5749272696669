"""A member's programs, over real HTTP: a browser that can sign in, and an application with a token."""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import urllib3

CLIENT_ID = "allotment-cli"
"""The first-party application that every instance registers for its command line."""
REDIRECT_URI = "http://127.0.0.1/callback"

_POOL = urllib3.PoolManager(maxsize=64, retries=False, timeout=urllib3.Timeout(connect=5, read=30))
_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Unexpected(AssertionError):
    """The instance answered other than it should."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as data."""
        return json.loads(self.body)

    def expect(self, *statuses: int) -> "Answer":
        """Return this answer; raise Unexpected unless its status is one of these."""
        if self.status not in statuses:
            told = self.body[:600].decode(errors="replace")
            raise Unexpected(f"expected {statuses}, got {self.status}: {told}")
        return self


def send(
    method: str, url: str, *, headers: dict[str, str] | None = None, body: bytes | None = None, **rest: Any
) -> Answer:
    """Send one request; redirects are answers."""
    return _answer(_request(method, url, headers=headers, body=body, **rest))


def _request(method: str, url: str, **rest: Any) -> urllib3.BaseHTTPResponse:
    try:
        return _POOL.request(method, url, redirect=False, **rest)
    except urllib3.exceptions.HTTPError as error:
        raise Unexpected(f"{method} {url} was not answered: {error}") from error


def _answer(found: urllib3.BaseHTTPResponse) -> Answer:
    return Answer(found.status, {name.lower(): value for name, value in found.headers.items()}, found.data)


@dataclass
class Browser:
    """Keeps cookies and sends forms, as a browser without scripts does."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._send("GET", path, None)

    def submit(self, page: str, path: str, fields: dict[str, str]) -> Answer:
        """Send a form of ``page`` to ``path``, with the token that the page carries."""
        shown = self.get(page).expect(200).body.decode()
        found = _CSRF.search(shown)
        if found is None:
            raise Unexpected(f"{page} has no form")
        return self._send("POST", path, fields | {"csrf_token": found[1]})

    def _send(self, method: str, path: str, fields: dict[str, str] | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if fields is not None:
            body = urlencode(fields).encode()
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url}
        found = _request(method, urljoin(self.url, path), headers=headers, body=body)
        for line in found.headers.getlist("Set-Cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return _answer(found)


def token_for(url: str, handle: str, password: str) -> str:
    """Sign in as a browser and give an application leave: authorization code with PKCE (RFC 7636)."""
    browser = Browser(url)
    browser.submit("/sign-in", "/sign-in", {"handle": handle, "password": password}).expect(302, 303)
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": "read write",
        "state": secrets.token_urlsafe(16),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    page = f"/oauth/authorize?{urlencode(asked)}"
    back = browser.submit(page, page, {"decision": "allow"}).expect(302, 303)
    answered = parse_qs(urlsplit(back.headers["location"]).query)
    if answered.get("state") != [asked["state"]]:
        raise Unexpected("the authorization answer carries another state")
    fields = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "code": answered["code"][0],
        "code_verifier": verifier,
    }
    answer = send(
        "POST",
        f"{url}/oauth/token",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=urlencode(fields).encode(),
    ).expect(200)
    token: str = answer.json()["access_token"]
    return token


@dataclass(frozen=True, slots=True)
class Application:
    """Acts for one member through ``/api/v1``."""

    url: str
    handle: str
    token: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request with this member's token and, when it is unsafe, a key of its own."""
        told = {"Authorization": f"Bearer {self.token}", **headers}
        if method != "GET":
            told.setdefault("Idempotency-Key", secrets.token_urlsafe(12))
        raw = None
        if body is not None:
            raw = json.dumps(body).encode()
            told["Content-Type"] = "application/json"
        path = path if path.startswith("/api/") else f"/api/v1{path}"
        return send(method, self.url + path, headers=told, body=raw)

    def get(self, path: str, **headers: str) -> Answer:
        """Read something."""
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Do or make something."""
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Set something."""
        return self.call("PUT", path, body, **headers)

    def upload(self, data: bytes, alt: str) -> tuple[str, Answer]:
        """Send a photo straight to the store; return its id and the answer of its verification."""
        form = self.post("/uploads", {"alt": alt}).expect(201).json()
        fields: list[tuple[str, Any]] = [*form["fields"].items(), ("file", ("photo", data))]
        send("POST", form["url"], fields=fields).expect(200, 201, 204)
        return form["id"], self.post(f"/uploads/{form['id']}/completion")
