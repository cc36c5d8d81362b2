"""Decides what the model does next: which parents, which commit messages, how far ahead."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from archive.config import RunConfig, mix_from_json
from archive.models import Cell, Child, Driver, Job, Run, RunState
from archive.services import jobs
from archive.services.recording import Candidacy
from elmweb.accounts import quotas
from workers.mutation.operator import MutationRequest, Proposal

AHEAD = 3  # mutate jobs that wait or run at any time, so that the model never waits
BACKLOG = 8  # evaluate jobs beyond which the model lets evaluation catch up


@dataclass(frozen=True)
class Batch:
    """One call of the model: requests and the child that each one mutates."""

    parents: tuple[Child, ...]
    requests: tuple[MutationRequest, ...]
    model: str  # name of the one that writes it
    rng_seed: int


def select_batch(run: Run, number: int, children: int) -> Batch:
    """Choose parents uniformly over the occupied cells (or as the config says), messages by weight.

    Args:
        number: of the batch in its run; with the run's seed it fixes the random stream.
        children: how many in all; spread over the parents as the config says.

    Source: Lehman et al. 2022 (arXiv 2206.08896), section 5.1 (uniform over inhabited niches,
    messages at 40/30/30 %).
    """
    config = RunConfig.from_json(run.config)
    rng = random.Random(f"{run.rng_seed}:{number}")
    candidates = _candidates(run, config.parents)
    texts, weights = zip(*config.messages, strict=True)
    sizes = [config.children_per_parent] * (children // config.children_per_parent)
    if children % config.children_per_parent:
        sizes.append(children % config.children_per_parent)
    chosen = [rng.choice(candidates) for _ in sizes]
    elites = Child.objects.select_related("program").in_bulk(set(chosen))
    parents = tuple(elites[pk] for pk in chosen)
    requests = tuple(
        MutationRequest(_source_of(parent), rng.choices(texts, weights)[0], size)
        for parent, size in zip(parents, sizes, strict=True)
    )
    names, shares = zip(*mix_from_json(run.mix), strict=True)
    return Batch(parents, requests, rng.choices(names, shares)[0], rng.getrandbits(48))


def _candidates(run: Run, parents: str) -> list[int]:
    """Return the ids of the children that may become parents."""
    if parents == "seed":  # the control without an archive
        return [Child.objects.get(run=run, seq=0).pk]
    elites = Cell.objects.filter(run=run).order_by("index")
    return list(elites.values_list("elite_id", flat=True))


def _source_of(elite: Child) -> str:
    assert elite.program is not None  # it was evaluated
    return elite.program.source


def candidacies_of(
    batch: Batch, proposals: Sequence[Sequence[Proposal]], *, operator: str, model: str
) -> list[Candidacy]:
    """Return the children of a batch, request by request, ready to be evaluated or recorded."""
    return [
        Candidacy(
            operator=operator[:40],
            parent_id=parent.pk,
            commit_message=request.message,
            model=model,
            source=proposal.source if proposal.outcome is None else None,
            diff=proposal.diff,
            completion=proposal.completion.replace("\0", ""),  # PostgreSQL stores no NUL
            how_applied=proposal.how_applied,
            outcome=proposal.outcome,
            reason=proposal.reason,
            timings=_spent(proposal),
            tries=proposal.tries,
        )
        for parent, request, answers in zip(batch.parents, batch.requests, proposals, strict=True)
        for proposal in answers
    ]


def _spent(proposal: Proposal) -> dict[str, float]:
    """Return what a child took of the model: seconds, tokens, and money where it has a price."""
    spent = {
        "model_s": round(proposal.seconds, 3),
        "tokens": proposal.tokens,
        "prompt_tokens": proposal.prompt_tokens,
    }
    return spent | ({"cost": proposal.cost} if proposal.cost else {})


def batch_size(run: Run) -> int:
    """Return how many children the next batch may have within the budget."""
    config = RunConfig.from_json(run.config)
    return min(config.parents_per_batch * config.children_per_parent, config.budget - run.planned)


def top_up(run_id: int) -> None:
    """Keep enough mutate jobs ahead of the model; finish the run when nothing is left to do."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run_id)
        if run.state != RunState.RUNNING or run.driver != Driver.WORKERS or run.last_seq < 0:
            return
        live = Job.objects.filter(run=run, state__in=[Job.State.QUEUED, Job.State.LEASED])
        mutating = live.filter(kind=Job.Kind.MUTATE).count()
        evaluating = live.filter(kind=Job.Kind.EVALUATE).count()
        left = quotas.children_left(run.owner) if run.owner else None  # None: no limit
        planned = run.planned
        while mutating < AHEAD and evaluating < BACKLOG and (size := batch_size(run)) > 0:
            if left is not None:
                size = min(size, left - (run.planned - planned))
                if size <= 0:
                    break
            jobs.enqueue(Job.Kind.MUTATE, {"batch": run.batches}, run=run, children=size)
            run.batches += 1
            run.planned += size
            mutating += 1
        if run.owner and run.planned > planned:
            quotas.spend(run.owner, children=run.planned - planned)
        waits = left is not None and run.planned - planned >= left and batch_size(run) > 0
        if run.owner and waits:
            run.reason = quotas.spent_sentence(run.owner)
        elif run.reason.startswith(quotas.SPENT):
            run.reason = ""
        if not mutating and not evaluating and not waits:
            run.state, run.finished_at = RunState.FINISHED, timezone.now()
            run.elapsed += (run.finished_at - (run.resumed_at or run.finished_at)).total_seconds()
            run.resumed_at = None
        run.save(
            update_fields=[
                "batches",
                "planned",
                "state",
                "reason",
                "finished_at",
                "elapsed",
                "resumed_at",
            ]
        )


def hand_on(job: Job, candidacies: Sequence[Candidacy]) -> None:
    """Close a mutate job and queue the evaluation of what it made, in one transaction."""
    assert job.run is not None
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=job.run.pk)  # first the run, as everywhere
        if not jobs.finish(job):
            return  # stopped meanwhile, or another worker took it over
        payload = {"candidacies": [asdict(candidacy) for candidacy in candidacies]}
        jobs.enqueue(Job.Kind.EVALUATE, payload, run=job.run, children=job.children)
    top_up(job.run.pk)
