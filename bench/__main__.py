"""``python -m bench NAME [--json]``: run one benchmark; the exit code is 1 where a goal is missed."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench import (
    access,
    ballots,
    decide,
    decide_publishing,
    feed,
    http,
    like,
    machine,
    metrics,
    metrics_data,
    opinions,
    rehearse,
    rehearse_data,
    seats,
    seats_full,
    tally,
    thread,
)
from bench.decide_rules import drawn
from bench.feed_data import FULL, Size
from bench.report import Figures, Goals, Report
from bench.server import Server, serving
from bench.tally_libraries import libraries
from coop.embedded import StartFailed

VAR = Path(__file__).resolve().parent.parent / "var" / "bench"

INTERRUPTED = 130
"""The exit code of a run that was broken off."""

Measure = Callable[[Server], Figures]


def run(name: str, goals: Goals, measure: Measure, *, as_json: bool, var: Path) -> int:
    """Run a benchmark, print what it found, and return the exit code; an interrupt leaves nothing running."""
    try:
        with serving(var) as server:
            described = machine.describe(server.home)
            report = Report(name, measure(server), goals, described | {"load_at_end": machine.load()})
    except StartFailed as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        return INTERRUPTED
    if as_json:
        print(json.dumps(report.as_data(), indent=2))
    else:
        report.show(Console())
    return 1 if report.missed else 0


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that every benchmark has."""
    as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
    var = click.option(
        "--var",
        type=click.Path(path_type=Path),
        default=VAR,
        show_default=True,
        help="Where the embedded server and its data sets are kept; not used where DATABASE_URL is set.",
    )
    return as_json(var(command))


@click.group()
def main() -> None:
    """Measure what the project promises in figures; docs/benchmarks.md says what each one means."""


@main.command("seats")
@click.option("--full", is_flag=True, help="Let many processes race for the seats of many posts.")
@click.option("--members", type=int, help=f"{seats.MEMBERS} unless given; {seats_full.FULL.members} in full.")
@click.option("--rounds", type=int, help=f"{seats.ROUNDS} unless given; {seats_full.FULL.rounds} in full.")
@click.option("--views", default=seats_full.FULL.views, show_default=True, help="Only in full.")
@click.option("--posts", default=seats_full.FULL.posts, show_default=True, help="Only in full.")
@_shared
def seats_command(
    full: bool, members: int | None, rounds: int | None, views: int, posts: int, **options: Any
) -> None:
    """Let a crowd race for the seats of one post, or of thousands."""
    if full:
        size = replace(
            seats_full.FULL,
            views=views,
            posts=posts,
            members=members or seats_full.FULL.members,
            rounds=rounds or seats_full.FULL.rounds,
        )
        code = run(
            "seats --full", seats_full.GOALS, lambda server: seats_full.measure(server, size), **options
        )
    else:
        few, some = members or seats.MEMBERS, rounds or seats.ROUNDS
        code = run("seats", seats.GOALS, lambda server: seats.measure(server, few, some), **options)
    sys.exit(code)


@main.command("feed")
@click.option("--members", default=FULL.members, show_default=True)
@click.option("--posts", default=FULL.posts, show_default=True)
@click.option("--pages", default=feed.PAGES, show_default=True)
@_shared
def feed_command(members: int, posts: int, pages: int, **options: Any) -> None:
    """Ask for full pages of the weighted feed, as different members."""
    size = Size(members, posts)
    sys.exit(run("feed", feed.GOALS, lambda server: feed.measure(server, size, pages), **options))


@main.command("http")
@click.option("--members", default=http.SIZE.members, show_default=True)
@click.option("--posts", default=http.SIZE.posts, show_default=True)
@click.option("--rounds", default=http.ROUNDS, show_default=True)
@click.option("--seconds", default=http.SECONDS, show_default=True, help="Of load in each round.")
@_shared
def http_command(members: int, posts: int, rounds: int, seconds: float, **options: Any) -> None:
    """Load the production server with mixed pages, beside the bare route on the same server."""
    size = Size(members, posts)
    sys.exit(run("http", http.GOALS, lambda server: http.measure(server, size, rounds, seconds), **options))


@main.command("access")
@click.option("--people", default=access.PEOPLE, show_default=True)
@click.option("--posts", default=access.POSTS, show_default=True)
@_shared
def access_command(people: int, posts: int, **options: Any) -> None:
    """Decide a million pairs of post and reader twice: by keys in SQL, and by the documents themselves."""
    sys.exit(run("access", access.GOALS, lambda server: access.measure(server, people, posts), **options))


