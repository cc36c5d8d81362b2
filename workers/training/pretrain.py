"""Train the bundled model from nothing on its corpus: seeded, resumable, bounded in CPU time."""

import copy
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor
from transformers import Lfm2Config, Lfm2ForCausalLM

from workers.mutation import prompt
from workers.training.muon import Muon
from workers.training.packing import Batch, Packed, batches, collate
from workers.training.precision import best_dtype


@dataclass(frozen=True)
class TrainConfig:
    """How a training runs; the rates were tried on small models of the same kind."""

    cpu_minutes: float
    rng_seed: int = 0
    tokens: int = 4096  # padded tokens of one step
    muon_rate: float = 0.015
    adam_rate: float = 2e-3
    warmup: int = 40  # steps
    decay: float = 0.65  # share of the budget over which the rates fall to nothing
    save_every: float = 180.0  # CPU seconds


class Training:
    """One training: weights, optimizers, how far it is. ``run`` goes on until the budget ends."""

    def __init__(self, config: TrainConfig, model: Lfm2ForCausalLM, folder: Path):
        self.config, self.model, self.folder = config, model, folder
        weights = dict(model.named_parameters())
        inner = [p for n, p in weights.items() if p.ndim == 2 and "embed" not in n]
        outer = {n: p for n, p in weights.items() if not any(p is q for q in inner)}
        # Orthogonal steps for the matrices inside, Adam for all else.
        self.muon = Muon(inner, config.muon_rate, dtype=best_dtype())
        groups: list[dict[str, Any]] = [
            {"params": [p for p in outer.values() if p.ndim > 1]},
            {"params": [p for p in outer.values() if p.ndim < 2], "weight_decay": 0.0},
        ]
        self.adam = torch.optim.AdamW(
            groups,
            lr=config.adam_rate, betas=(0.9, 0.98), weight_decay=0.01,
        )  # fmt: skip
        self.steps = self.tokens = self.edits = 0
        self.cpu = 0.0
        self.log: list[dict] = []

    def run(
        self,
        rows: list[Packed],
        validation: dict[str, list[Packed]],
        report: Callable[[dict], None],
        *,
        until: float = 1.0,
    ) -> None:
        """Train until a share of the CPU budget is spent, saving on the way.

        Args:
            rows: the corpus.
            until: share of the budget at which this stage ends.
            validation: rows by name; their loss per answer token is reported.
            report: called with each line of the log.
        """
        source = batches(
            random.Random(self.config.rng_seed * 100003 + self.steps), rows, self.config.tokens
        )
        budget, mean = self.config.cpu_minutes * 60, None
        end = until * budget
        saved = validated = self.cpu
        cost = 0.0  # [CPU s] of the last validation; in all they take a twentieth of the budget
        last = time.process_time()
        while self.cpu < end:
            loss = self.step(collate(next(source)))
            mean = loss if mean is None else 0.97 * mean + 0.03 * loss
            now = time.process_time()
            self.cpu, last = self.cpu + now - last, now
            if self.cpu - validated > max(45, budget / 40, 20 * cost) or self.cpu >= end:
                validated = self.cpu
                line = {
                    "cpu_minutes": round(self.cpu / 60, 2),
                    "steps": self.steps,
                    "tokens": self.tokens,
                    "edits": self.edits,
                    "train": round(mean, 4),
                    **{k: round(self.loss_of(v), 4) for k, v in validation.items()},
                }
                self.log.append(line)
                report(line)
                cost = time.process_time() - last
            if self.cpu - saved > self.config.save_every:
                saved = self.cpu
                self.save()
        self.save()

    def step(self, batch: Batch) -> float:
        """Take one optimizer step and return the loss per answer token [nats]."""
        share = min(1.0, self.cpu / (self.config.cpu_minutes * 60))
        rate = min(1.0, (self.steps + 1) / self.config.warmup) * min(
            1.0, (1 - share) / self.config.decay
        )
        for optimizer, full in (
            (self.muon, self.config.muon_rate),
            (self.adam, self.config.adam_rate),
        ):
            for group in optimizer.param_groups:
                group["lr"] = full * max(rate, 0.01)
        total, answers = losses(self.model, batch)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in (self.muon, self.adam):
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.steps += 1
        self.tokens += batch.tokens
        self.edits += batch.edits
        return answers

    @torch.no_grad()
    def loss_of(self, rows: list[Packed]) -> float:
        """Return the mean loss per answer token [nats]."""
        found = [losses(self.model, collate(rows[k : k + 4]))[1] for k in range(0, len(rows), 4)]
        return sum(found) / len(found)

    def save(self) -> None:
        """Write a checkpoint that ``load`` reads; a torn write leaves the old one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {
            "model": self.model.state_dict(),
            "muon": self.muon.state_dict(),
            "adam": self.adam.state_dict(),
            "steps": self.steps,
            "tokens": self.tokens,
            "edits": self.edits,
            "cpu": self.cpu,
            "log": self.log,
        }
        part = self.folder / "checkpoint.part"
        torch.save(state, part)
        part.replace(self.folder / "checkpoint.pt")

    def load(self) -> bool:
        """Go on from the folder's checkpoint; False when there is none."""
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return False
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.muon.load_state_dict(state["muon"])
        self.adam.load_state_dict(state["adam"])
        self.steps, self.tokens, self.edits = state["steps"], state["tokens"], state["edits"]
        self.cpu, self.log = state["cpu"], state["log"]
        return True


