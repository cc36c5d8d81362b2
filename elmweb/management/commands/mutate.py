"""``manage.py mutate``: let an operator edit programs and see what its children are worth."""

import json
import time
from argparse import ArgumentParser
from dataclasses import dataclass

from django.core.management.base import BaseCommand, CommandError

from elmweb.commands import spec_named
from elmweb.management.commands.evaluate import WRONG_ARGUMENTS, _source
from simulation.domains import get_domain
from simulation.evaluate import Evaluation, Evaluator, SandboxLost
from simulation.outcome import Outcome
from simulation.sandbox import SandboxUnavailable, open_sandbox
from simulation.terrain import make_terrain
from workers.mutation.operator import MutationRequest, Operator, Proposal, load_operator

TRIES = 4  # of a sample, the first included; as many as a run allows an answer that fails


@dataclass(frozen=True)
class Child:
    """A proposal and what became of it."""

    proposal: Proposal
    outcome: Outcome
    body_hash: str
    is_valid: bool


class Command(BaseCommand):
    help = (
        "Mutate walker programs: how many first tries apply, run and build another body. valid: "
        "the child is simulated and its body differs from the parent's. valid_within_tries: "
        f"samples with a valid child within {TRIES} tries. cpu_seconds: of writing the first tries."
    )
    requires_system_checks = []  # only an added model needs the database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a Python program")
        parser.add_argument("--message", default="Changed make walker function.")
        parser.add_argument("--samples", type=int, default=8, help="first tries for each file")
        parser.add_argument("--temperature", type=float, default=0.8)
        parser.add_argument("--rng-seed", type=int, default=0)
        parser.add_argument("--backend", default="bundled", help="a model's name")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args, **options) -> None:
        if options["samples"] < 1:
            raise CommandError(
                f"--samples must be 1 or more, got {options['samples']}", returncode=WRONG_ARGUMENTS
            )
        programs = [(file, _source(file)) for file in options["files"]]
        try:
            spec = spec_named(options["backend"])
            operator = load_operator(spec, temperature=options["temperature"])
        except ValueError as error:
            raise CommandError(str(error), returncode=WRONG_ARGUMENTS) from None
        except RuntimeError as error:
            raise CommandError(str(error)) from None
        try:
            with open_sandbox() as sandbox:
                evaluator = Evaluator(sandbox, get_domain("sodarace"), make_terrain("flat"))
                for file, source in programs:
                    found = measure(
                        operator, evaluator, source, options["message"],
                        options["samples"], options["rng_seed"],
                    )  # fmt: skip
                    row = {"file": file, **found}
                    self.stdout.write(json.dumps(row) if options["json"] else _words(row))
        except (SandboxUnavailable, SandboxLost) as error:
            raise CommandError(f"the sandbox does not work here: {error}") from error


def measure(
    operator: Operator, evaluator: Evaluator, source: str, message: str, samples: int, rng_seed: int
) -> dict:
    """Return what ``samples`` mutations of ``source`` are worth, keys as in the command's JSON."""
    known: dict[str, Evaluation] = {}

    def evaluate(program: str) -> Evaluation:
        if program not in known:
            known[program] = evaluator.evaluate(program)
        return known[program]

    parent_hash = evaluate(source).body_hash

    def attempt(count: int, number: int) -> list[Child]:
        request = MutationRequest(source, message, count)
        # seeds of later tries lie apart, so that no two samples repeat each other
        [proposals] = operator.propose([request], rng_seed=rng_seed + number * 1_000_003)
        return [_child(p, evaluate, parent_hash) for p in proposals]

    started = time.process_time()
    request = MutationRequest(source, message, samples)
    [proposals] = operator.propose([request], rng_seed=rng_seed)
    cpu_seconds = time.process_time() - started
    first = [_child(p, evaluate, parent_hash) for p in proposals]
    open_samples = sum(not c.is_valid for c in first)
    for number in range(1, TRIES):
        if open_samples:
            open_samples = sum(not c.is_valid for c in attempt(open_samples, number))
    return {
        "samples": samples,
        "applied": sum(c.outcome.applies for c in first),
        "valid": sum(c.is_valid for c in first),
        "valid_within_tries": samples - open_samples,
        "novel": len({c.body_hash for c in first if c.is_valid}),
        "cpu_seconds": round(cpu_seconds, 3),
        "children": [
            {"diff": c.proposal.diff, "source": c.proposal.source, "outcome": str(c.outcome)}
            for c in first
        ],
    }


def _child(proposal: Proposal, evaluate, parent_hash: str) -> Child:
    if proposal.outcome is not None or proposal.source is None:
        return Child(proposal, proposal.outcome or Outcome.NO_DIFF, "", False)
    evaluation = evaluate(proposal.source)
    is_valid = evaluation.outcome is Outcome.EVALUATED and evaluation.body_hash != parent_hash
    return Child(proposal, evaluation.outcome, evaluation.body_hash, is_valid)


def _words(row: dict) -> str:
    rate = row["samples"] / row["cpu_seconds"] if row["cpu_seconds"] else float("inf")
    lines = [
        f"{row['file']}: of {row['samples']} samples {row['applied']} apply, "
        f"{row['valid']} are valid ({row['novel']} bodies), "
        f"{row['valid_within_tries']} within {TRIES} tries; {rate:.1f} samples a CPU second"
    ]
    for child in row["children"]:
        lines += [f"--- {child['outcome']}", child["diff"].rstrip("\n")]
    return "\n".join(line for line in lines if line)
