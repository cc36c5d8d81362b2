"""The tables: what evolution found and what people did. Truth lives here, not in the broker."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from archive.grid import Placement
from simulation.outcome import Outcome


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


class Program(models.Model):
    """A genotype: source text, unique by its hash, with the body it builds."""

    sha256 = models.CharField(max_length=64, unique=True)
    source = models.TextField()
    # What the program returned in the sandbox ({"joints", "muscles"}): a replay needs no sandbox.
    walker = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256[:12]


class SeedProgram(models.Model):
    """A program to start runs from; it passed the sandbox before it was saved."""

    name = models.CharField(max_length=80, unique=True)
    description = models.CharField(max_length=300, blank=True)
    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    bundled = models.BooleanField(default=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    fitness = models.FloatField()
    measures = models.JSONField()
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)  # runs that started from it keep it readable

    class Meta:
        ordering = ["-bundled", "id"]

    def __str__(self) -> str:
        return self.name


class CommitMessage(models.Model):
    """A commit message on offer when a run is set up."""

    text = models.CharField(max_length=300, unique=True)
    weight = models.FloatField(default=0.0)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.text


class Terrain(models.Model):
    """A terrain that a person drew, uploaded or named; ``spec`` is all that a run needs of it."""

    name = models.CharField(max_length=80, unique=True)
    spec = models.TextField()  # what ``simulation.terrain.make_terrain`` reads
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)  # until the deletion cannot be undone any more

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class ModelVersion(models.Model):
    """One set of weights (or a control operator, or an endpoint) that mutates programs.

    ``spec`` is a ``workers.mutation.spec.ModelSpec`` for models that people added or trained;
    it is empty for what comes with the program, which is known by its name alone.
    """

    name = models.CharField(max_length=64, db_index=True)  # what a run's mix says
    backend = models.CharField(max_length=40)  # the kind of its spec
    version = models.CharField(max_length=120, unique=True)  # name + hash of the weights
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    spec = models.JSONField(default=dict)
    card = models.JSONField(default=dict)  # what it was made from, what was measured
    is_default = models.BooleanField(default=False)  # new runs begin with it; at most one
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)  # its children keep naming it

    def __str__(self) -> str:
        return self.version


class TrainingState(models.TextChoices):
    DRAFT = "draft"
    QUEUED = "queued"
    RUNNING = "running"
    STOPPED = "stopped"  # by a person; may be resumed
    COMPARING = "comparing"  # trained; the comparison with its parent is under way
    FINISHED = "finished"
    FAILED = "failed"


class Training(models.Model):
    """One fine-tuning: what it learns from, how far it is, the model version that it made."""

    name = models.CharField(max_length=64)  # the model version's, too
    kind = models.CharField(max_length=40, default="finetune")
    state = models.CharField(
        max_length=10, choices=TrainingState.choices, default=TrainingState.DRAFT
    )
    reason = models.CharField(max_length=1000, blank=True)  # why it failed or stopped
    base = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="trainings")
    run = models.ForeignKey(  # that it is for: the comparison starts from its map
        "Run", null=True, on_delete=models.SET_NULL, related_name="trainings"
    )
    config = models.JSONField(default=dict)  # a TuneConfig: data, split, hyper-parameters
    dataset = models.JSONField(default=dict)  # what the preview counted when it started
    metrics = models.JSONField(default=list)  # points of the curves, in order
    progress = models.JSONField(default=dict)  # {"step", "steps", "seconds", "eta_s"}
    result = models.JSONField(default=dict)  # of the comparison with its parent
    model_version = models.ForeignKey(
        ModelVersion, null=True, on_delete=models.PROTECT, related_name="made_by"
    )
    is_automatic = models.BooleanField(default=False)  # began by itself, see Run.repeat_tuning
    by_workers = models.BooleanField(default=True)  # False: `manage.py finetune` does the work
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)  # its model version keeps naming it

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"

    @property
    def is_live(self) -> bool:
        """Whether work on it goes on."""
        live = (TrainingState.QUEUED, TrainingState.RUNNING, TrainingState.COMPARING)
        return self.state in live


class Driver(models.TextChoices):
    """Who turns a run's crank."""

    WORKERS = "workers"  # Celery jobs
    COMMAND = "command"  # `manage.py evolve`, in its own process


class RunState(models.TextChoices):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


