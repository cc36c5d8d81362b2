"""How often is a child valid? The figures of the model card come from here.

Run it with ``python -m workers.training.validity`` and ``--backend bundled_unmasked``, or with
``--folder`` (and ``--adapter``) for another language model.

Valid means: the edit applies, the program runs in the sandbox, the walker is simulated, and its
body differs from the parent's.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from simulation.domains import get_domain
from simulation.evaluate import Evaluation, Evaluator
from simulation.outcome import Outcome
from simulation.sandbox import Sandbox
from simulation.terrain import make_terrain
from workers.mutation.backends.hf import load_hf
from workers.mutation.operator import (
    DiffOperator,
    MutationRequest,
    Operator,
    Proposal,
    load_operator,
)
from workers.mutation.spec import ModelSpec
from workers.training.corpus import families, styles
from workers.training.corpus.generate import draw_parent, held_out_pool

HELD_OUT = Path(__file__).parent / "heldout"
UNSEEN = Path(__file__).parent / "unseen"
PAPER_MESSAGES = (  # 40/30/30 %, section 5 of Lehman et al. 2022
    ("Changed make walker function.",) * 4
    + ("Changed parameters in make walker function.",) * 3
    + ("Small change to make walker function.",) * 3
)
TRIES = 4  # samples of one (program, message) pair
# What a body must show when the message was obeyed: a test of its figures before and after.
CHECKABLE: dict[str, Callable[[dict, dict], bool]] = {
    "Make the walker wider": lambda old, new: new["width"] > old["width"],
    "Make the walker narrower": lambda old, new: new["width"] < old["width"],
    "Make the walker taller": lambda old, new: new["height"] > old["height"],
    "Make the walker lower": lambda old, new: new["height"] < old["height"],
    "Make the walker heavier": lambda old, new: new["mass"] > old["mass"],
    "Make the walker lighter": lambda old, new: new["mass"] < old["mass"],
    "Add a leg": lambda old, new: new["joints"] > old["joints"],
    "Add a joint": lambda old, new: new["joints"] > old["joints"],
    "Remove a joint": lambda old, new: new["joints"] < old["joints"],
    "Add a muscle": lambda old, new: new["muscles"] > old["muscles"],
    "Remove a muscle": lambda old, new: new["muscles"] < old["muscles"],
    "Use fewer muscles": lambda old, new: new["muscles"] < old["muscles"],
}


IN_CORPUS = ("galloper", "runner")  # of the gallery; the others came after the model was trained


def groups(rng_seed: int, number: int) -> dict[str, list[str]]:
    """Return parents by name: fresh ones of both kinds of families, the seeds, the foreign ones."""
    rng = Random(rng_seed)
    seeds = get_domain("sodarace").seed_programs.values()
    return {
        "seeds": [seed.source for seed in seeds if not seed.is_gallery],
        "gallery": [seed.source for seed in seeds if seed.name in IN_CORPUS],
        "families": _drawn(rng, families.FAMILIES + styles.BROAD, number),
        "held-out families": _drawn(rng, held_out_pool(), number),
        "foreign": programs(HELD_OUT),
        "unseen": programs(UNSEEN),
    }


def programs(folder: Path) -> list[str]:
    """Return the programs of a test set, in the order of their names."""
    return [path.read_text() for path in sorted(folder.glob("*.py"))]


def _drawn(rng: Random, pool, number: int) -> list[str]:
    drawn: list[str] = []
    while len(drawn) < number:
        found = draw_parent(rng, pool)
        if found:
            drawn.append(found[1].source)
    return drawn


@dataclass
class Counts:
    """What became of the samples of one group."""

    samples: int = 0
    valid: int = 0
    pairs: int = 0  # (program, message)
    pairs_valid: int = 0  # with at least one valid sample
    checked: int = 0  # valid samples of messages that can be checked
    obeyed: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    bodies: set[str] = field(default_factory=set)
    cpu: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return rates, each beside the number that it is of."""
        row = {
            "samples": self.samples,
            "valid": round(self.valid / self.samples, 3),
            "novel": round(len(self.bodies) / self.samples, 3),
            "pairs": self.pairs,
            f"valid_in_{TRIES}": round(self.pairs_valid / self.pairs, 3),
        }
        if self.checked:
            row |= {"checked": self.checked, "obeyed": round(self.obeyed / self.checked, 3)}
        row["per_cpu_second"] = round(self.samples / self.cpu, 2)
        return row | {"ends": dict(self.ends.most_common())}


