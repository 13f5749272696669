"""Signing: the coop's Ed25519 key, and the signed notes that it makes.

Law 10: what the coop says of its record it signs, so it cannot say otherwise later. The private key lies in
a file of its own, never in the database, and the worker alone opens it. A note is the one of C2SP
signed-note (its signature is RFC 8032, over the whole text), so anybody's tools for transparency logs read
it; a public key is told as they write one: ``name+id+key``.
"""

import base64
import hashlib
import re
import stat
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from coop.settings import SettingsRefused

VARIABLE = "ALLOTMENT_SIGNING_KEY_FILE"
"""What names the file in the environment; see :mod:`coop.settings`."""

_ED25519 = b"\x01"
"""How C2SP numbers this kind of signature."""
_NAME = re.compile(r"[^\s+]+")
_MAKE_ONE = "make a key with `openssl genpkey -algorithm ed25519 -out FILE`"


def load(path: Path | None) -> Ed25519PrivateKey:
    """Return the key that a PEM file holds.

    Raise SettingsRefused, saying what to do, where no file is named, there is none, it can be read by
    anybody on the host, or it holds anything but an Ed25519 private key without a passphrase.
    """
    if path is None:
        raise _refused(f"is not set: {_MAKE_ONE}, keep a copy where backups are, and name the file.")
    try:
        mode, pem = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise _refused(f"names {path}, which cannot be read ({error.strerror}): {_MAKE_ONE}.") from error
    if mode & stat.S_IRWXO:
        raise _refused(f"names {path}, which anybody on this host may read: `chmod 600` it.")
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise _refused(f"names {path}, which holds no Ed25519 key without a passphrase: {_MAKE_ONE}.")
    return key


def new_key() -> str:
    """Return a new private key as the PEM text that :func:`load` reads."""
    made = Ed25519PrivateKey.generate()
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def origin_of(public_url: str) -> str:
    """Return the name under which an instance at this address signs its ledger: ``coop.example/ledger``.

    C2SP recommends an address without its scheme. An instance keeps the name that it first signed under.
    """
    return f"{urlsplit(public_url).netloc.rpartition('@')[2]}/ledger"


def signed(key: Ed25519PrivateKey, name: str, text: str) -> str:
    """Return a text as a signed note, with one signature in this name.

    Raise ValueError where the text does not end its last line, holds an empty line or a control character,
    or the name holds a space or a plus.
    """
    if not text.endswith("\n") or any(not line.isprintable() or not line for line in text[:-1].split("\n")):
        raise ValueError("a note is of printable lines, none of them empty, each of them ended")
    signature = _key_id(key, name) + key.sign(text.encode())
    return f"{text}\n\N{EM DASH} {name} {base64.b64encode(signature).decode('ascii')}\n"


def verifier(key: Ed25519PrivateKey, name: str) -> str:
    """Return the public key as those who verify are told it: ``name+id+base64`` (C2SP verifier key).

    Raise ValueError where the name holds a space or a plus.
    """
    public = base64.b64encode(_ED25519 + _public(key)).decode("ascii")
    return f"{name}+{_key_id(key, name).hex()}+{public}"


def _key_id(key: Ed25519PrivateKey, name: str) -> bytes:
    """Return the four bytes by which a signature names its key; raise ValueError where the name cannot."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a key: it holds a space or a plus, or nothing")
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + _public(key)).digest()[:4]


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _refused(what: str) -> SettingsRefused:
    return SettingsRefused(f"Allotment cannot sign its record.\n  {VARIABLE} {what}")