class Run(models.Model):
    """One search. ``config`` is a ``RunConfig`` and does not change."""

    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.DRAFT)
    reason = models.CharField(max_length=1000, blank=True)  # why it failed
    config = models.JSONField()
    driver = models.CharField(max_length=10, choices=Driver.choices, default=Driver.WORKERS)
    rng_seed = models.BigIntegerField()
    seed_program = models.ForeignKey(SeedProgram, null=True, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT)  # the seed program's source
    last_seq = models.BigIntegerField(default=-1)  # of the newest child; the seed program is 0
    planned = models.BigIntegerField(default=0)  # children asked for so far; never above the budget
    batches = models.BigIntegerField(default=0)  # mutate jobs so far: numbers their random streams
    elapsed = models.FloatField(default=0.0)  # [s] in state running, up to ``resumed_at``
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    forked_from = models.ForeignKey("Child", null=True, on_delete=models.SET_NULL, related_name="+")
    # Whose map, after which child, this run began with: its elites are this run's first children.
    origin = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="forks")
    origin_seq = models.BigIntegerField(null=True)
    trial_of = models.ForeignKey(  # one arm of a training's comparison, not a search of its own
        Training, null=True, on_delete=models.CASCADE, related_name="arms"
    )
    mix = models.JSONField(default=list)  # of models in force now: [[name, weight], ...]
    # {"every", "preset"}: train again after so many accepted diffs; null = never
    repeat_tuning = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    resumed_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # sign of life of the command that drives it
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.id} {self.name}"

    @property
    def is_over(self) -> bool:
        """Whether no more children will come."""
        return self.state in (RunState.FINISHED, RunState.STOPPED, RunState.FAILED)

    def running_time(self, now: datetime) -> float:
        """Return how long it has been running [s], pauses left out."""
        since = (now - self.resumed_at).total_seconds() if self.resumed_at else 0.0
        return round(self.elapsed + since, 1)


class Job(models.Model):
    """Leased work. A task may run twice or die anywhere; the fence lets one result in."""

    class Kind(models.TextChoices):
        MUTATE = "mutate"
        EVALUATE = "evaluate"
        CHECK = "check"
        TRAIN = "train"  # one slice of a training
        PROBE = "probe"  # programs of a training's model, to be run for its curve

    class State(models.TextChoices):
        QUEUED = "queued"
        LEASED = "leased"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    run = models.ForeignKey(Run, null=True, on_delete=models.CASCADE)
    training = models.ForeignKey(Training, null=True, on_delete=models.CASCADE)
    payload = models.JSONField()
    result = models.JSONField(null=True)
    children = models.PositiveIntegerField(default=0)  # that it stands for in the budget
    attempt = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    # Host and pid of who claimed it last; by default of the database, too: older workers go on.
    holder = models.CharField(max_length=120, blank=True, default="", db_default="")
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)  # when its id last went to the broker
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "kind"]), models.Index(fields=["run", "state"])]

    def __str__(self) -> str:
        return f"{self.kind} job {self.pk} ({self.state})"


class Child(models.Model):
    """One completion of the model and what became of it. Append-only."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="children")
    seq = models.BigIntegerField()
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL)
    slot = models.PositiveIntegerField(default=0)  # position in its job
    program = models.ForeignKey(Program, null=True, on_delete=models.PROTECT)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    operator = models.CharField(max_length=40)
    commit_message = models.CharField(max_length=300, blank=True)
    model_version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT)
    diff = models.TextField(blank=True)
    completion = models.TextField(blank=True)
    how_applied = models.CharField(max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField(default=1)  # answers asked for, this one included
    outcome = models.CharField(max_length=20, choices=_choices(Outcome))
    reason = models.CharField(max_length=1000, blank=True)
    measures = models.JSONField(null=True)  # (D,) floats
    clipped = models.BooleanField(default=False)
    fitness = models.FloatField(null=True)
    cell = models.IntegerField(null=True)  # flat index
    placement = models.CharField(max_length=10, choices=_choices(Placement), blank=True)
    gain = models.FloatField(default=0.0)  # what the QD score rose by
    is_novel = models.BooleanField(default=False)  # first with this body in its run
    body_hash = models.CharField(max_length=64, blank=True)
    trajectory_hash = models.CharField(max_length=64, blank=True)
    world_version = models.CharField(max_length=40, blank=True)
    details = models.JSONField(default=dict)
    timings = models.JSONField(default=dict)  # {"model_s", "tokens", "sandbox_ms", "physics_ms"}
    actor = models.CharField(max_length=10, default="model")  # or "person"
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["run", "seq"], name="child_seq_once"),
            models.UniqueConstraint(fields=["job", "slot"], name="child_slot_once"),
        ]
        indexes = [
            models.Index(fields=["run", "placement", "seq"]),
            models.Index(fields=["run", "program"]),
            models.Index(fields=["run", "cell", "seq"]),
            models.Index(fields=["run", "body_hash"]),
        ]

    def __str__(self) -> str:
        return f"run {self.run_id} child {self.seq}"


class Cell(models.Model):
    """A cache: who holds a cell. ``rebuild`` folds the children and must give the same."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="cells")
    index = models.IntegerField()
    elite = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField()  # the elite's
    fitness = models.FloatField()
    visits = models.PositiveBigIntegerField(default=0)
    is_pinned = models.BooleanField(default=False)
    is_banned = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "index"], name="cell_once")]

    def __str__(self) -> str:
        return f"run {self.run_id} cell {self.index}"


class Intervention(models.Model):
    """What a person did to a run, when, and what it was before and after."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="interventions")
    seq = models.BigIntegerField()  # the newest child's at that moment
    kind = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} at {self.seq} in run {self.run_id}"
