"""Ties: what decides between options that the votes leave level.

Pure. Where a method knows earlier rounds these decide first; then the draw does. Anyone can make it again:
the digest of an option is sha256 over the UTF-8 of seed and name written one after the other, and the
options are drawn in ascending order of their digests. By hand, for one option::

    printf '%s%s' "$SEED" "$NAME" | sha256sum

The seed is the proposal's hash, in an election the one over its slate. It stands in the ledger before the
first ballot, so no ballot moves it and all can see whom a tie would fall to. But it is known while a text
can still be changed. The nonce in it is drawn by the server anew with each change, so an author who keeps
changing a draft of n options has their favourite drawn first after about n changes, which nobody else sees;
and the last candidate to change a statement can try wordings at home. Whoever runs the server could try
nonces too. All that this wins is a tie: what the votes part is never drawn, and nobody knows yet what they
will leave level.
"""

from collections.abc import Sequence

from coop.sortition import digest


def draw(seed: str, names: Sequence[str]) -> tuple[int, ...]:
    """Return the lot of each option: 0 for the one drawn first, which wins every tie.

    Options are known by their names and not by their places, so the order in which they are listed
    changes nothing. Raise ValueError where two have one name.
    """
    if len(set(names)) != len(names):
        raise ValueError("two options have one name")
    order = sorted(range(len(names)), key=lambda option: digest(seed, names[option]))
    lots = [0] * len(names)
    for lot, option in enumerate(order):
        lots[option] = lot
    return tuple(lots)
