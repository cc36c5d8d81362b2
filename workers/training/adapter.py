"""Train a LoRA adapter (Hu et al. 2021) that makes a pretrained language model write line edits.

The frozen model stays as it is; two thin matrices beside each of its linear layers learn the edit
form ``numbered`` on the same corpus as the bundled model. Seeded, resumable, bounded in edits.

Several processes train side by side, each on rows of its own, and take the mean of their weights
every few steps (local SGD, Stich 2019): two of one thread each do a quarter more than two threads,
since much of a step is not matrix products.
"""

import json
import math
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from peft import LoraConfig, PeftModel, get_peft_model, set_peft_model_state_dict
from peft.helpers import disable_input_dtype_casting
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase

from workers.mutation.forms import numbered
from workers.training import packed_attention
from workers.training.corpus.generate import Example
from workers.training.packing import Packed, batches
from workers.training.precision import best_dtype

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
MAX_PROMPT = 512  # tokens of the parent; longer ones cost much and teach no more
MAX_ANSWER = 160  # tokens
ROUND = 8  # steps between two meetings of the processes


def share_of_processes() -> tuple[int, int]:
    """Return this process's number and how many train together, as ``torchrun`` started them."""
    if not torch.distributed.is_initialized():
        return 0, 1
    return torch.distributed.get_rank(), torch.distributed.get_world_size()


@dataclass(frozen=True)
class AdapterConfig:
    """How an adapter is trained; tried on SmolLM2-135M."""

    until: int  # edits seen in all
    rng_seed: int = 0
    rank: int = 16
    first_layer: int = 6  # the ones below stay as they are: nothing is computed backwards there
    rate: float = 8e-4
    tokens: int = 2048  # of one step
    warmup: int = 20  # steps
    save_every: float = 600.0  # CPU seconds of the first process


def pack(tokenizer: PreTrainedTokenizerBase, example: Example) -> Packed | None:
    """Return an example as one row: the parent, then its (message, answer) segments."""
    prompt = numbered.show(example.parent) + "\n"
    ids = tokenizer(prompt, add_special_tokens=False).input_ids
    if len(ids) > MAX_PROMPT:
        return None
    start = len(ids)
    row = Packed(list(ids), list(range(start)), [0] * start, [0.0] * start, [False] * start)
    for message, child in example.edits:
        question = numbered.bare(example.parent, message).removeprefix(prompt)
        answer = numbered.write(example.parent, child) + "\n"
        asked = tokenizer(question, add_special_tokens=False).input_ids
        written = [*tokenizer(answer, add_special_tokens=False).input_ids, tokenizer.eos_token_id]
        n = len(asked) + len(written)
        if len(written) > MAX_ANSWER:
            continue
        row.ids.extend(asked + written)
        row.positions.extend(range(start, start + n))
        row.segments.extend([row.edits + 1] * n)
        row.weights.extend([0.0] * len(asked) + [1.0] * len(written))
        row.is_lead.extend([False] * n)
    return row if row.edits else None


