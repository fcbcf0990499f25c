"""What a law is to the prover: facts about integers, a goal, and a solver that must find no case where it fails.

A proof negates the goal: `unsat` is PROVEN, a case is REFUTED, anything else is NOT PROVEN. A control is a law that was made
wrong on purpose: the solver must find a case, otherwise the proof beside it may hold only because its facts exclude everything.
"""

from dataclasses import dataclass
from typing import Callable

import z3

# crates/margin/src/units.rs, price.rs, perp/mark.rs
BPS, PPM = 10**4, 10**6
WAD = 2**48
VALUE_SHIFT = 2**32
MARK = 2**44
U64 = 2**64 - 1

ANY = "any"


@dataclass
class Case:
    """One question to the solver."""

    law: str
    name: str
    statement: str
    width: str
    source: str
    build: Callable
    is_control: bool
    # A control of what was found: the code itself, where a law is wider than what it keeps.
    is_finding: bool = False


CASES: list[Case] = []


def prove(law: str, statement: str, source: str, width: str = ANY):
    """Declares a statement that must hold. `width`: of the operands, bits; `any` is integers without a bound."""
    return lambda build: CASES.append(Case(law, build.__name__, statement, width, source, build, False)) or build


def control(law: str, statement: str, source: str = "", width: str = ANY):
    """Declares a wrong statement that must be refuted."""
    return lambda build: CASES.append(Case(law, build.__name__, statement, width, source, build, True)) or build


def finding(law: str, statement: str, source: str, width: str = ANY):
    """Declares a statement that one would expect and that the code does not keep: it is refuted, and docs/proofs.md says why."""
    return lambda build: CASES.append(Case(law, build.__name__, statement, width, source, build, True, True)) or build


class Facts:
    """The variables of a case and what is known of them."""

    def __init__(self):
        self.known = []
        self.watched = {}
        self.count = 0

    def int(self, name: str, low=0, high=None):
        """An integer between two bounds, each may be None."""
        x = z3.Int(name)
        self.watched[name] = x
        if low is not None:
            self.known.append(x >= low)
        if high is not None:
            self.known.append(x <= high)
        return x

    def ints(self, names: str, low=0, high=None):
        return [self.int(name, low, high) for name in names.split()]

    def given(self, *facts):
        self.known.extend(facts)

    def _quotient(self):
        self.count += 1
        return z3.Int(f"quotient_{self.count}")

    def floor(self, n, d):
        """`floor(n / d)` for d > 0: the only integer with q·d ≤ n < q·d + d."""
        q = self._quotient()
        self.given(q * d <= n, n < q * d + d)
        return q

    def ceil(self, n, d):
        """`ceil(n / d)` for d > 0: the only integer with q·d − d < n ≤ q·d."""
        q = self._quotient()
        self.given(q * d >= n, n > q * d - d)
        return q


def least(*xs):
    result = xs[0]
    for x in xs[1:]:
        result = z3.If(x < result, x, result)
    return result


def most(*xs):
    result = xs[0]
    for x in xs[1:]:
        result = z3.If(x > result, x, result)
    return result


def solve(case: Case, seconds: int) -> tuple[str, str]:
    """What the solver says, and the counterexample if there is one."""
    facts = Facts()
    goal = case.build(facts)
    solver = z3.Solver()
    solver.set("timeout", seconds * 1000)
    solver.add(*facts.known)
    if solver.check() == z3.unsat:
        return "empty", "no case fulfils the facts"
    solver.add(z3.Not(goal))
    verdict = solver.check()
    if verdict == z3.unsat:
        return "unsat", ""
    if verdict != z3.sat:
        return "unknown", solver.reason_unknown()
    model = solver.model()
    # Checked again by evaluation: every fact holds in the case and the goal does not.
    complete = {name: model.eval(x, model_completion=True) for name, x in facts.watched.items()}
    holds = all(z3.is_true(model.eval(fact, model_completion=True)) for fact in facts.known)
    if not holds or not z3.is_false(model.eval(goal, model_completion=True)):
        return "unknown", "the case could not be evaluated"
    return "sat", ", ".join(f"{name} = {value}" for name, value in complete.items())
