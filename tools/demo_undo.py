"""The third part of the demo: a change that carries a tripwire, crosses it, and undoes itself."""

from tools.demo_cast import must, proposal
from tools.demo_votes import Votes

MOST_REPLIES = 5
"""A day, as agreed with the change."""
ANSWERING = ("ben", "cleo", "dan", "eve", "finn", "gil")


class Undoing(Votes):
    """A second change to the clause that was changed, and how it goes again."""

    def agree(self) -> str:
        """Eve proposes rooms of forty, as long as no more than five replies a day are written."""
        body = proposal("audience", self.policy("audience")["sha256"], "/seats/default", 40, "Rooms of forty")
        body["tripwires"] = [{"metric": "replies", "window_days": 1, "max": MOST_REPLIES}]
        self.propose("forty", "eve", ("finn", "gil", "hugo"), body)
        self.wait("forty", "voting")
        self.vote("forty", dict.fromkeys(("ana", "cleo", "eve", "finn", "gil"), "for"))
        self.wait("forty", "in_force")
        must(self.policy("audience")["version"] == 3, "the second change brought no version")
        self["eve"].get(f"/posts/{self.posts['coop']}").expect(200)
        return f"in force as version 3, undone by itself above {MOST_REPLIES} replies a day; Eve is let in"

    def cross(self) -> str:
        """Six people answer; the worker reads the tripwire and puts back what stood before."""
        for handle in ANSWERING:
            body = {"body": f"{handle.title()} was there too."}
            self[handle].post(f"/posts/{self.posts['coop']}/replies", body).expect(201)
        undone = self.wait("forty", "reverted")
        policy = self.policy("audience")
        before = self.read("audience")["enacted"]
        must(policy["version"] == 4, f"audience is at version {policy['version']}")
        must(policy["sha256"] == before["sha256"], "what stood before is not what was put back")
        self.receipts.append(("tripwire", undone["undone_reason"]))
        return f"{undone['undone_reason']} Version 4 is the text of version 2"

    def next_seat_again(self) -> str:
        """The next stranger meets the old clause; why? names the version that put it back."""
        path = f"/posts/{self.posts['coop']}"
        must(self["hugo"].get(path).expect(404).body == self.unknown, "a seventh viewer was let in")
        for handle in ANSWERING:
            self[handle].get(path).expect(200)
        found = self["ben"].get(f"{path}/why").expect(200).json()
        seats = next(limit for limit in found["limits"] if limit["name"] == "seats")
        clause = seats["clause"]
        must(seats["value"] == 3, f"why says {seats['value']} seats")
        must(clause["version"] == 4, f"why names version {clause['version']}")
        must(clause["proposal"] == self.proposals["forty"]["id"], "why names another proposal")
        return f"cap 3 again: Hugo 404, the six keep their seats; {clause['clause']} is cited as version 4"
