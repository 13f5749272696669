"""Headers: what confines an answer to itself, and how long it is kept.

A page sends no form and runs no script but its own: the content security policy names no other host, save
the object store for pictures and films.
"""

from flask import Response, request

from coop.call import platform
from web.permissions_policy import permissions_policy

YEAR_S = 365 * 24 * 3600

_PERMISSIONS = permissions_policy()


def secure(response: Response) -> Response:
    """Add the headers that confine a page to itself; one that has a content security policy keeps it."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _content_security_policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", _PERMISSIONS)
    if platform().settings.public_url.startswith("https:"):
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_S}")
    if request.endpoint == "static" and "v" in request.args and response.status_code in (200, 304):
        headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
    elif response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "no-store")
    return response


def _content_security_policy() -> str:
    settings = platform().settings
    store = f"{'https' if settings.s3_secure else 'http'}://{settings.s3_endpoint}"
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; "
        f"img-src 'self' data: {store}; media-src 'self' {store}; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