class AdapterTraining:
    """One training; ``run`` goes on until the budget ends, ``save`` after each stretch."""

    def __init__(self, config: AdapterConfig, base: Path, folder: Path, start: Path | None = None):
        """Load the frozen model from ``base``; go on from the checkpoint in ``folder`` if any.

        Args:
            start: an adapter of the same shape to begin with where there is no checkpoint.
        """
        self.config, self.base, self.folder = config, base, folder
        torch.manual_seed(config.rng_seed)
        self.tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
        frozen = AutoModelForCausalLM.from_pretrained(
            base,
            dtype=best_dtype(),
            local_files_only=True,
            attn_implementation=packed_attention.NAME,
        )
        layers = range(config.first_layer, frozen.config.num_hidden_layers)
        lora = LoraConfig(
            r=config.rank,
            lora_alpha=2 * config.rank,
            layers_to_transform=list(layers),
            target_modules=LINEAR,
            task_type="CAUSAL_LM",
        )
        self.model: PeftModel = get_peft_model(frozen, lora)  # type: ignore[assignment]
        self.weights = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        for weight in self.weights.values():
            weight.data = weight.data.float()
        self.adam = torch.optim.AdamW(
            self.weights.values(), lr=config.rate, betas=(0.9, 0.98), weight_decay=0.0
        )
        self.steps = self.tokens = self.edits = 0
        self.cpu = 0.0
        self.log: list[dict[str, Any]] = []
        if not self._load() and start is not None:
            set_peft_model_state_dict(self.model, load_file(start / "adapter_model.safetensors"))

    def pack_all(self, examples: Iterable[Example]) -> list[Packed]:
        """Return every example that fits, packed."""
        return [row for row in (pack(self.tokenizer, e) for e in examples) if row]

    def run(
        self,
        rows: list[Packed],
        validation: dict[str, list[Packed]],
        report: Callable[[dict[str, Any]], None],
    ) -> None:
        """Train until enough edits were seen; report the losses of ``validation`` rows by name.

        The first process reports and saves; the others wait for it at their next meeting.
        """
        rank, world = share_of_processes()
        rng = random.Random(self.config.rng_seed * 100_003 + self.steps)
        source = batches(rng, rows[rank::world], self.config.tokens)
        mean, saved = None, time.process_time()
        while self.edits < self.config.until:
            loss = self._round([next(source) for _ in range(ROUND)])
            mean = loss if mean is None else 0.8 * mean + 0.2 * loss
            now, is_last = time.process_time(), self.edits >= self.config.until
            if rank == 0 and (is_last or now - saved > self.config.save_every):
                saved = now
                line = {
                    "cpu_minutes": round(self.cpu / 60, 2),
                    "steps": self.steps,
                    "tokens": self.tokens,
                    "edits": self.edits,
                    "train": round(mean, 4),
                    **{name: round(self._loss_of(v), 4) for name, v in validation.items()},
                }
                self.log.append(line)
                report(line)
                self._save()

    def export(self, folder: Path) -> None:
        """Write the adapter as peft reads it, in bfloat16."""
        self.model.save_pretrained(str(folder))
        path = folder / "adapter_model.safetensors"
        tensors = {name: t.bfloat16() for name, t in load_file(path).items()}
        save_file(tensors, path, metadata={"format": "pt"})
        (folder / "README.md").unlink(missing_ok=True)  # an empty form to fill in
        config = folder / "adapter_config.json"
        told = json.loads(config.read_text()) | {"base_model_name_or_path": self.base.name}
        config.write_text(json.dumps(told, indent=1))  # where it lay here helps nobody

    def _round(self, source: list[list[Packed]]) -> float:
        """Train on batches, then meet the other processes, if any; return the mean loss [nats]."""
        began = time.process_time()
        total = sum(self._step(rows) for rows in source)
        done = [row for rows in source for row in rows]
        seen = torch.tensor(
            [
                total / len(source),
                sum(len(row.ids) for row in done),
                sum(row.edits for row in done),
                time.process_time() - began,
            ],
            dtype=torch.float64,
        )
        world = share_of_processes()[1]
        if world > 1:
            torch.distributed.all_reduce(seen)
            for weight in self.weights.values():
                torch.distributed.all_reduce(weight.data)
                weight.data /= world
        loss, tokens, edits, seconds = seen.tolist()
        self.tokens += int(tokens)
        self.edits += int(edits)
        self.cpu += seconds
        return loss / world

    def _step(self, rows: list[Packed]) -> float:
        share = min(1.0, self.edits / self.config.until)
        warm = min(1.0, (self.steps + 1) / self.config.warmup)
        for group in self.adam.param_groups:
            group["lr"] = self.config.rate * warm * max(0.05, 0.5 * (1 + math.cos(math.pi * share)))
        answers = sum(row.weights.count(1.0) for row in rows)
        total = 0.0
        for row in rows:
            loss = self._loss(row) / answers
            loss.backward()
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(self.weights.values(), 1.0)
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        self.steps += 1
        return total

    def _loss(self, row: Packed) -> Tensor:
        """Return the summed loss of a row's answers [nats]."""
        model: Any = self.model.get_base_model()
        ids = torch.tensor(row.ids)
        written = torch.tensor(row.weights).nonzero()[:, 0]
        # Opened in each step: it caches casted weights. What peft would cast to the adapter's
        # float32 would be cast back at once.
        half = torch.autocast("cpu", torch.bfloat16, enabled=best_dtype() is torch.bfloat16)
        with half, disable_input_dtype_casting(self.model):
            hidden = model.model(
                input_ids=ids[None],
                position_ids=torch.tensor([row.positions]),
                use_cache=False,
                layout=packed_attention.Layout.of(row.segments),
            ).last_hidden_state
            logits = model.lm_head(hidden[0, written - 1])
        return F.cross_entropy(logits.float(), ids[written], reduction="sum")

    @torch.no_grad()
    def _loss_of(self, rows: list[Packed]) -> float:
        """Return the mean loss of the rows' answers a token [nats]."""
        total = sum(self._loss(row).item() for row in rows)
        return total / sum(row.weights.count(1.0) for row in rows)

    def _save(self) -> None:
        """Write the checkpoint; a torn write leaves the old one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / "checkpoint.part"
        state = {
            "weights": {name: w.data for name, w in self.weights.items()},
            "adam": self.adam.state_dict(),
            "done": json.dumps([self.steps, self.tokens, self.edits, self.cpu, self.log]),
        }
        torch.save(state, part)
        part.replace(self.folder / "checkpoint.pt")

    def _load(self) -> bool:
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return False
        state = torch.load(path, weights_only=True)
        for name, weight in self.weights.items():
            weight.data = state["weights"][name]
        self.adam.load_state_dict(state["adam"])
        self.steps, self.tokens, self.edits, self.cpu, self.log = json.loads(state["done"])
        return True
