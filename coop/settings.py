"""The environment, read once into a frozen value; weak or missing secrets stop the start.

Every variable is declared here, with its meaning and its default; the application reads no other.
"""

import os
import re
from pathlib import Path
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32
"""Fewest characters of a secret key."""

_WELL_KNOWN = re.compile(
    r"minioadmin|change.?(me|this)|password|example|default|secret|admin|test", re.IGNORECASE
)
_POSTGRES = re.compile(r"^(postgres|postgresql)(\+\w+)?://")
_STREAM = "{stream}"
_VISIBLE = re.compile("[!-~]+")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_FIND_OUT = "see `python app.py run`, which starts its own, or the README"


class SettingsRefused(RuntimeError):
    """The environment is not one to start with; the message names each variable and what to do."""


class Settings(BaseSettings):
    """What the environment says; secrets never show in a repr, a log or an error."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True, env_ignore_empty=True)

    database_url: SecretStr = Field(validation_alias="DATABASE_URL")
    """PostgreSQL, always as ``postgresql+psycopg://``."""
    s3_endpoint: str = Field(validation_alias="S3_ENDPOINT")
    """``host`` or ``host:port``; a scheme in the environment is taken off and decides ``s3_secure``."""
    s3_access_key: SecretStr = Field(validation_alias="S3_ACCESS_KEY")
    s3_secret_key: SecretStr = Field(validation_alias="S3_SECRET_KEY")
    s3_bucket: str = Field("allotment", validation_alias="S3_BUCKET")
    s3_secure: bool = Field(validation_alias="S3_SECURE")
    """Whether to speak TLS: as the scheme says; without one, yes unless the host is this machine."""
    s3_region: str = Field("us-east-1", validation_alias="S3_REGION")
    secret_key: SecretStr = Field(validation_alias="ALLOTMENT_SECRET_KEY")
    """Signs sessions and form tokens."""
    signing_key_file: Path | None = Field(None, validation_alias="ALLOTMENT_SIGNING_KEY_FILE")
    """The PEM file of the Ed25519 key that signs the ledger; the worker alone needs and reads it."""
    embedded: bool = Field(False, validation_alias="ALLOTMENT_EMBEDDED")
    """Whether both database and store were started by our own supervisor, with secrets it generated."""
    var: Path = Field(ROOT / "var", validation_alias="ALLOTMENT_VAR")
    """The folder of this instance's own files."""
    host: str = Field("127.0.0.1", validation_alias="ALLOTMENT_HOST")
    port: int = Field(8000, ge=1, le=65535, validation_alias="ALLOTMENT_PORT")
    public_url: str = Field(validation_alias="ALLOTMENT_PUBLIC_URL")
    """What members type, without a slash at the end; ``http://host:port`` unless given."""
    metrics_token: SecretStr | None = Field(None, validation_alias="ALLOTMENT_METRICS_TOKEN")
    """What shows, as a bearer token, that ``/metrics`` may be read; without it nobody may from elsewhere."""
    tick_seconds: float = Field(1.0, gt=0, validation_alias="ALLOTMENT_TICK_SECONDS")
    """Seconds between two looks of the worker at what is due."""
    outbound_loopback: bool = Field(False, validation_alias="ALLOTMENT_OUTBOUND_LOOPBACK")
    """Whether webhooks may point to this machine, over plain HTTP too: for development alone."""
    classifier: str = Field("", validation_alias="ALLOTMENT_CLASSIFIER")
    """What labels posts by machine: an address that is asked over HTTP, or ``module:function``."""
    ffmpeg: str = Field("", validation_alias="ALLOTMENT_FFMPEG")
    """Path of the program that prepares videos; without one, that of the package ``imageio-ffmpeg``."""
    sfu_publish_url: str = Field("", validation_alias="ALLOTMENT_SFU_PUBLISH_URL")
    """Where live rooms publish at the operator's media server (WHIP), with ``{stream}`` for its name."""
    sfu_play_url: str = Field("", validation_alias="ALLOTMENT_SFU_PLAY_URL")
    """Where they play (WHEP). Without both, rooms have no sound and no picture."""
    sfu_token: SecretStr | None = Field(None, validation_alias="ALLOTMENT_SFU_TOKEN")
    """What shows the media server, as a bearer token, that it is the application that asks."""
    policies: Path = Field(ROOT / "policies", validation_alias="ALLOTMENT_POLICIES")
    """The folder of the founding policies."""

    @classmethod
    def load(cls) -> Self:
        """Read the environment; raise SettingsRefused with one line for each variable to mend."""
        try:
            return cls()
        except ValidationError as error:
            lines = [_line(fault["loc"], fault["type"], fault["msg"]) for fault in error.errors()]
        raise SettingsRefused("\n".join(["Allotment cannot start with this environment.", *lines]))

    @property
    def local(self) -> bool:
        """Whether it is reached from this machine alone: then no proxy passes on what others ask."""
        return urlsplit(self.public_url).hostname in _LOOPBACK

    @model_validator(mode="before")
    @classmethod
    def _derive(cls, given: Any) -> Any:
        """Fill what follows from other variables: TLS from the endpoint, the public address from the port."""
        values = dict(given)
        endpoint = _split(str(values.get("S3_ENDPOINT", "")))
        local = endpoint.hostname in _LOOPBACK
        values.setdefault("S3_SECURE", endpoint.scheme == "https" if endpoint.scheme else not local)
        name = str(values.get("ALLOTMENT_HOST", "127.0.0.1"))
        name = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(name, name)  # noqa: S104
        values.setdefault("ALLOTMENT_PUBLIC_URL", f"http://{name}:{values.get('ALLOTMENT_PORT', 8000)}")
        return values

    @field_validator("database_url")
    @classmethod
    def _name_the_driver(cls, url: SecretStr) -> SecretStr:
        text = url.get_secret_value()
        if not _POSTGRES.match(text):
            raise ValueError("must be a PostgreSQL address such as postgresql://user:password@host/allotment")
        return SecretStr(_POSTGRES.sub("postgresql+psycopg://", text))

    @field_validator("s3_endpoint")
    @classmethod
    def _strip_the_scheme(cls, endpoint: str) -> str:
        split = _split(endpoint)
        known = split.scheme in ("", "http", "https") and split.path in ("", "/") and split.port != 0
        if not known or not split.hostname:
            raise ValueError("must be host:port, http://host:port or https://host, without a path")
        if "@" in split.netloc:
            raise ValueError("must not carry credentials: they go into S3_ACCESS_KEY and S3_SECRET_KEY")
        return split.netloc

    @field_validator("public_url")
    @classmethod
    def _no_slash_at_the_end(cls, url: str) -> str:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("must begin with https:// or http://")
        return url.rstrip("/")

    @field_validator("ffmpeg")
    @classmethod
    def _is_a_program(cls, path: str) -> str:
        if path and not (Path(path).is_absolute() and os.access(path, os.X_OK)):
            raise ValueError("must be the whole path of a program: /usr/bin/ffmpeg")
        return path

    @field_validator("sfu_publish_url", "sfu_play_url")
    @classmethod
    def _leads_to_a_stream(cls, url: str) -> str:
        """Refuse an address at which no stream can be told from another."""
        split = urlsplit(url)
        if url and not (split.scheme in ("http", "https") and split.hostname):
            raise ValueError("must begin with https:// or http://, and name a host")
        if "@" in split.netloc:
            raise ValueError("must not carry credentials: they go into ALLOTMENT_SFU_TOKEN")
        if url and (split.path.count(_STREAM) != 1 or url.count(_STREAM) != 1 or split.fragment):
            raise ValueError(
                f"must have {_STREAM} in its path, once, where the name of a stream goes:"
                f" http://127.0.0.1:8889/{_STREAM}/whip"
            )
        return url

    @field_validator("sfu_token")
    @classmethod
    def _fits_a_header(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not _VISIBLE.fullmatch(token.get_secret_value()):
            raise ValueError("must be letters, digits and signs of ASCII, without spaces")
        return token

    @model_validator(mode="after")
    def _speak_and_listen(self) -> Self:
        """Refuse half a media server: a room where one may speak and nobody hears it, or the other way."""
        if bool(self.sfu_publish_url) != bool(self.sfu_play_url):
            raise ValueError(
                "ALLOTMENT_SFU_PUBLISH_URL and ALLOTMENT_SFU_PLAY_URL go together: set both, or neither"
            )
        return self

    @field_validator("s3_access_key")
    @classmethod
    def _own_access_key(cls, key: SecretStr) -> SecretStr:
        return _not_well_known(key)

    @field_validator("secret_key", "s3_secret_key", "metrics_token")
    @classmethod
    def _long_and_own(cls, key: SecretStr | None) -> SecretStr | None:
        if key is None:
            return None
        if len(key.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"must have at least {SHORTEST_SECRET} characters")
        return _not_well_known(key)


def _split(endpoint: str) -> SplitResult:
    return urlsplit(endpoint if "://" in endpoint else f"//{endpoint}")


def _not_well_known(key: SecretStr) -> SecretStr:
    """Refuse a default: a short text around a word that every manual uses, or one letter repeated."""
    text = key.get_secret_value()
    rest = _WELL_KNOWN.sub("", text)
    if (rest != text and len(rest) < SHORTEST_SECRET // 2) or len(set(text)) < 8:
        raise ValueError("is a default that everyone knows, or is too easily guessed")
    return key


def _line(place: tuple[int | str, ...], kind: str, message: str) -> str:
    if not place:
        return f"  {message.removeprefix('Value error, ')}."
    variable = str(place[0])
    if kind == "missing" and variable in ("DATABASE_URL", "S3_ENDPOINT"):
        return f"  {variable} is not set: {_FIND_OUT}."
    if kind == "missing":
        return f"  {variable} is not set{_remedy(variable)}."
    return f"  {variable} {message.removeprefix('Value error, ')}{_remedy(variable)}."


def _remedy(variable: str) -> str:
    if variable in ("ALLOTMENT_SECRET_KEY", "ALLOTMENT_METRICS_TOKEN"):
        return ": make one with python3 -c 'import secrets; print(secrets.token_urlsafe(48))' and keep it"
    if variable in ("S3_ACCESS_KEY", "S3_SECRET_KEY"):
        return ": make a pair of keys at your object store and set both"
    return ""
