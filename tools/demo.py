"""The main job, walked over real HTTP: a vote changes what people see.

Starts a fresh instance of its own, whose founding voting policy has short periods, and does what members
would: join, found a guild, post photos to capped audiences, propose, sponsor, vote; then shows that the
very next page and seat follow the new clause, and whence. Any step that is not as it should be ends it.
"""

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from coop.policy_text import apply
from tools.client import Application, Unexpected, send, token_for

ROOT = Path(__file__).resolve().parent.parent
PHOTOS = ROOT / "tests" / "data" / "photos"
PASSWORD = "a quiet garden gate"
PEOPLE = ("ana", "ben", "cleo", "dan", "eve", "finn", "gil", "hugo")
SHORT = {"deliberate": "PT1S", "verify": "PT1S", "vote": "PT5S", "timelock": "PT1S"}
LIMIT_S = 60.0
"""The walk itself, once the instance runs, takes less than this."""


def demo(*, keep: bool) -> int:
    """Walk the path; return 0 where every step was as it should be."""
    console = Console(highlight=False)
    folder = Path(tempfile.mkdtemp(prefix="allotment-demo-"))
    try:
        with _instance(folder, console) as url:
            walk = Walk(url, folder, console)
            walk.all()
    except (Unexpected, TimeoutError) as error:
        console.print(f"[bold red]Not as it should be:[/] {error}")
        return 1
    finally:
        if keep:
            console.print(f"Kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


@contextlib.contextmanager
def _instance(folder: Path, console: Console) -> Iterator[str]:
    """Run an empty instance with short voting periods; yield its address."""
    policies = folder / "policies"
    shutil.copytree(ROOT / "policies", policies)
    voting = policies / "voting.toml"
    patch = [
        {"op": "replace", "path": f"/classes/{name}/{period}", "value": value}
        for name in "AB"
        for period, value in SHORT.items()
    ]
    voting.write_text(apply(voting.read_text(encoding="utf-8"), patch), encoding="utf-8")
    command = [sys.executable, str(ROOT / "app.py"), "run", "--no-seed", "--port", "0"]
    command += ["--var", str(folder / "var"), "--policies", str(policies)]
    console.print("Set-up: a fresh instance of its own")
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield _address(process, folder / "var" / "ready.json")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


def _address(process: "subprocess.Popen[bytes]", ready: Path) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Unexpected("the instance did not start: see above")
        if ready.exists():
            url: str = json.loads(ready.read_text())["url"]
            return url
        time.sleep(0.1)
    raise TimeoutError("the instance was not ready within two minutes")


def must(condition: object, told: str) -> None:
    """Raise Unexpected with what was told unless the condition holds."""
    if not condition:
        raise Unexpected(told)


class Walk:
    """The steps, in order; each leaves behind what the next needs."""

    def __init__(self, url: str, folder: Path, console: Console) -> None:
        self.url = url
        self.folder = folder
        self.console = console
        self.people: dict[str, Application] = {}
        self.photos: list[str] = []
        self.posts: dict[str, str] = {}
        self.proposals: dict[str, Any] = {}
        self.receipts: list[tuple[str, str]] = []
        self.unknown = b""
        """What a post that never existed answers."""
        self.seated = self.left_out = ""

    def all(self) -> None:
        """Take every step, one line each; raise Unexpected at the first that is wrong."""
        steps: list[tuple[str, Callable[[], str]]] = [
            ("Eight people join and sign in", self.join),
            ("A guild is founded, and two join it", self.found),
            ("Photos are sent straight to the store", self.upload),
            ("Posts for the coop, a guild, and named people", self.publish),
            ("Refusal looks like absence", self.refuse),
            ("Two seats, three friends at once", self.seats),
            ("Photos obey seats", self.media),
            ("Feeds explain themselves", self.feed),
            ("Patches that cannot stand are refused", self.bad_patches),
            ("Two changes are proposed and sponsored", self.propose),
            ("Voting opens; ballots are hidden", self.vote),
            ("The votes close and are counted", self.close),
            ("A worker enacts them", self.enact),
            ("The next seat follows the new clause", self.next_seat),
            ("The next feed page follows the new clause", self.next_page),
            ("Why? cites clause, version, vote", self.why),
            ("The ledger verifies offline", self.ledger),
        ]
        began = time.monotonic()
        for number, (title, step) in enumerate(steps, 1):
            start = time.monotonic()
            with self.console.status(f"{number:2}/{len(steps)} {title}"):
                told = step()
            spent = time.monotonic() - start
            self.console.print(
                f"[green]✓[/] {number:2}/{len(steps)} [bold]{title}[/] [dim]{spent:.1f} s[/]\n        {told}"
            )
        spent = time.monotonic() - began
        table = Table.grid(padding=(0, 2))
        for name, value in self.receipts:
            table.add_row(f"[bold]{name}[/]", value)
        self.console.print(Panel(table, title="Receipts", border_style="green"))
        must(spent < LIMIT_S, f"the walk took {spent:.0f} s; it should take less than {LIMIT_S:.0f}")
        self.console.print(f"[bold green]Done[/] in {spent:.1f} s: a vote changed what people see.")

    def __getitem__(self, handle: str) -> Application:
        return self.people[handle]

    def join(self) -> str:
        """Eight people join; each signs in as a browser and gives an application a token."""

        def arrive(handle: str) -> Application:
            newcomer = {"handle": handle, "display_name": handle.title(), "password": PASSWORD}
            body = json.dumps(newcomer).encode()
            kind = {"Content-Type": "application/json"}
            send("POST", f"{self.url}/api/v1/members", headers=kind, body=body).expect(201)
            return Application(self.url, handle, token_for(self.url, handle, PASSWORD))

        with ThreadPoolExecutor(4) as pool:
            self.people = dict(zip(PEOPLE, pool.map(arrive, PEOPLE), strict=True))
        self.unknown = self["hugo"].get("/posts/1").expect(404).body
        return "authorization code + PKCE (S256), one token each"

    def found(self) -> str:
        """Ben founds a guild; Ana and Cleo join."""
        guild = {"slug": "bakers", "name": "Bakers", "purpose": "Bread for the whole street."}
        self["ben"].post("/guilds", guild).expect(201)
        for handle in ("ana", "cleo"):
            self[handle].put("/guilds/bakers/members/me").expect(200, 204)
        return "Bakers: Ben (steward), Ana, Cleo"

    def upload(self) -> str:
        """Ana sends three real photos; what is no photo is refused with its reason."""
        for name in ("DSCN0010.jpg", "portrait_3.jpg", "DSCN0042.jpg"):
            number, answer = self["ana"].upload((PHOTOS / name).read_bytes(), f"The photo {name}")
            made = answer.expect(200).json()
            must(len(made["renditions"]) == 3, f"{name} has {len(made['renditions'])} renditions")
            self.photos.append(number)
        portrait = self["ana"].get(f"/uploads/{self.photos[1]}").expect(200).json()
        must(portrait["height"] > portrait["width"], "the rotated photo is not upright")
        refused = [
            self["ana"].upload(data, "none")[1].expect(422).json()["errors"][0]["detail"]
            for data in (b"not a photo at all", (PHOTOS / "DSCN0021.jpg").read_bytes()[:50_000])
        ]
        return f"3 photos, 9 renditions, upright; refused: «{refused[0]}» «{refused[1]}»"

    def publish(self) -> str:
        """Ana publishes for three kinds of audience."""
        audiences: dict[str, dict[str, Any]] = {
            "coop": {},
            "guild": {"see": {"any": [{"guild": "bakers"}]}},
            "people": {
                "see": {"any": [{"member": handle} for handle in ("ben", "cleo", "dan")]},
                "seats": {"max": 2},
            },
        }
        for (name, audience), photo in zip(audiences.items(), self.photos, strict=True):
            body = {"body": f"A photo for the {name}.", "asset_id": photo, "audience": audience}
            self.posts[name] = self["ana"].post("/posts", body).expect(201).json()["id"]
        too_many = {"body": "For everyone and more.", "audience": {"seats": {"max": 100_000}}}
        fault = self["ana"].post("/posts", too_many).expect(422).json()["errors"][0]
        return f"3 posts; a cap of 100000 is refused by {fault['clause']['clause']}"

    def refuse(self) -> str:
        """Whoever is not in the audience gets the bytes of a post that never existed."""
        for handle, post in (("hugo", "guild"), ("eve", "people")):
            answer = self[handle].get(f"/posts/{self.posts[post]}").expect(404)
            must(answer.body == self.unknown, "a hidden post answers other than an unknown one")
            why = self[handle].get(f"/posts/{self.posts[post]}/why").expect(404)
            must(why.body == self.unknown, "the why of a hidden post gives it away")
        self["cleo"].get(f"/posts/{self.posts['guild']}").expect(200)
        return "guild and named posts: 404 for outsiders, byte for byte as unknown"

    def seats(self) -> str:
        """Three friends race for two seats, each four times."""
        path = f"/posts/{self.posts['people']}"
        with ThreadPoolExecutor(12) as pool:
            tries = list(
                pool.map(lambda handle: (handle, self[handle].get(path)), ("ben", "cleo", "dan") * 4)
            )
        seated = {handle for handle, answer in tries if answer.status == 200}
        must(len(seated) == 2, f"{len(seated)} members were seated where two may")
        self.left_out = ({"ben", "cleo", "dan"} - seated).pop()
        self.seated = sorted(seated)[0]
        refused = [answer for handle, answer in tries if handle == self.left_out]
        must(all(answer.body == self.unknown for answer in refused), "a full post gives itself away")
        taken = self["ana"].get(path).expect(200).json()["seats"]["taken"]
        must(taken == 2, f"the author is told {taken} seats")
        return f"exactly 2 seated of 12 tries; {self.left_out.title()} gets 404"

    def media(self) -> str:
        """The photo of a capped post is streamed to who holds a seat, and is clean."""
        post = self[self.seated].get(f"/posts/{self.posts['people']}").expect(200).json()
        address = post["picture"]["renditions"][0]["url"]
        answer = self[self.seated].get(address).expect(200)
        must(answer.headers["cache-control"] == "no-store", "a capped photo may be kept by caches")
        must(answer.body[8:12] == b"WEBP" and b"Exif" not in answer.body, "the rendition is not clean")
        must(self[self.left_out].get(address).expect(404).body == self.unknown, "a copied address opens")
        part = self[self.seated].get(address, Range="bytes=0-99").expect(206)
        must(len(part.body) == 100, "a range is not served")
        return f"{len(answer.body):,} bytes of WebP without EXIF; a copied address: 404"

    def feed(self) -> str:
        """Ben and Cleo read a page; every score is exactly the sum of its terms."""
        for handle in ("ben", "cleo"):
            page = self[handle].get("/feeds/balanced").expect(200).json()
            for item in page["items"]:
                total = sum(term["contribution"] for term in item["why"]["terms"])
                must(total == item["why"]["score"], "contributions do not add up to the score")
            must(self.posts["coop"] in _ids(page), f"{handle} does not see the coop's post")
        return f"{len(page['items'])} items, terms add up exactly; the coop's post now has 2 viewers"

    def bad_patches(self) -> str:
        """Unknown clause, wrong type, out of bounds, stale base, against the charter."""
        audience = self._policy("audience")["sha256"]
        voting = self._policy("voting")["sha256"]
        tries = [
            ("audience", audience, "/seats/nothing", 5, 422),
            ("audience", audience, "/seats/default", "many", 422),
            ("audience", audience, "/seats/default", 0, 422),
            ("audience", "0" * 64, "/seats/default", 40, 409),
            ("voting", voting, "/classes/D/floor", 0.9, 422),
        ]
        told = []
        for kind, base, clause, value, status in tries:
            body = _proposal(kind, base, clause, value, "No")
            fault = self["dan"].post("/proposals", body).expect(status).json()["errors"][0]
            told.append(f"{status} {fault['pointer']}")
        for show in ("open", "ended", "drafts"):
            listed = self["dan"].get(f"/proposals?show={show}").expect(200).json()["items"]
            must(not listed, "a refused proposal was stored")
        return "; ".join(told)

    def propose(self) -> str:
        """Dan proposes three seats for all; Eve lets freshness count half. Two more sign each."""
        for handle, kind, clause, value, title in (
            ("dan", "audience", "/seats/default", 3, "Rooms of three"),
            ("eve", "feeds", "/profiles/balanced/weights/fresh", 0.5, "Newness counts half"),
        ):
            body = _proposal(kind, self._policy(kind)["sha256"], clause, value, title)
            made = self[handle].post("/proposals", body).expect(201).json()
            self.proposals[kind] = made
            for sponsor in ("finn", "gil", "hugo"):
                if self._read(kind)["state"] == "sponsoring":
                    self[sponsor].post(f"/proposals/{made['id']}/sponsors").expect(200, 201)
        classes = {kind: made["risk_class"] for kind, made in self.proposals.items()}
        return f"risk class from the diff: audience {classes['audience']}, feeds {classes['feeds']}"

    def vote(self) -> str:
        """Wait for verification to end, then vote; the count is hidden until the close."""
        for kind in self.proposals:
            self._wait(kind, "voting")
        self._join_late()
        votes = {"ana": "for", "ben": "for", "dan": "for", "eve": "for", "finn": "for", "gil": "against"}
        for kind, made in self.proposals.items():
            path = f"/proposals/{made['id']}/ballot"
            wrong = {"choice": "for", "patch_sha256": "0" * 64}
            self["cleo"].put(path, wrong).expect(409)
            self["late"].put(path, {**wrong, "patch_sha256": made["patch_sha256"]}).expect(403)
            for handle, choice in votes.items():
                body = {"choice": choice, "patch_sha256": made["patch_sha256"]}
                receipt = self[handle].put(path, body).expect(200).json()
            self["ana"].get(f"/proposals/{made['id']}/ballots").expect(409)
            must(self._read(kind)["tally"] is None, "the count is told before the close")
        self.receipts.append(
            ("Gil's ballot", f"{receipt['commitment'][:32]}… event {receipt['ledger']['seq']}")
        )
        return "12 ballots, each with a receipt; a wrong hash: 409; not on the roll: 403; no count yet"

    def _join_late(self) -> None:
        body = json.dumps({"handle": "late", "password": PASSWORD}).encode()
        kind = {"Content-Type": "application/json"}
        send("POST", f"{self.url}/api/v1/members", headers=kind, body=body).expect(201)
        self.people["late"] = Application(self.url, "late", token_for(self.url, "late", PASSWORD))

    def close(self) -> str:
        """Both are counted; a ballot after the close is refused."""
        told = []
        for kind, made in self.proposals.items():
            self._wait(kind, "timelock", "in_force")
            body = {"choice": "against", "patch_sha256": made["patch_sha256"]}
            self["cleo"].put(f"/proposals/{made['id']}/ballot", body).expect(409)
            tally = self._counted(kind)
            must(tally["passed"] and tally["for"] == 5 and tally["against"] == 1, f"the tally is {tally}")
            told.append(f"{kind}: {tally['for']} for, {tally['against']} against of {tally['roll']}")
        return "; ".join(told) + "; a late ballot: 409"

    def enact(self) -> str:
        """The worker enacts each when its timelock ends."""
        for kind in self.proposals:
            made = self._wait(kind, "in_force")
            policy = self._policy(kind)
            must(policy["version"] == 2, f"{kind} is at version {policy['version']}")
            must(made["enacted"]["sha256"] == policy["sha256"], "the enacted text is not the one in force")
            self.receipts.append((f"{kind}.toml", f"version 2, sha256 {policy['sha256'][:32]}…"))
        return "audience.toml and feeds.toml are at version 2"

    def next_seat(self) -> str:
        """The coop's post has two viewers: one more is seated, the next is not, those seated stay."""
        path = f"/posts/{self.posts['coop']}"
        self["dan"].get(path).expect(200)
        must(self["eve"].get(path).expect(404).body == self.unknown, "the fourth viewer was let in")
        for handle in ("ben", "cleo"):
            self[handle].get(path).expect(200)
        return "cap 3 now: Dan seated, Eve 404, Ben and Cleo keep their seats"

    def next_page(self) -> str:
        """A full post is offered to nobody new, and the new weight makes the score."""
        page = self["eve"].get("/feeds/balanced").expect(200).json()
        must(self.posts["coop"] not in _ids(page), "a full post is offered")
        self["ana"].post("/posts", {"body": "After the vote."}).expect(201)
        page = self["eve"].get("/feeds/balanced").expect(200).json()
        item = page["items"][0]
        fresh = next(term for term in item["why"]["terms"] if term["signal"] == "fresh")
        must(fresh["weight"] == 500, f"freshness weighs {fresh['weight']} thousandths")
        self._cites(page["receipts"][fresh["clause"]], "feeds")
        return "freshness weighs 0.500; its receipt names the vote"

    def why(self) -> str:
        """Why names the clause, its version, the proposal and the tally."""
        found = self["ben"].get(f"/posts/{self.posts['coop']}/why?profile=balanced").expect(200).json()
        seats = next(limit for limit in found["limits"] if limit["name"] == "seats")
        must(seats["value"] == 3, f"why says {seats['value']} seats")
        self._cites(seats["clause"], "audience")
        clause, tally = seats["clause"], seats["clause"]["tally"]
        cited = f"{clause['clause']} = {clause['value']}, version {clause['version']},"
        cited += f" proposal {clause['proposal']}"
        self.receipts.append(("why", f"{cited}, {tally['for']} for {tally['against']} against"))
        return f"{found['because'][0]} {cited}"

    def ledger(self) -> str:
        """Export the ledger and verify it with nothing but the file; then change one byte of it."""
        file = self.folder / "ledger.jsonl"
        file.write_bytes(self["hugo"].get("/ledger").expect(200).body)
        verdict = self._verify(file)
        must(verdict["problems"] == 0 and verdict["tallies"] == 2, f"the verifier says {verdict}")
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('"choice":"against"', '"choice":"for"', 1), encoding="utf-8")
        must(self._verify(file)["problems"] > 0, "a changed ballot was not found")
        self.receipts.append(("ledger", f"{verdict['events']} events, head {verdict['head'][:32]}…"))
        return (
            f"{verdict['events']} events, {verdict['tallies']} votes counted again; a changed ballot is found"
        )

    def _verify(self, file: Path) -> Any:
        command = [sys.executable, str(ROOT / "app.py"), "ledger", "verify", str(file)]
        done = subprocess.run(command, cwd=self.folder, env={}, capture_output=True, text=True, check=False)
        return json.loads(done.stdout)

    def _cites(self, clause: Any, kind: str) -> None:
        made = self.proposals[kind]
        must(clause["proposal"] == made["id"], f"the receipt names proposal {clause['proposal']}")
        must(clause["version"] == 2, f"the receipt names version {clause['version']}")
        must(clause["tally"]["for"] == 5, f"the receipt's tally is {clause['tally']}")

    def _policy(self, kind: str) -> Any:
        return self["hugo"].get(f"/policies/coop/{kind}").expect(200).json()

    def _read(self, kind: str) -> Any:
        return self["ana"].get(f"/proposals/{self.proposals[kind]['id']}").expect(200).json()

    def _counted(self, kind: str) -> Any:
        return self._until(lambda: self._read(kind)["tally"], f"{kind} was not counted")

    def _wait(self, kind: str, *states: str) -> Any:
        def there() -> Any:
            made = self._read(kind)
            return made if made["state"] in states else None

        return self._until(there, f"the proposal on {kind} did not come to {states}")

    def _until(self, look: Callable[[], Any], told: str) -> Any:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = look()
            if found is not None:
                return found
            time.sleep(0.1)
        raise TimeoutError(told)


def _ids(page: Any) -> set[str]:
    return {item["post"]["id"] for item in page["items"]}


def _proposal(kind: str, base: str, clause: str, value: Any, title: str) -> dict[str, Any]:
    return {
        "scope": "coop",
        "kind": kind,
        "title": title,
        "rationale": "So that everyone can be answered.",
        "patch": [{"op": "replace", "path": clause, "value": value}],
        "base_sha256": base,
    }
