"""The second half of the demo: two votes change what people see, and every answer cites them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.client import Application, send, token_for
from tools.demo_cast import must
from tools.demo_posts import PASSWORD, Posts, ids

ROOT = Path(__file__).resolve().parent.parent


class Votes(Posts):
    """Proposals, ballots, enactment, and what follows from it."""

    def bad_patches(self) -> str:
        """Unknown clause, wrong type, out of bounds, stale base, against the charter."""
        audience = self.policy("audience")["sha256"]
        voting = self.policy("voting")["sha256"]
        tries = [
            ("audience", audience, "/seats/nothing", 5, 422),
            ("audience", audience, "/seats/default", "many", 422),
            ("audience", audience, "/seats/default", 0, 422),
            ("audience", "0" * 64, "/seats/default", 40, 409),
            ("voting", voting, "/classes/D/floor", 0.9, 422),
        ]
        told = []
        for kind, base, clause, value, status in tries:
            body = proposal(kind, base, clause, value, "No")
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
            body = proposal(kind, self.policy(kind)["sha256"], clause, value, title)
            made = self[handle].post("/proposals", body).expect(201).json()
            self.proposals[kind] = made
            for sponsor in ("finn", "gil", "hugo"):
                if self.read(kind)["state"] == "sponsoring":
                    self[sponsor].post(f"/proposals/{made['id']}/sponsors").expect(200, 201)
        classes = {kind: made["risk_class"] for kind, made in self.proposals.items()}
        return f"risk class from the diff: audience {classes['audience']}, feeds {classes['feeds']}"

    def vote(self) -> str:
        """Wait for verification to end, then vote; the count is hidden until the close."""
        for kind in self.proposals:
            self.wait(kind, "voting")
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
            must(self.read(kind)["tally"] is None, "the count is told before the close")
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
            self.wait(kind, "timelock", "in_force")
            body = {"choice": "against", "patch_sha256": made["patch_sha256"]}
            self["cleo"].put(f"/proposals/{made['id']}/ballot", body).expect(409)
            tally = self.counted(kind)
            must(tally["passed"] and tally["for"] == 5 and tally["against"] == 1, f"the tally is {tally}")
            told.append(f"{kind}: {tally['for']} for, {tally['against']} against of {tally['roll']}")
        return "; ".join(told) + "; a late ballot: 409"

    def enact(self) -> str:
        """The worker enacts each when its timelock ends."""
        for kind in self.proposals:
            made = self.wait(kind, "in_force")
            policy = self.policy(kind)
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
        must(self.posts["coop"] not in ids(page), "a full post is offered")
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


def proposal(kind: str, base: str, clause: str, value: Any, title: str) -> dict[str, Any]:
    """Return the body of a proposal that sets one clause."""
    return {
        "scope": "coop",
        "kind": kind,
        "title": title,
        "rationale": "So that everyone can be answered.",
        "patch": [{"op": "replace", "path": clause, "value": value}],
        "base_sha256": base,
    }
