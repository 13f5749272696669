"""``app.py tally``: count an election from a file by any of the methods, and show how it came out.

Needs neither database nor policies: whoever has the ballots can count them.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from coop.errors import Malformed
from governance.methods import approval, beats, blt, irv, schulze, stv, ties

METHODS = ("stv", "irv", "schulze", "approval")
KEYS = ("method", "winners", "rounds", "pairwise", "ranking")
"""What ``--json`` prints of a result; only Schulze's has a ranking."""

_OPTION_WIDTH = 22
_VOTES_WIDTH = 13
"""Columns of characters that a name and a round take."""


@click.command("tally")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--beats", "matrix", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--method", type=click.Choice(METHODS), required=True)
@click.option(
    "--seats", type=click.IntRange(min=1), help="In place of the number in the file; 1 for --beats."
)
@click.option("--margins", is_flag=True, help="Schulze by margins; else by winning votes.")
@click.option("--seed", default="", help="Ties that the votes leave are drawn by sha256(seed ‖ name).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def tally(
    file: Path | None,
    matrix: Path | None,
    method: str,
    seats: int | None,
    margins: bool,
    seed: str,
    as_json: bool,
) -> None:
    """Count the ballots of a BLT FILE, or a beat matrix in CSV by Schulze's method."""
    strength: schulze.Strength = "margins" if margins else "winning"
    if (file is None) == (matrix is None):
        raise click.UsageError("Give either a BLT file or --beats, and not both.")
    if margins and method != "schulze":
        raise click.UsageError("--margins is a way of --method schulze.")
    try:
        if file is not None:
            names, told = of_ballots(_text(file), method, seats, strength, seed)
        elif matrix is not None and method == "schulze":
            names, told = of_beats(_text(matrix), seats or 1, strength, seed)
        else:
            raise click.UsageError("A beat matrix is counted by --method schulze.")
    except Malformed as error:
        raise click.ClickException(f"{file or matrix}: {error.detail}") from error
    if as_json:
        click.echo(json.dumps({key: told[key] for key in KEYS if key in told}, indent=2, ensure_ascii=False))
    else:
        show(names, told, Console(markup=False, highlight=False))


def of_ballots(
    text: str, method: str, seats: int | None, strength: schulze.Strength, seed: str
) -> tuple[Sequence[str], dict[str, Any]]:
    """Return the options of a BLT file and what a method makes of its ballots.

    Raise Malformed for a file that is not in the format, and click's UsageError for an instant run-off
    with several seats.
    """
    election = blt.read(text)
    names, profile, lots = election.names, election.profile, ties.draw(seed, election.names)
    wanted = seats or election.seats
    if method == "schulze":
        return names, schulze.count(profile, lots, strength).as_json(names, wanted)
    if method == "approval":
        return names, approval.count(profile, wanted, lots).as_json(names) | {"pairwise": None}
    if method == "irv" and wanted > 1:
        raise click.UsageError(
            f"An instant run-off fills one seat, not {wanted}: --seats 1, or --method stv."
        )
    count = irv.count(profile, lots) if method == "irv" else stv.count(profile, wanted, lots)
    preferred = schulze.by_name(schulze.pairwise(profile).tolist(), names)
    return names, count.as_json(names) | {"pairwise": preferred}


def of_beats(
    text: str, seats: int, strength: schulze.Strength, seed: str
) -> tuple[Sequence[str], dict[str, Any]]:
    """Return the options of a beat matrix and Schulze's result; raise Malformed as the reader does."""
    told = beats.read(text)
    result = schulze.from_pairwise(told.matrix, ties.draw(seed, told.names), strength)
    return told.names, result.as_json(told.names, seats)


def show(names: Sequence[str], told: Mapping[str, Any], console: Console) -> None:
    """Print the rounds, or for Schulze the pairwise preferences, and the winners."""
    rounds = told["rounds"]
    if rounds:
        columns = [(str(number), one["tally"]) for number, one in enumerate(rounds, start=1)]
        _print_table("votes after each round", names, columns, console)
        for number, one in enumerate(rounds, start=1):
            console.print(f"{number:3}. {one['action']}; nontransferable {one['nontransferable']}")
    else:
        columns = [(name, {row: told["pairwise"][row].get(name, "") for row in names}) for name in names]
        _print_table("ballots that prefer row to column", names, columns, console)
        console.print("ranking: " + " > ".join(told["ranking"]))
        if len(told["level"]) > 1:
            console.print("level, parted by lot: " + ", ".join(told["level"]))
    console.print("elected: " + ", ".join(told["winners"]), style="bold")


def _print_table(
    title: str, names: Sequence[str], columns: Sequence[tuple[str, Mapping[str, Any]]], console: Console
) -> None:
    """Print a row an option; as many columns beside each other as the terminal has room for."""
    fitting = max(1, (console.width - _OPTION_WIDTH - 4) // (_VOTES_WIDTH + 3))
    for first in range(0, len(columns), fitting):
        block = columns[first : first + fitting]
        table = Table(title=title, title_justify="left")
        table.add_column("option", width=_OPTION_WIDTH, no_wrap=True)
        for heading, _ in block:
            table.add_column(heading, width=_VOTES_WIDTH, justify="right", no_wrap=True)
        for name in names:
            if any(name in cells for _, cells in block):
                table.add_row(name, *(str(cells.get(name, "")) for _, cells in block))
        console.print(table, highlight=False, markup=False)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(f"This file is not UTF-8 text (byte {error.start}).") from error