def measure(
    operator: Operator,
    evaluator: Evaluator,
    parents: Sequence[str],
    pairs: int,
    messages: Sequence[str] = PAPER_MESSAGES,
    rng_seed: int = 1,
) -> Counts:
    """Count the outcomes of first tries: ``TRIES`` samples of each of ``pairs`` pairs.

    Parents and messages are taken in turn; ``operator`` must not try again by itself.
    """
    requests = [
        MutationRequest(parents[n % len(parents)], messages[n % len(messages)], TRIES)
        for n in range(pairs)
    ]
    counts = Counts()
    known: dict[str, Evaluation] = {}
    for first in range(0, len(requests), 8):
        batch = requests[first : first + 8]
        started = time.process_time()
        answers = operator.propose(batch, rng_seed=rng_seed + first)
        counts.cpu += time.process_time() - started
        for request, proposals in zip(batch, answers, strict=True):
            if request.parent not in known:
                known[request.parent] = evaluator.evaluate(request.parent)
            judged = [_judge(evaluator, p, known[request.parent]) for p in proposals]
            _count(counts, request.message, known[request.parent], judged)
    return counts


def _judge(evaluator: Evaluator, proposal: Proposal, old: Evaluation) -> Evaluation | str:
    """Return the evaluation of a valid child, else how it ended."""
    if proposal.outcome is not None or proposal.source is None:
        return str(proposal.outcome)
    found = evaluator.evaluate(proposal.source)
    if found.outcome is not Outcome.EVALUATED:
        return str(found.outcome)
    return "same body" if found.body_hash == old.body_hash else found


def _count(
    counts: Counts, message: str, old: Evaluation, judged: Sequence[Evaluation | str]
) -> None:
    valid = [found for found in judged if isinstance(found, Evaluation)]
    counts.samples += len(judged)
    counts.valid += len(valid)
    counts.pairs += 1
    counts.pairs_valid += bool(valid)
    counts.ends.update("valid" if isinstance(j, Evaluation) else j for j in judged)
    counts.bodies.update(found.body_hash for found in valid)
    if message in CHECKABLE:
        counts.checked += len(valid)
        counts.obeyed += sum(CHECKABLE[message](_figures(old), _figures(new)) for new in valid)


def _figures(found: Evaluation) -> dict[str, float]:
    assert found.measures is not None
    height, width, mass = found.measures
    return {"height": height, "width": width, "mass": mass} | found.details


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--pairs", type=int, default=54, help=f"of each group, {TRIES} samples each"
    )
    parser.add_argument("--temperature", type=float, default=0.8)
    parser.add_argument("--backend", default="bundled", help="bundled or bundled_unmasked")
    parser.add_argument("--folder", type=Path, help="of a language model, instead of a backend")
    parser.add_argument("--adapter", type=Path, help="LoRA adapter of the model in --folder")
    parser.add_argument("--unmasked", action="store_true", help="the model in --folder alone")
    parser.add_argument("--rng-seed", type=int, default=7)
    parser.add_argument("--messages", choices=("paper", "checkable"), default="paper")
    parser.add_argument("--group", help="only this one")
    options = parser.parse_args()
    if options.folder:
        adapter = str(options.adapter or "")
        model = ModelSpec("hf", "measured", str(options.folder), adapter, batch=16)
        operator = DiffOperator(load_hf(model, masked=not options.unmasked), options.temperature)
        parts = (options.folder.name, adapter and "adapter", options.unmasked and "unmasked")
        options.backend = " ".join(filter(None, parts))
    else:
        operator = load_operator(options.backend, temperature=options.temperature)
    messages = PAPER_MESSAGES if options.messages == "paper" else tuple(CHECKABLE)
    with Sandbox() as sandbox:
        evaluator = Evaluator(sandbox, get_domain("sodarace"), make_terrain("flat"))
        for name, parents in groups(options.rng_seed, 32).items():
            if options.group in (None, name):
                counts = measure(operator, evaluator, parents, options.pairs, messages)
                row = {"backend": options.backend, "parents": name, **counts.to_json()}
                print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