def losses(model: Any, batch: Batch) -> tuple[Tensor, float]:
    """Return the weighted loss to minimise and the plain mean loss per answer token [nats]."""
    # Opened in each step: it caches casted weights. Emulated bfloat16 takes 13 times as long as
    # float32 (measured on Zen 3), native about half as long.
    with torch.autocast("cpu", torch.bfloat16, enabled=best_dtype() is torch.bfloat16):
        hidden = model.model(
            input_ids=batch.ids,
            position_ids=batch.positions,
            attention_mask=batch.mask,
            use_cache=False,
        ).last_hidden_state
        at = batch.weights > 0
        logits = model.lm_head(hidden[at])
    loss = F.cross_entropy(logits.float(), batch.targets[at], reduction="none")
    weights = batch.weights[at]
    answers = loss[batch.is_answer[at]].mean()
    return (loss * weights).sum() / weights.sum(), answers.item()


def new_model(tokenizer: Tokenizer, rng_seed: int) -> Lfm2ForCausalLM:
    """Return an untrained model of 5 million weights for a vocabulary.

    LFM2 (Liquid AI 2025) alternates gated short convolutions with attention. A convolution hands
    each token its two predecessors, so copying from the parent, which is most of writing an edit,
    takes one layer of attention: the same loss took 1.7 times fewer tokens than with a Llama.
    """
    torch.manual_seed(rng_seed)
    layers = 6
    model = Lfm2ForCausalLM(
        Lfm2Config(
            vocab_size=prompt.TEXT + tokenizer.get_vocab_size(),
            hidden_size=256,
            intermediate_size=640,
            block_auto_adjust_ff_dim=False,
            num_hidden_layers=layers,
            layer_types=["full_attention" if n % 2 else "conv" for n in range(layers)],
            num_attention_heads=8,
            num_key_value_heads=8,
            max_position_embeddings=2048,
            conv_L_cache=3,
            rope_parameters={"rope_theta": 10000.0, "rope_type": "default"},
            tie_word_embeddings=True,
            pad_token_id=prompt.PAD,
            eos_token_id=prompt.EOS,
            bos_token_id=prompt.BEF,
        )
    )
    for name, weight in model.named_parameters():
        if name.endswith("conv.conv.weight"):
            # far from zero, or it takes 5 CPU minutes until tokens know their predecessors
            torch.nn.init.uniform_(weight, -0.58, 0.58)
    return model


def read_model(folder: Path) -> Lfm2ForCausalLM:
    """Return the model of a folder that ``export`` wrote, in float32."""
    return Lfm2ForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)


def export(model: Lfm2ForCausalLM, tokenizer: Tokenizer, folder: Path) -> None:
    """Write what the operator loads: weights (bfloat16), config.json and tokenizer.json."""
    copy.deepcopy(model).bfloat16().save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
