"""Signing: the key's file, and notes that other people's tools read."""

import base64
import hashlib
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from coop.settings import Settings, SettingsRefused
from coop.signing import load, new_key, origin_of, signed, verifier

NAME = "coop.example/ledger"
BODY = f"{NAME}\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a seed for tests").digest())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "signing-key.pem"
    made.write_text(new_key())
    made.chmod(0o600)
    return made


def test_a_key_is_read_from_its_file(path: Path) -> None:
    assert verifier(load(path), NAME) == verifier(load(path), NAME)
    path.write_text(new_key())
    assert verifier(load(path), NAME) != verifier(KEY, NAME)


def test_an_embedded_instance_has_made_a_key_for_its_owner_alone(settings: Settings) -> None:
    assert settings.signing_key_file is not None
    assert settings.signing_key_file.stat().st_mode & 0o777 == 0o600
    assert load(settings.signing_key_file)


def test_no_file_is_refused_with_what_to_do() -> None:
    with pytest.raises(
        SettingsRefused, match=r"ALLOTMENT_SIGNING_KEY_FILE is not set: make a key with `openssl"
    ):
        load(None)


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match=r"nowhere\.pem, which cannot be read \(No such file"):
        load(tmp_path / "nowhere.pem")


def test_a_key_that_anybody_may_read_is_refused(path: Path) -> None:
    path.chmod(0o644)
    with pytest.raises(SettingsRefused, match="anybody on this host may read"):
        load(path)
    path.chmod(0o440)
    assert load(path)


def another_kind() -> bytes:
    return X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def with_a_passphrase() -> bytes:
    return KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"rosebud"))


@pytest.mark.parametrize("pem", [b"", b"rosebud", another_kind(), with_a_passphrase()])
def test_what_is_no_key_of_ours_is_refused_and_not_repeated(path: Path, pem: bytes) -> None:
    path.write_bytes(pem)
    with pytest.raises(SettingsRefused, match="holds no Ed25519 key without a passphrase") as refusal:
        load(path)
    assert "rosebud" not in str(refusal.value)


def test_a_signed_note_is_as_c2sp_writes_it() -> None:
    note = signed(KEY, NAME, BODY)
    body, line = note[: len(BODY)], note[len(BODY) :]
    assert body == BODY
    assert line.startswith(f"\n\u2014 {NAME} ")
    assert line.endswith("\n")
    told = base64.b64decode(line.split()[-1], validate=True)
    public = KEY.public_key().public_bytes_raw()
    assert told[:4] == hashlib.sha256(f"{NAME}\n".encode() + b"\x01" + public).digest()[:4]
    KEY.public_key().verify(told[4:], BODY.encode())


def test_a_signature_is_over_every_byte_of_the_text() -> None:
    signature = base64.b64decode(signed(KEY, NAME, BODY).split()[-1])[4:]
    for place in range(len(BODY)):
        changed = bytearray(BODY.encode())
        changed[place] ^= 1
        with pytest.raises(InvalidSignature):
            KEY.public_key().verify(signature, bytes(changed))


def test_a_public_key_is_told_with_its_name_and_id() -> None:
    name, key_id, told = verifier(KEY, NAME).split("+", 2)
    public = base64.b64decode(told, validate=True)
    assert (name, public[:1]) == (NAME, b"\x01")
    assert key_id == hashlib.sha256(f"{NAME}\n".encode() + public).hexdigest()[:8]
    Ed25519PublicKey.from_public_bytes(public[1:])


@pytest.mark.parametrize("text", ["", "one", "one\n\ntwo\n", "\n", "tab\there\n", "one\r\n"])
def test_what_could_be_read_in_two_ways_is_not_signed(text: str) -> None:
    with pytest.raises(ValueError, match="a note is of printable lines"):
        signed(KEY, NAME, text)


@pytest.mark.parametrize("name", ["", "coop example", "coop+example", "coop\nexample"])
def test_a_name_that_could_be_read_in_two_ways_signs_nothing(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a key"):
        signed(KEY, name, BODY)
    with pytest.raises(ValueError, match="cannot name a key"):
        verifier(KEY, name)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://coop.example", "coop.example/ledger"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000/ledger"),
        ("https://ann:rosebud@coop.example", "coop.example/ledger"),
    ],
)
def test_a_ledger_is_named_for_its_address(url: str, origin: str) -> None:
    assert origin_of(url) == origin
