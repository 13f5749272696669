"""Merkle trees: the published vectors, the definition, and proofs that cannot be bent."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.merkle import (
    EMPTY,
    Node,
    Span,
    consistency,
    consistent,
    grown,
    included,
    inclusion,
    leaf_hash,
    node_hash,
    nodes,
    span_hash,
)

# The vectors that certificate-transparency published, as github.com/transparency-dev/merkle keeps them.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(root)
    for root in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
INCLUSIONS = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
CONSISTENCIES = {
    (1, 1): (),
    (1, 8): INCLUSIONS[0, 8],
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
    (6, 7): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
}
OTHER = hashlib.sha256(b"something else").digest()

MOST = 70
"""Beyond two complete subtrees of 32, so that every shape of an edge occurs."""
sizes = st.integers(1, MOST)


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def defined(hashes: list[bytes]) -> bytes:
    """The root as RFC 6962 §2.1 defines it, from all the leaves at once."""
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return node_hash(defined(hashes[:half]), defined(hashes[half:]))


ALL = grown(0, {}, leaves(MOST))
"""Every node of a tree of the largest size; a smaller tree's are among them."""


def proof(spans: list[Span], hashes: dict[Node, bytes] = ALL) -> list[bytes]:
    return [span_hash(span, hashes) for span in spans]


def root(size: int) -> bytes:
    return span_hash((0, size), ALL)


def test_the_published_roots() -> None:
    hashes = grown(0, {}, map(leaf_hash, ENTRIES))
    assert [span_hash((0, size), hashes) for size in range(1, 9)] == ROOTS
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("index", "size"), INCLUSIONS)
def test_the_published_proofs_of_inclusion(index: int, size: int) -> None:
    hashes = grown(0, {}, map(leaf_hash, ENTRIES))
    made = proof(inclusion(index, size), hashes)
    assert [part.hex() for part in made] == list(INCLUSIONS[index, size])
    assert included(index, size, leaf_hash(ENTRIES[index]), made, ROOTS[size - 1])


@pytest.mark.parametrize(("old", "new"), CONSISTENCIES)
def test_the_published_proofs_of_consistency(old: int, new: int) -> None:
    hashes = grown(0, {}, map(leaf_hash, ENTRIES))
    made = proof(consistency(old, new), hashes)
    assert [part.hex() for part in made] == list(CONSISTENCIES[old, new])
    assert consistent(old, new, made, ROOTS[old - 1], ROOTS[new - 1])


def test_every_root_is_the_one_that_the_definition_gives() -> None:
    assert [root(size) for size in range(MOST + 1)] == [defined(leaves(size)) for size in range(MOST + 1)]


@given(sizes, sizes)
def test_a_tree_that_grows_in_two_steps_is_the_tree_that_grew_in_one(first: int, second: int) -> None:
    first, second = sorted((first, second))
    before = grown(0, {}, leaves(first))
    edge = {node: before[node] for node in nodes((0, first))}
    assert before | grown(first, edge, leaves(second)[first:]) == grown(0, {}, leaves(second))


def test_law_10_every_leaf_of_every_tree_is_proven() -> None:
    for size in range(1, MOST + 1):
        for index in range(size):
            made = proof(inclusion(index, size))
            assert included(index, size, leaves(size)[index], made, root(size)), (index, size)


def test_law_10_every_tree_is_proven_to_have_grown_from_every_smaller_one() -> None:
    for new in range(MOST + 1):
        for old in range(new + 1):
            made = proof(consistency(old, new))
            assert consistent(old, new, made, root(old), root(new)), (old, new)


def test_a_proof_is_made_from_few_nodes() -> None:
    million = 1_000_003
    spans = inclusion(654_321, million) + consistency(333_333, million)
    assert sum(len(nodes(span)) for span in inclusion(654_321, million)) <= 40
    assert len(spans) <= 42


def bent(made: list[bytes]) -> list[list[bytes]]:
    """What the reference's tests do to a good proof: each part changed, one lacking, one too many."""
    found = [[*made, OTHER], [OTHER, *made], [*made, b""], [b"", *made]]
    if made:
        found += [made[1:], made[:-1]]
    for place, part in enumerate(made):
        found.append([*made[:place], bytes([part[0] ^ 8]) + part[1:], *made[place + 1 :]])
        found.append([*made[:place], OTHER, *made[place:]])
    return found


@given(st.data(), sizes)
def test_law_10_a_bent_proof_of_inclusion_proves_nothing(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    made, leaf, whole = proof(inclusion(index, size)), leaves(size)[index], root(size)
    assert not any(included(index, size, leaf, wrong, whole) for wrong in bent(made))
    assert not included(index, size, OTHER, made, whole)
    assert not included(index, size, leaf, made, OTHER)
    for elsewhere in {*range(-1, size + 2)} - {index}:
        assert not included(elsewhere, size, leaf, made, whole)


@given(sizes, sizes)
def test_law_10_a_bent_proof_of_consistency_proves_nothing(old: int, new: int) -> None:
    old, new = sorted((old, new))
    made = proof(consistency(old, new))
    assert not any(consistent(old, new, wrong, root(old), root(new)) for wrong in bent(made))
    assert not consistent(old, new, made, OTHER, root(new))
    assert old == new or not consistent(old, new, made, root(old), OTHER)
    assert old == new or not consistent(new, old, made, root(new), root(old))


@given(st.data(), sizes)
def test_law_10_a_rewritten_past_is_not_consistent(data: st.DataObject, new: int) -> None:
    """The keeper changes one old leaf, grows the tree anew and makes the best proof it can."""
    old = data.draw(st.integers(1, new))
    changed = leaves(new)
    changed[data.draw(st.integers(0, old - 1))] = OTHER
    hashes = grown(0, {}, changed)
    made = proof(consistency(old, new), hashes)
    assert not consistent(old, new, made, root(old), span_hash((0, new), hashes))


def test_nothing_is_proven_of_an_empty_tree() -> None:
    assert not included(0, 0, EMPTY, [], EMPTY)
    assert consistent(0, 0, [], EMPTY, EMPTY)
    assert consistent(0, 5, [], EMPTY, root(5))
    assert not consistent(0, 5, [], OTHER, root(5))
    assert not consistent(0, 5, [OTHER], EMPTY, root(5))
    assert not consistent(2, 5, [], root(2), root(5))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_a_leaf_that_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"a tree of {size} leaves"):
        inclusion(index, size)


@pytest.mark.parametrize(("old", "new"), [(6, 5), (-1, 5)])
def test_a_tree_did_not_grow_from_a_larger_one(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="did not grow"):
        consistency(old, new)
