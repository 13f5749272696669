"""The house rules: which room may know which, and what a pure module may not import."""

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT = {
    "coop": {"coop"},
    "governance": {"governance", "coop"},
    "media": {"media", "coop"},
    "audience": {"audience", "media", "coop"},
    "web": {"web", "audience", "media", "governance", "coop"},
    "tools": {"tools", "web", "audience", "media", "governance", "coop"},
}
ROOMS = frozenset(MAY_IMPORT) | {"app", "bench", "tests", "migrations"}

PURE = (
    "coop/addresses.py",
    "coop/atom.py",
    "coop/book.py",
    "coop/cel/checker.py",
    "coop/cel/condition.py",
    "coop/cel/cost.py",
    "coop/cel/durations.py",
    "coop/cel/evaluation.py",
    "coop/cel/expression.py",
    "coop/cel/faults.py",
    "coop/cel/form.py",
    "coop/cel/functions.py",
    "coop/cel/parser.py",
    "coop/cel/patterns.py",
    "coop/cel/program.py",
    "coop/cel/syntax.py",
    "coop/cel/tokens.py",
    "coop/cel/trace.py",
    "coop/cel/types.py",
    "coop/whole_numbers.py",
    "coop/clauses.py",
    "coop/feature_rules.py",
    "coop/feature_state.py",
    "coop/features.py",
    "coop/holdings.py",
    "coop/identity.py",
    "coop/json_text.py",
    "coop/membership_rules.py",
    "coop/merkle.py",
    "coop/metrics.py",
    "coop/names.py",
    "coop/notice_delivery.py",
    "coop/notice_topics.py",
    "coop/opinions/answers.py",
    "coop/opinions/clusters.py",
    "coop/opinions/pca.py",
    "coop/place_names.py",
    "coop/policy_text.py",
    "coop/receipts.py",
    "coop/rehearsal.py",
    "coop/rhythm.py",
    "coop/sortition.py",
    "coop/suspended.py",
    "coop/unheld.py",
    "governance/adaptation.py",
    "governance/announcements.py",
    "governance/audit.py",
    "governance/ballot_record.py",
    "governance/charter.py",
    "governance/deliberation/consensus.py",
    "governance/deliberation/group_tallies.py",
    "governance/deliberation/map_document.py",
    "governance/deliberation/opinion_map.py",
    "governance/deliberation/polis_csv.py",
    "governance/deliberation/routing.py",
    "governance/facts.py",
    "governance/inverse.py",
    "governance/lifecycle.py",
    "governance/methods/approval.py",
    "governance/methods/beats.py",
    "governance/methods/blt.py",
    "governance/methods/irv.py",
    "governance/methods/median.py",
    "governance/methods/packing.py",
    "governance/methods/ranking.py",
    "governance/methods/schulze.py",
    "governance/methods/stv.py",
    "governance/methods/ties.py",
    "governance/opening_record.py",
    "governance/options.py",
    "governance/outcome.py",
    "governance/people/delegable.py",
    "governance/people/record.py",
    "governance/people/secrecy.py",
    "governance/people/slate.py",
    "governance/overlap.py",
    "governance/patch.py",
    "governance/ranges.py",
    "governance/rehearsal/changes.py",
    "governance/rehearsal/hiding.py",
    "governance/rehearsal/record.py",
    "governance/rehearsal/reports.py",
    "governance/restoring.py",
    "governance/relations_record.py",
    "governance/risk.py",
    "governance/rules.py",
    "governance/state_words.py",
    "governance/tally.py",
    "governance/tripwires.py",
    "governance/undoing_record.py",
    "governance/timeline.py",
    "governance/choices.py",
    "governance/chosen.py",
    "governance/commitment.py",
    "governance/deliberation/rounds.py",
    "governance/deliberation/rules.py",
    "governance/deliberation/seals.py",
    "governance/deliberation/standing.py",
    "governance/votes.py",
    "media/containers.py",
    "media/images.py",
    "media/pixels.py",
    "media/rules.py",
    "audience/clauses.py",
    "audience/feature_clauses.py",
    "audience/document.py",
    "audience/keys.py",
    "audience/languages.py",
    "audience/features/charter.py",
    "audience/features/conditions.py",
    "audience/features/ranges.py",
    "audience/features/vocabulary.py",
    "audience/features/words.py",
    "audience/wide_reach.py",
    "audience/feeds/bridging.py",
    "audience/feeds/own_draft.py",
    "audience/feeds/own_rules.py",
    "audience/feeds/portable.py",
    "audience/feeds/ranking.py",
    "audience/feeds/skeleton.py",
    "audience/gardens/filter_form.py",
    "audience/gardens/garden.py",
    "audience/gardens/publishers.py",
    "audience/gardens/rules.py",
    "audience/gardens/vocabulary.py",
    "audience/metrics/metric.py",
    "audience/metrics/of_guilds.py",
    "audience/metrics/of_members.py",
    "audience/permission.py",
    "audience/calm.py",
    "audience/heat.py",
    "audience/moderation/charter.py",
    "audience/moderation/condition_form.py",
    "audience/moderation/heat_rules.py",
    "audience/moderation/label_rules.py",
    "audience/moderation/matching.py",
    "audience/moderation/rules.py",
    "audience/moderation/ruleset.py",
    "audience/moderation/vocabulary.py",
    "audience/moderation/writing_facts.py",
    "audience/feeds/reader.py",
    "audience/rooms/allowed.py",
    "audience/rooms/queue.py",
    "audience/rooms/room_state.py",
    "audience/feeds/recipe.py",
    "audience/feeds/signal_rules.py",
    "audience/feeds/sliders.py",
    "audience/feeds/slots.py",
    "audience/bounds.py",
    "audience/limits.py",
    "audience/locks.py",
    "audience/playlists/keepers.py",
    "audience/playlists/order.py",
    "audience/cowriting/agreement.py",
    "audience/cowriting/difference.py",
    "audience/cowriting/lines.py",
    "audience/cowriting/merge.py",
    "audience/cowriting/terms.py",
    "audience/polls/question.py",
    "audience/polls/results.py",
    "audience/predicate.py",
    "audience/feeds/rules.py",
    "audience/replay/answers.py",
    "audience/replay/caps.py",
    "audience/replay/candidates.py",
    "audience/replay/groups.py",
    "audience/replay/moments.py",
    "audience/replay/pages.py",
    "audience/replay/places.py",
    "audience/reply_rules.py",
    "audience/rooms/session_description.py",
    "audience/charter.py",
    "audience/rules.py",
    "audience/scheduling/refusal.py",
    "audience/feeds/signals.py",
    "web/agreeing.py",
    "web/amending.py",
    "web/answers.py",
    "web/beds.py",
    "web/bylaws.py",
    "web/clocks.py",
    "web/composing.py",
    "web/counts.py",
    "web/diffs.py",
    "web/digests.py",
    "web/drafting.py",
    "web/entries.py",
    "web/entry_form.py",
    "web/entry_tables.py",
    "web/forms.py",
    "web/group_rows.py",
    "web/local_times.py",
    "web/moments.py",
    "web/number_line.py",
    "web/opinion_pictures.py",
    "web/papers.py",
    "web/paths.py",
    "web/rehearsal_pictures.py",
    "web/report_comparison.py",
    "web/report_drawings.py",
    "web/room_steps.py",
    "web/scales.py",
    "web/moderation_wording.py",
    "web/wording.py",
)
OUTSIDE_PURE = {"flask", "sqlalchemy", "sqlmodel", "minio", "authlib"}

