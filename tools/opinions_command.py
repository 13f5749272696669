"""``app.py opinions``: the opinion map of a conversation that Polis exported."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import tomlkit
from rich.console import Console
from rich.table import Table
from rich.text import Text

from coop.errors import Malformed
from coop.settings import ROOT
from governance.deliberation import polis_csv
from governance.deliberation.consensus import Finding
from governance.deliberation.map_document import letter
from governance.deliberation.opinion_map import OpinionMap, draw
from governance.deliberation.polis_csv import Conversation
from governance.deliberation.rules import DeliberationRules


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option(
    "--policy",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=ROOT / "policies" / "deliberation.toml",
    help="The deliberation policy whose map clauses it is drawn under; by default the founding one.",
)
def opinions(file: Path, as_json: bool, policy: Path) -> None:
    """Draw the opinion map of a Polis participants-votes.csv; texts come from a comments.csv beside it.

    Whoever has the file has every answer, so that here no group is too small to be shown.
    """
    rules = DeliberationRules.model_validate(tomlkit.parse(policy.read_text(encoding="utf-8")).unwrap())
    try:
        conversation = polis_csv.read(file)
        found = draw(conversation.answers, rules.map, conversation.struck)
    except Malformed as error:
        raise click.ClickException(
            " ".join([error.detail, *(f"{fault.pointer}: {fault.detail}" for fault in error.faults)])
        ) from error
    except ValueError as error:
        raise click.ClickException(f"There is no map: {error}.") from error
    if as_json:
        click.echo(json.dumps(as_data(found)))
    else:
        show(found, conversation, Console(highlight=False))


def as_data(found: OpinionMap) -> dict[str, Any]:
    """Return what ``--json`` prints; ``consensus`` names what all groups agree on, the clearest first."""
    agreed = [one for one in found.consensus(_all(found)) if one.side == "agree"]
    return {
        "k": len(found.clustering.centres),
        "groups": {str(person): group for person, group in found.groups.items()},
        "consensus": [_named(found, one) for one in agreed],
        "silhouette": round(found.clustering.silhouette, 6),
    }


def show(found: OpinionMap, conversation: Conversation, console: Console) -> None:
    """Print groups, what they share and what tells them apart."""
    everybody, clustering = len(conversation.answers.people), found.clustering
    console.print(
        f"{len(found.placed)} of {everybody} people are on the map, in {len(clustering.centres)} groups "
        f"(silhouette {clustering.silhouette:.2f})."
    )
    groups = _all(found)
    _print(found, conversation, groups, "All groups", found.consensus(groups), console)
    for group, size in enumerate(clustering.sizes):
        title = f"Group {letter(group)}: {size} people"
        _print(found, conversation, groups, title, found.representative(group, groups), console)


def _print(
    found: OpinionMap,
    conversation: Conversation,
    groups: list[int],
    title: str,
    findings: Iterable[Finding],
    console: Console,
) -> None:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("side", no_wrap=True)
    table.add_column("statement", overflow="fold")
    for group in groups:
        table.add_column(letter(group), justify="right", no_wrap=True)
    for one in findings:
        statement = str(found.answers.statements[one.statement])
        words = conversation.texts.get(statement, "")
        shares = [_share(found, group, one) for group in groups]
        table.add_row(one.side, Text(f"{statement}: {words}" if words else statement), *shares)
    console.print(table if table.row_count else f"{title}\n  nothing stands out")


def _share(found: OpinionMap, group: int, one: Finding) -> str:
    """Return how many of a group that answered it take the finding's side."""
    taken = found.tallies.agreed if one.side == "agree" else found.tallies.disagreed
    seen = found.tallies.seen[group, one.statement]
    return f"{taken[group, one.statement] / seen:.0%}" if seen else ""


def _all(found: OpinionMap) -> list[int]:
    return list(range(len(found.clustering.centres)))


def _named(found: OpinionMap, one: Finding) -> int | str:
    """Return a statement's name, as the number that it is with Polis."""
    name = str(found.answers.statements[one.statement])
    return int(name) if name.isascii() and name.isdigit() else name
