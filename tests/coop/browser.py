"""A member's browser at the authorization endpoint, and the requests of an application."""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HOME = "https://app.example/done"
LOOPBACK = "http://127.0.0.1/callback"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-all-unreserved"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@dataclass
class Browser:
    """What a member and an application do, over one HTTP client."""

    http: FlaskClient
    client_id: str = "reader"

    def query(self, **changes: str | None) -> str:
        wanted: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": HOME,
            "scope": "read",
            "state": "opaque",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return urlencode({name: value for name, value in wanted.items() if value is not None})

    def ask(self, **changes: str | None) -> TestResponse:
        return self.http.get(f"/oauth/authorize?{self.query(**changes)}")

    def consent(self, decision: str | None = "allow", **changes: str | None) -> TestResponse:
        page = self.ask(**changes)
        assert page.status_code == 200, page.text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found is not None
        form = {"decision": decision, "csrf_token": found[1]}
        return self.http.post(f"/oauth/authorize?{self.query(**changes)}", data=form)

    def code(self, **changes: str | None) -> str:
        return answered(self.consent(**changes))["code"]

    def redeem(self, code: str, **changes: str | None) -> TestResponse:
        return self.token(
            grant_type="authorization_code",
            code=code,
            **{"redirect_uri": HOME, "code_verifier": VERIFIER, **changes},
        )

    def refresh(self, refresh_token: str, **changes: str | None) -> TestResponse:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **changes)

    def token(self, **form: str | None) -> TestResponse:
        sent = {"client_id": self.client_id, **form}
        return self.http.post("/oauth/token", data={k: v for k, v in sent.items() if v is not None})

    def tokens(self, **changes: str | None) -> dict[str, Any]:
        given: dict[str, Any] = self.redeem(self.code(**changes)).json or {}
        return given

    def whoami(self, access: str) -> int:
        return self.http.get("/api/v1/members/me", headers={"Authorization": f"Bearer {access}"}).status_code


def answered(response: TestResponse) -> dict[str, str]:
    """Return what an application is told in the redirect to it."""
    assert response.status_code == 303
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


def refused(response: TestResponse, error: str) -> None:
    assert response.status_code == 400
    assert (response.json or {})["error"] == error
