"""A body that is text of another format than JSON, of the one media type that is taken, as it was sent.

No form of another site can send such a type: a browser first asks whether it may, and it may not.
"""

from flask import request

from coop.errors import Malformed, WrongMediaType


def read(media_type: str) -> str:
    """Return the body of the running request.

    Raise WrongMediaType where it is sent as another type, and Malformed where it is not text in UTF-8.
    """
    if request.mimetype != media_type:
        raise WrongMediaType(f"Send this as {media_type}.")
    try:
        return request.get_data().decode()
    except UnicodeDecodeError as error:
        raise Malformed("The body is not text in UTF-8.") from error
