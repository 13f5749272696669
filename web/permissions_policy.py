"""What a page may ask a browser for: nothing, unless it says so itself."""

from collections.abc import Collection

FEATURES = ("browsing-topics", "camera", "geolocation", "microphone", "payment")


def permissions_policy(allowed: Collection[str] = ()) -> str:
    """Return the header ``Permissions-Policy`` of a page that may itself use these of ``FEATURES``."""
    return ", ".join(f"{feature}={'(self)' if feature in allowed else '()'}" for feature in FEATURES)
