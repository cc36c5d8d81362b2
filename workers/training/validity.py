"""How often is a child valid? The figures of the model card come from here.

Run it with ``python -m workers.training.validity`` and ``--backend bundled_unmasked``.

Valid means: the edit applies, the program runs in the sandbox, the walker is simulated, and its
body differs from the parent's.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from simulation.domains import get_domain
from simulation.evaluate import Evaluator
from simulation.outcome import Outcome
from simulation.sandbox import Sandbox
from simulation.terrain import make_terrain
from workers.mutation.operator import MutationRequest, Operator, load_operator
from workers.training.corpus import families
from workers.training.corpus.generate import draw_parent, held_out_pool

HELD_OUT = Path(__file__).parent / "heldout"
MESSAGES = (  # the paper's three and four that name an edit
    "Changed make walker function.", "Changed parameters in make walker function.",
    "Small change to make walker function.", "Add a leg", "Make the walker wider",
    "Change the phase of a muscle", "Add a muscle",
)  # fmt: skip
PAPER_MESSAGES = (MESSAGES[0],) * 4 + (MESSAGES[1],) * 3 + (MESSAGES[2],) * 3  # 40/30/30 %


def groups(rng_seed: int, number: int) -> dict[str, list[str]]:
    """Return parents by name: fresh ones of both kinds of families, the seeds, the foreign ones."""
    rng = Random(rng_seed)
    seeds = get_domain("sodarace").seed_programs.values()
    return {
        "seeds": [seed.source for seed in seeds if not seed.is_gallery],
        "gallery": [seed.source for seed in seeds if seed.is_gallery],
        "families": _drawn(rng, families.FAMILIES, number),
        "held-out families": _drawn(rng, held_out_pool(), number),
        "foreign": [path.read_text() for path in sorted(HELD_OUT.glob("*.py"))],
    }


def _drawn(rng: Random, pool, number: int) -> list[str]:
    drawn: list[str] = []
    while len(drawn) < number:
        found = draw_parent(rng, pool)
        if found:
            drawn.append(found[1].source)
    return drawn


def measure(
    operator: Operator,
    evaluator: Evaluator,
    parents: Sequence[str],
    samples: int,
    messages: Sequence[str] = PAPER_MESSAGES,
    rng_seed: int = 1,
) -> dict:
    """Return counts of outcomes of about ``samples`` first tries over ``parents`` in turn."""
    count = max(1, -(-samples // len(parents)))
    requests = [
        MutationRequest(parents[n % len(parents)], messages[n % len(messages)], 1)
        for n in range(count * len(parents))
    ]
    started = time.process_time()
    proposals = []
    for first in range(0, len(requests), 16):
        batch = requests[first : first + 16]
        proposals += operator.propose(batch, rng_seed=rng_seed + first)
    cpu = time.process_time() - started
    bodies: dict[str, str] = {}
    ends: Counter[str] = Counter()
    novel = set()
    for request, [proposal] in zip(requests, proposals, strict=True):
        if request.parent not in bodies:
            bodies[request.parent] = evaluator.evaluate(request.parent).body_hash
        if proposal.outcome is not None or proposal.source is None:
            ends[str(proposal.outcome)] += 1
            continue
        found = evaluator.evaluate(proposal.source)
        if found.outcome is Outcome.EVALUATED and found.body_hash != bodies[request.parent]:
            ends["valid"] += 1
            novel.add(found.body_hash)
        else:
            is_same = found.outcome is Outcome.EVALUATED
            ends["same body" if is_same else str(found.outcome)] += 1
    return {
        "samples": len(requests),
        "valid": round(ends["valid"] / len(requests), 3),
        "novel": round(len(novel) / len(requests), 3),
        "per_cpu_second": round(len(requests) / cpu, 2),
        "ends": dict(ends.most_common()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=96, help="of each group")
    parser.add_argument("--temperature", type=float, default=0.8)
    parser.add_argument("--backend", default="bundled", help="bundled or bundled_unmasked")
    parser.add_argument("--rng-seed", type=int, default=7)
    options = parser.parse_args()
    operator = load_operator(options.backend, temperature=options.temperature)
    with Sandbox() as sandbox:
        evaluator = Evaluator(sandbox, get_domain("sodarace"), make_terrain("flat"))
        for name, parents in groups(options.rng_seed, 32).items():
            row = measure(operator, evaluator, parents, options.samples)
            print(json.dumps({"backend": options.backend, "parents": name, **row}), flush=True)


if __name__ == "__main__":
    main()
