"""The record of votes on people and of those who act for others, checked as the audit reads it.

Pure. Law 4: the slate follows from who stood and who is on the roll; as many ballots are told as members
have voted, or none where too few have; a delegate's ballot counts for exactly those who had let them vote at
the close and cast none; a jury is the one that its pool and the ledger itself draw.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from coop import merkle, sortition
from coop.book import COOP
from governance import options
from governance.outcome import Outcome, counted_from
from governance.people.delegable import delegable
from governance.people.secrecy import SECRET, SUSPENSION
from governance.people.slate import ELECTION, slate, slate_hash
from governance.rules import VotingRules
from governance.tally import Bar, Choice
from governance.votes import Votes

Payload = dict[str, Any]


class Vote(Protocol):
    """What the audit knows of one proposal."""

    submission: Payload
    rules: VotingRules
    bar: Bar
    roll: frozenset[str] | None
    tally: Payload | None
    over: bool


@dataclass
class _Lent:
    """A delegation, until when it was in force at the latest. Moments are stamps, which sort as text."""

    member: str
    delegate: str
    since: str
    until: str


@dataclass
class People:
    """What the events have said of people so far. Proposals and guilds are known by id and slug."""

    leaves: list[bytes] = field(default_factory=list)
    """Of the ledger's Merkle tree, one an event."""
    began: dict[str, int] = field(default_factory=dict)
    """Proposal → the event that brought its deliberation last."""
    signed: dict[str, set[str]] = field(default_factory=dict)
    candidates: dict[str, dict[str, str]] = field(default_factory=dict)
    """Proposal → handle → hash of what they say."""
    frozen_at: dict[str, str] = field(default_factory=dict)
    marked: dict[str, set[str]] = field(default_factory=dict)
    lent: dict[str, list[_Lent]] = field(default_factory=dict)
    """Guild → delegations, whether or not they are over."""
    juries: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Proposal → its pool in the order of the draw."""
    drawn: dict[str, list[str]] = field(default_factory=dict)
    """Proposal → everybody seated so far."""
    suspensions: dict[str, str] = field(default_factory=dict)
    """Suspension → whose it is, of those that nothing lifted."""

    def note(self, event: Payload) -> None:
        """Take note of any event of the ledger, in order."""
        told, type = event["payload"], event["type"]
        self.leaves.append(merkle.leaf_hash(bytes.fromhex(event["hash"])))
        if type in ("proposal.submitted", "proposal.sponsored"):
            self.began[told["proposal"]] = event["seq"]
            signer = told["sponsor" if type == "proposal.sponsored" else "proposer"]
            self.signed.setdefault(told["proposal"], set()).add(signer)
        elif type == "proposal.unsponsored":
            self.signed[told["proposal"]].discard(told["sponsor"])
        elif type == "guild.left":
            for one in self.lent.get(told["guild"], ()):
                if told["member"] in (one.member, one.delegate):
                    one.until = min(one.until, event["at"])

    def stood(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check a candidate: of an election whose slate is not settled."""
        yield from _open(vote)
        self.candidates.setdefault(told["proposal"], {})[told["candidate"]] = told["statement_sha256"]

    def stepped_down(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check that whoever steps down stood."""
        yield from _open(vote)
        if self.candidates.setdefault(told["proposal"], {}).pop(told["candidate"], None) is None:
            yield f"{told['candidate']} did not stand"

    def frozen(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check the slate that an election's roll brings, and bind its ballots to the new hash."""
        self.frozen_at[told["proposal"]] = told["at"]
        submission = vote.submission
        if submission["kind"] != ELECTION:
            return
        standing = self.candidates.get(told["proposal"], {})
        on_roll = {handle: said for handle, said in standing.items() if handle in (vote.roll or ())}
        if told["slate"] != slate(submission["patch_sha256"], on_roll):
            yield "its slate is not of those who stood, in the order of the draw"
        wanted = {**submission["options"], "choices": told["slate"]}
        hashed = slate_hash(
            submission["scope"], submission["method"], wanted, submission["proposer"], submission["nonce"]
        )
        if told["patch_sha256"] != hashed:
            yield "its hash is not that of its slate"
        vote.submission = submission | {"options": wanted, "patch_sha256": told["patch_sha256"]}

    def marks(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check that a member voted in secret: on the roll, in time, once."""
        voter, voted = told["voter"], self.marked.setdefault(told["proposal"], set())
        if vote.submission["kind"] not in SECRET:
            yield "this is no vote on people"
        if vote.tally is not None or vote.over:
            yield f"the ballot of {voter} came after the vote"
        if vote.roll is None or voter not in vote.roll:
            yield f"{voter} is not on the roll"
        if voter in voted:
            yield f"{voter} voted twice"
        voted.add(voter)

    def told(self, vote: Vote, told: Payload, votes: Votes) -> Iterator[str]:
        """Check the ballots of a vote on people, and add them to ``votes``: as many as voted, in order."""
        ballots, voted = told["ballots"], len(self.marked.get(told["proposal"], ()))
        if voted < vote.bar.need(len(vote.roll or ())):
            if ballots:
                yield "too few took part for anything to be told of what they said"
            votes.marks[b""] += voted
            return
        if len(ballots) != voted:
            yield f"{voted} voted and {len(ballots)} ballots are told"
        places = [(ballot["marks"], ballot["nonce"]) for ballot in ballots]
        if places != sorted(places) or len({nonce for _, nonce in places}) != len(places):
            yield "the ballots are not in the order of what they say, or one is told twice"
        for ballot in ballots:
            if ballot.keys() != {"choice", "marks", "nonce"}:
                yield "a secret ballot tells more than it should, or less"
            asked = vote.submission["method"], vote.submission["options"], Choice(ballot["choice"])
            votes.marks[options.said(*asked, marks=ballot["marks"]).marks or b""] += 1

    def delegated(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check whose votes delegates' ballots count for: exactly those who let them and cast none."""
        submission = vote.submission
        asked = delegable(
            guild=submission["scope"] != COOP,
            kind=submission["kind"],
            pace=submission["pace"],
            risk_class=submission["risk_class"],
            rules=vote.rules,
        )
        if not asked:
            if told.get("delegated"):
                yield "votes on this cannot be delegated"
            return
        yield from self._close(vote, told)
        cast = {ballot["voter"] for ballot in told["ballots"]}
        expected = [
            {"voter": one.member, "by": one.delegate}
            for one in sorted(self.lent.get(_guild(submission), ()), key=lambda one: one.member)
            if one.since <= told["closed_at"] < one.until
            and one.member in (vote.roll or ())
            and one.member not in cast
            and one.delegate in cast
        ]
        if told["delegated"] != expected:
            yield f"delegates' ballots count for others than they should: for {expected}"

    def _close(self, vote: Vote, told: Payload) -> Iterator[str]:
        submission = vote.submission
        period = vote.rules.periods(submission["risk_class"], submission["pace"]).vote
        lasted = datetime.fromisoformat(told["closed_at"]) - datetime.fromisoformat(
            self.frozen_at[told["proposal"]]
        )
        if not period <= lasted <= period * float(1 + vote.rules.extension.most):
            yield "its vote did not close when it should have"

    def given(self, told: Payload) -> Iterator[str]:
        """Check a delegation: one a member, one hop, to somebody else."""
        running = [
            one for one in self.lent.setdefault(told["guild"], []) if one.since <= told["since"] < one.until
        ]
        if told["member"] == told["delegate"] or any(one.member == told["member"] for one in running):
            yield f"{told['member']} has a delegate already, or is their own"
        if any(one.member == told["delegate"] or one.delegate == told["member"] for one in running):
            yield f"the vote of {told['member']} would take more than one hop"
        self.lent[told["guild"]].append(_Lent(told["member"], told["delegate"], told["since"], told["until"]))

    def taken_back(self, told: Payload) -> Iterator[str]:
        """Check that what is taken back was given."""
        found = [
            one
            for one in self.lent.get(told["guild"], ())
            if (one.member, one.delegate) == (told["member"], told["delegate"])
            and one.since <= told["at"] < one.until
        ]
        if not found:
            yield f"{told['member']} had not let {told['delegate']} vote for them"
        for one in found:
            one.until = told["at"]

    def jury(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check a draw: the pool's hash, the ledger's root, the seed and the order that follow."""
        key, pool, rules = told["proposal"], told["pool"], vote.rules.juries
        if key in self.juries:
            yield "its jury was drawn before"
        if vote.submission["risk_class"] not in rules.classes or told["size"] != rules.size:
            yield "no such jury is asked for"
        if self.signed.get(key, set()).intersection(pool):
            yield "whoever signed the proposal is in the pool"
        if told["pool_sha256"] != sortition.pool_sha256(pool):
            yield "the hash of the pool is not that of its handles"
        if told["checkpoint_size"] < self.began[key] or told["checkpoint"] != self._root(told):
            yield "its checkpoint is not one of this ledger, from after deliberation began"
        if told["seed"] != sortition.seed(told["checkpoint"], told["pool_sha256"]):
            yield "its seed is not that of its checkpoint and pool"
        if told["jurors"] != list(sortition.draw(told["seed"], pool, told["size"])):
            yield "drawn again it is another jury"
        self.juries[key], self.drawn[key] = sortition.order(told["seed"], pool), list(told["jurors"])

    def _root(self, told: Payload) -> str:
        size = told["checkpoint_size"]
        leaves = self.leaves[:size]
        if len(leaves) != size:
            return ""
        return merkle.span_hash((0, size), merkle.grown(0, {}, leaves)).hex()

    def declined(self, told: Payload) -> Iterator[str]:
        """Check that a juror stepped down, and that the next in the draw follows."""
        drawn, order = self.drawn[told["proposal"]], self.juries[told["proposal"]]
        if told["juror"] not in drawn:
            yield f"{told['juror']} was not drawn"
        follows = next(iter(order[len(drawn) :]), None)
        if told["follows"] != follows:
            yield f"{follows} is the next in the draw"
        drawn += [] if told["follows"] is None else [told["follows"]]

    def verdict(self, told: Payload) -> Iterator[str]:
        """Check that a verdict is a juror's."""
        if told["juror"] not in self.drawn[told["proposal"]]:
            yield f"{told['juror']} was not drawn"

    def seated(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check a council: of those elected, in their order, for the term of the rules."""
        outcome = None if vote.tally is None else counted_from(vote.tally)
        if vote.over or told["scope"] != vote.submission["scope"] or not isinstance(outcome, Outcome):
            yield "no election that is open elected this council"
            return
        names = options.labels(vote.submission["options"])
        elected = [names[place] for place in outcome.chosen]
        if told["seated"] != [handle for handle in elected if handle in told["seated"]]:
            yield "others are seated than were elected"
        moments = (datetime.fromisoformat(told[name]) for name in ("until", "since"))
        until, since = moments
        if until - since != vote.rules.council.term:
            yield "its term is not that of the rules"

    def suspended(self, vote: Vote, told: Payload) -> Iterator[str]:
        """Check a suspension: of whom a vote that passed was on, for as long as it said."""
        submission, asked = vote.submission, vote.submission["options"]
        passed = vote.tally is not None and vote.tally["passed"] is True and not vote.over
        if submission["kind"] != SUSPENSION or not passed or asked["member"] != told["member"]:
            yield f"no vote that passed suspended {told['member']}"
            return
        since, until = (datetime.fromisoformat(told[name]) for name in ("since", "until"))
        if until - since != timedelta(days=asked["days"]):
            yield "it is not for as long as was voted on"
        self.suspensions[told["suspension"]] = told["member"]

    def suspension_ended(self, told: Payload) -> Iterator[str]:
        """Check that a suspension that was lifted had begun, and was of the same member."""
        if self.suspensions.pop(told["suspension"], None) != told["member"]:
            yield f"{told['member']} was not suspended"


def _open(vote: Vote) -> Iterator[str]:
    if vote.submission["kind"] != ELECTION or vote.roll is not None or vote.over:
        yield "there is no such election, or its slate is settled"


def _guild(submission: Mapping[str, Any]) -> str:
    return str(submission["scope"]).partition(":")[2]