FORBIDDEN_NAMES = {"utils", "helpers", "services", "manager", "common", "misc"}


def modules(room: str) -> Iterator[Path]:
    yield from sorted((ROOT / room).rglob("*.py"))


@cache
def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
    return found


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_imports_run_one_way(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(room)
        for name in sorted(imported(path))
        if name.split(".")[0] in ROOMS - MAY_IMPORT[room]
    ]
    assert wrong == []


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_know_no_session_and_no_web(name: str) -> None:
    wrong = sorted(item for item in imported(ROOT / name) if item.split(".")[0] in OUTSIDE_PURE)
    assert wrong == []


def test_no_file_is_named_for_a_role_instead_of_a_concept() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for room in ROOMS - {"app"}
        for path in modules(room)
        if path.stem in FORBIDDEN_NAMES
    ]
    assert wrong == []


def test_actions_never_commit() -> None:
    owners = {"coop/database.py"}
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for room in ("coop", "governance", "media", "audience", "web")
        for path in modules(room)
        if str(path.relative_to(ROOT)) not in owners
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert wrong == []


def test_law_07_what_a_post_says_is_read_by_cards_alone() -> None:
    """A post's text is named in no statement, written out or built, but the one of cards."""
    found = {
        str(path.relative_to(ROOT))
        for room in MAY_IMPORT
        for path in modules(room)
        if re.search(r"\b(post\.body|Post\.body)\b|\bselect\(Post\)", path.read_text(encoding="utf-8"))
    }
    assert found == {"audience/cards.py"}


def test_every_public_name_has_a_docstring() -> None:
    wrong = []
    for room in ("coop", "governance", "media", "audience", "web"):
        for path in modules(room):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            if ast.get_docstring(tree) is None:
                wrong.append(str(path.relative_to(ROOT)))
            for node in tree.body:
                if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                    continue
                if ast.get_docstring(node) is None:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert wrong == []


def written_by_hand() -> Iterator[Path]:
    """The files of the repository; folders of data and of others' work are never entered.

    (A database's folder changes while it is read.)
    """
    left_out = {ROOT / "var", ROOT / "web" / "static" / "vendor"}
    for place, folders, names in os.walk(ROOT):
        at = Path(place)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and name != "__pycache__" and at / name not in left_out
        ]
        yield from (at / name for name in names if not name.startswith("."))


def test_no_file_names_a_package_registry() -> None:
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org")
    suffixes = {".py", ".toml", ".lock", ".md", ".txt", ".json", ".html", ".css", ""}
    wrong = []
    for path in written_by_hand():
        if path.suffix in suffixes:
            text = path.read_text(encoding="utf-8", errors="replace")
            wrong += [f"{path.relative_to(ROOT)}: {host}" for host in hosts if host in text]
    assert wrong == []
