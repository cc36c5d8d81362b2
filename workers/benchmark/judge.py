"""Whether a program passes the tests of a task; it runs in the sandbox and nowhere else."""

import math
from random import Random

from simulation.evaluate import ProgramRunner, SandboxLost
from simulation.sandbox import Limits
from workers.benchmark.bugs import Case, Function

SOLVED, WRONG_ANSWER = "solved", "wrong_answer"
TOLERANCE = 1e-9  # relative; another order of the same operations may round otherwise

# Processor time decides, not the clock: a busy machine must not change a figure.
LIMITS = Limits(wall_s=20.0)

# A program in the sandbox can answer with a walker only, so each answer is the x of a joint.
# Right answers never enter the sandbox. Adding 0 makes a number of a truth value and an error of
# what is no number.
_TEST = """

def make_walker():
    return {{"joints": [[{called}(*case) + 0, 0] for case in {cases}], "muscles": []}}
"""


class Judge:
    """Tests programs, each in a sandboxed process of its own, and each text only once.

    Sharing one process between programs would be faster and would let one of them change what
    Python means to the next. Blind mutation writes most programs many times, so remembering
    verdicts by text saves more.
    """

    def __init__(self, sandbox: ProgramRunner) -> None:
        self._sandbox = sandbox
        self._known: dict[tuple[str, str], str] = {}
        self.cpu_seconds = 0.0  # used by programs in the sandbox

    def test(self, function: Function, source: str) -> str:
        """Return how a program ended: ``solved``, ``wrong_answer`` or the sandbox's status.

        Raises:
            SandboxLost: the sandbox died; says nothing about the program.
        """
        key = function.name, source
        if key not in self._known:
            self._known[key] = self._run(function, source)
        return self._known[key]

    def _run(self, function: Function, source: str) -> str:
        # in an order of its own, so that no program passes by counting its calls
        cases = Random(source).sample(function.cases, len(function.cases))
        verdict = self._sandbox.run(source + _TEST.format(called=function.called, cases=cases))
        self.cpu_seconds += verdict.cpu_ms / 1000
        if verdict.status == "sandbox_lost":
            raise SandboxLost(verdict.message)
        if verdict.value is None:
            return str(verdict.status)
        answers = [x for x, _ in verdict.value["joints"]]
        return SOLVED if _are_right(function, cases, answers) else WRONG_ANSWER


def _are_right(function: Function, cases: list[Case], answers: list[float]) -> bool:
    if len(answers) != len(cases):
        return False
    return all(
        math.isclose(answer, function.right(*case), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        for case, answer in zip(cases, answers, strict=True)
    )
