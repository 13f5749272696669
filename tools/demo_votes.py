"""The second part of the demo: two rehearsed votes change what people see, and every answer cites them."""

import hashlib
import json
from typing import Any

import rfc8785

from tools.client import Application, send, token_for
from tools.demo_cast import change, must, proposal
from tools.demo_posts import PASSWORD, Posts, ids


class Votes(Posts):
    """Rehearsals, ballots, enactment, and what follows from it."""

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

    def rehearse(self) -> str:
        """Dan has rooms of three tried on what happened, before he proposes them."""
        body = change("audience", self.policy("audience")["sha256"], "/seats/default", 3)
        asked = self["dan"].post("/rehearsals", body).expect(202).json()
        self["eve"].get(f"/rehearsals/{asked['id']}").expect(404)

        def done() -> Any:
            found = self["dan"].get(f"/rehearsals/{asked['id']}").expect(200).json()
            return found["report"] if found["state"] == "done" else None

        report = self.until(done, "the draft was not rehearsed")
        views = next(measure for measure in report["measures"] if measure["name"] == "views")
        must(views["total"]["lost"] == 8, f"of 11 viewers {views['total']['lost']} would be turned away")
        groups = [group for by in views["by"] for group in by["groups"]]
        unsaid = sum(group["lost"] is None for group in groups)
        must(unsaid, "the report tells of fewer people than it may")
        self.receipts.append(("rehearsal", report["summary"][0]))
        return (
            f"{report['summary'][0]} Of {len(groups)} groups {unsaid} are not told: "
            f"they speak of fewer than {report['hidden_below']} people"
        )

    def submit(self) -> str:
        """Dan proposes three seats for all; Eve lets freshness count half. Two more sign each."""
        for handle, kind, clause, value, title in (
            ("dan", "audience", "/seats/default", 3, "Rooms of three"),
            ("eve", "feeds", "/profiles/balanced/weights/fresh", 0.5, "Newness counts half"),
        ):
            body = proposal(kind, self.policy(kind)["sha256"], clause, value, title)
            self.propose(kind, handle, ("finn", "gil", "hugo"), body)
        return "; ".join(
            f"{kind}: class {made['risk_class']} from its diff, by {made['method']}"
            for kind, made in self.proposals.items()
        )

    def rehearsed(self) -> str:
        """The votes open once both are rehearsed; whoever has the report can compute its hash."""
        told = []
        for kind in self.proposals:
            made, found = self.wait(kind, "voting"), self.rehearsal(kind)
            digest = hashlib.sha256(rfc8785.dumps(found["report"])).hexdigest()
            must(digest == found["report_sha256"] == made["rehearsal_sha256"], "the report has another hash")
            told.append(f"{kind}: {found['report']['summary'][0]}")
        return " ".join(told)

    def ballots(self) -> str:
        """Voters name the patch and the rehearsal that they saw; the count is hidden until the close."""
        self._join_late()
        votes = {"ana": "for", "ben": "for", "dan": "for", "eve": "for", "finn": "for", "gil": "against"}
        for kind, made in self.proposals.items():
            path = f"/proposals/{made['id']}/ballot"
            bound = {"patch_sha256": made["patch_sha256"]}
            self["cleo"].put(path, {"choice": "for", "patch_sha256": "0" * 64}).expect(409)
            unseen = self["cleo"].put(path, {"choice": "for", **bound}).expect(409).json()
            must(unseen["errors"][0]["pointer"] == "/rehearsal_sha256", f"it was refused by {unseen}")
            self["late"].put(path, {"choice": "for", **bound}).expect(403)
            self.ballot = self.vote(kind, votes)[-1]
            self["ana"].get(f"/proposals/{made['id']}/ballots").expect(409)
            must(self.read(kind)["tally"] is None, "the count is told before the close")
        place = self.ballot["ledger"]
        self.receipts.append(("Gil's ballot", f"{self.ballot['commitment'][:32]}… event {place['seq']}"))
        return (
            "12 ballots, each with a receipt; another patch, or its rehearsal unseen: 409; "
            "not on the roll: 403; no count yet"
        )

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
        fresh = page["weights"]["fresh"]
        must(
            "fresh" in {term["signal"] for term in item["why"]["terms"]}, "freshness is no term of the score"
        )
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

    def _cites(self, clause: Any, kind: str) -> None:
        made = self.proposals[kind]
        must(clause["proposal"] == made["id"], f"the receipt names proposal {clause['proposal']}")
        must(clause["version"] == 2, f"the receipt names version {clause['version']}")
        must(clause["tally"]["for"] == 5, f"the receipt's tally is {clause['tally']}")
