"""Passwords: what is stored, what matches, and when it is stored anew."""

from typing import Literal

from argon2 import Parameters, PasswordHasher, extract_parameters
from argon2.profiles import CHEAPEST

from coop.passwords import CHEAP, STANDARD, UNUSABLE, hash_password, needs_rehash, verify_password


def test_a_password_matches_its_own_hash_and_no_other() -> None:
    stored = hash_password("a quiet garden gate", CHEAP)
    assert verify_password("a quiet garden gate", stored, CHEAP)
    assert not verify_password("a quiet garden gate!", stored, CHEAP)


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password("a quiet garden gate", CHEAP) != hash_password("a quiet garden gate", CHEAP)


def test_an_accent_typed_in_two_ways_is_one_password() -> None:
    stored = hash_password("caf\u00e9 au lait, deux", CHEAP)
    assert verify_password("cafe\u0301 au lait, deux", stored, CHEAP)


def test_no_password_matches_where_nothing_usable_is_stored() -> None:
    for stored in (None, UNUSABLE, ""):
        assert not verify_password("a quiet garden gate", stored, CHEAP)


def test_the_standard_is_the_argon2id_that_rfc_9106_recommends_for_little_memory() -> None:
    assert hash_password("a quiet garden gate").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_hash_of_other_parameters_is_due_for_renewal() -> None:
    stored = hash_password("a quiet garden gate", CHEAP)
    assert needs_rehash(stored, STANDARD)
    assert not needs_rehash(stored, CHEAP)


def test_an_unknown_handle_costs_the_work_of_a_known_one() -> None:
    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            checked.append(extract_parameters(str(hash)))
            return super().verify(hash, password)

    checked: list[Parameters] = []
    hasher = Watched.from_parameters(CHEAPEST)
    verify_password("wrong", hash_password("a quiet garden gate", hasher), hasher)
    verify_password("wrong", None, hasher)
    known, unknown = checked
    assert known == unknown