@main.command("thread")
@click.option("--members", default=thread.SIZE.members, show_default=True)
@click.option("--posts", default=thread.SIZE.posts, show_default=True)
@click.option("--pages", default=thread.PAGES, show_default=True)
@_shared
def thread_command(members: int, posts: int, pages: int, **options: Any) -> None:
    """Open posts with their threads of ten replies, as different members."""
    size = Size(members, posts)
    sys.exit(run("thread", thread.GOALS, lambda server: thread.measure(server, size, pages), **options))


@main.command("like")
@click.option("--members", default=like.SIZE.members, show_default=True)
@click.option("--posts", default=like.SIZE.posts, show_default=True)
@click.option("--likes", default=like.LIKES, show_default=True)
@_shared
def like_command(members: int, posts: int, likes: int, **options: Any) -> None:
    """Like posts, beside a bare insert that moves a counter."""
    size = Size(members, posts)
    sys.exit(run("like", like.GOALS, lambda server: like.measure(server, size, likes), **options))


@main.command("tally")
@click.option("--ballots", default=tally.BALLOTS, show_default=True)
@click.option("--rounds", default=tally.ROUNDS, show_default=True)
@_shared
def tally_command(ballots: int, rounds: int, **options: Any) -> None:
    """Count 100,000 ballots by three methods, beside the fastest libraries."""
    found = libraries(tally.SEATS)
    sys.exit(
        run("tally", tally.GOALS, lambda server: tally.measure(server, found, ballots, rounds), **options)
    )


@main.command("decide")
@click.option("--rounds", default=decide.ROUNDS, show_default=True)
@_shared
def decide_command(rounds: int, **options: Any) -> None:
    """Decide by a hundred rules, ask other engines the same, and publish by them and by none."""
    asked = drawn()
    others = decide.engines(asked)

    def measure(server: Server) -> Figures:
        return {**decide.measure(others, asked, rounds), **decide_publishing.measure(server)}

    sys.exit(run("decide", decide.GOALS, measure, **options))


@main.command("opinions")
@click.option("--members", default=opinions.MEMBERS, show_default=True)
@click.option("--statements", default=opinions.STATEMENTS, show_default=True)
@click.option("--rounds", default=opinions.ROUNDS, show_default=True)
@_shared
def opinions_command(members: int, statements: int, rounds: int, **options: Any) -> None:
    """Draw the opinion map of 5,000 members, beside red-dwarf on the same answers."""
    drawn = opinions.red_dwarf()
    measured = partial(opinions.measure, drawn, members, statements, rounds)
    sys.exit(run("opinions", opinions.GOALS, lambda server: measured(), **options))


@main.command("rehearse")
@click.option("--members", default=rehearse_data.FULL.members, show_default=True)
@click.option("--posts", default=rehearse_data.FULL.posts, show_default=True)
@click.option("--views", default=rehearse_data.FULL.views, show_default=True)
@_shared
def rehearse_command(members: int, posts: int, views: int, **options: Any) -> None:
    """Try a cap rule, a feed-weight rule and rules of moderation on 28 days of what happened."""
    size = rehearse_data.Size(members, posts, views)
    sys.exit(run("rehearse", rehearse.GOALS, lambda server: rehearse.measure(server, size), **options))


@main.command("metrics")
@click.option("--members", default=metrics_data.FULL.members, show_default=True)
@click.option("--posts", default=metrics_data.FULL.posts, show_default=True)
@click.option("--views", default=metrics_data.FULL.views, show_default=True)
@_shared
def metrics_command(members: int, posts: int, views: int, **options: Any) -> None:
    """Count one night's metrics of all members and guilds, beside a scan of what they are counted from."""
    size = metrics_data.Size(members, posts, views)
    sys.exit(run("metrics", metrics.GOALS, lambda server: metrics.measure(server, size), **options))


@main.command("ballots")
@click.option("--casts", default=ballots.CASTS, show_default=True, help="Cast in process, one by one.")
@click.option("--ballots", "number", default=ballots.BALLOTS, show_default=True, help="Cast over HTTP.")
@click.option("--changes", default=ballots.CHANGES, show_default=True, help="Decisions that take force.")
@_shared
def ballots_command(casts: int, number: int, changes: int, **options: Any) -> None:
    """Cast ballots one by one and in a crowd, and watch decisions take effect."""
    sys.exit(
        run("ballots", ballots.GOALS, lambda home: ballots.measure(home, casts, number, changes), **options)
    )


if __name__ == "__main__":
    main(prog_name="python -m bench")
