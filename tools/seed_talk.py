"""How a story's proposals are talked over: arguments, statements, a sense-check, an amendment."""

from datetime import timedelta
from itertools import count

from governance import cases
from governance.deliberation import amendments, arguments, checks, marks, statements
from governance.deliberation.statements import Answer
from tools.chronicle import Act, Chronicle, Room
from tools.motions import Amended, Check, Motion, Opinion, Remark

STEP = timedelta(minutes=40)
"""Between one thing that is said and the next."""


def plan(chronicle: Chronicle, number: int, motion: Motion) -> None:
    """Plan what is said of a proposal, from the moment that is being told on."""
    talk = _Talk(chronicle, number)
    steps = count(1)
    for remark in motion.remarks:
        chronicle.later(next(steps) * STEP, remark.by, talk.argument(remark))
    for opinion in motion.opinions:
        chronicle.later(next(steps) * STEP, opinion.by, talk.statement(opinion))
    if motion.check is not None:
        chronicle.later(next(steps) * STEP, motion.author, talk.check(motion.check))
    if motion.amended is not None:
        chronicle.later(next(steps) * STEP, motion.amended.by, talk.amendment(motion, motion.amended))


class _Talk:
    """What members say of one proposal; each act plans those that follow from it."""

    def __init__(self, chronicle: Chronicle, number: int) -> None:
        self._later = chronicle.later
        self._number = number

    def argument(self, remark: Remark) -> Act:
        def act(room: Room) -> None:
            made = arguments.argue(
                room.session, room.book, room.who, self._number, remark.stance, remark.body, room.clock
            )
            for handle, body in remark.answers:
                self._later(STEP, handle, _reply(made, body))
            for handle in remark.helped.split():
                self._later(2 * STEP, handle, _mark(made))

        return act

    def statement(self, opinion: Opinion) -> Act:
        def act(room: Room) -> None:
            made = statements.write(
                room.session, room.book, room.who, self._number, opinion.words, room.clock
            )
            for handle, said in opinion.answers():
                self._later(STEP, handle, _answer(made, said))

        return act

    def check(self, check: Check) -> Act:
        def act(room: Room) -> None:
            made = checks.ask(
                room.session, room.book, room.who, self._number, check.question, None, room.clock
            )
            for handle, option in check.answers:
                self._later(STEP, handle, _choose(made, option))

        return act

    def amendment(self, motion: Motion, amended: Amended) -> Act:
        def act(room: Room) -> None:
            case = cases.one(room.session, self._number, room.clock.at)
            wanted = amendments.Wanted(
                room.setting(motion.kind, motion.clause, amended.value), case.patch_sha256, amended.because
            )
            made = amendments.make(room.session, room.book, room.who, self._number, wanted, room.clock)
            self._later(STEP, motion.author, _accept(made))

        return act


def _reply(argument: int, body: str) -> Act:
    return lambda room: arguments.answer(room.session, room.book, room.who, argument, body, room.clock)


def _mark(argument: int) -> Act:
    return lambda room: marks.mark(room.session, room.who, argument, room.clock)


def _answer(statement: int, said: Answer) -> Act:
    return lambda room: statements.answer(room.session, room.who, statement, said, room.clock)


def _choose(check: int, option: int) -> Act:
    return lambda room: checks.answer(room.session, room.who, check, option, room.clock)


def _accept(amendment: int) -> Act:
    return lambda room: amendments.accept(room.session, room.book, room.who, amendment, room.clock)
