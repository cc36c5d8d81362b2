"""The engine of the bundled model: the same network, exact sampling, independent rows."""

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("torch", reason="the bundled model needs the optional packages: make setup")

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from torch.nn.functional import silu
from transformers import AutoModelForCausalLM, Lfm2Config, Lfm2ForCausalLM
from transformers.cache_utils import DynamicLayer

from simulation.domains import get_domain
from workers.mutation.backends import Prompt
from workers.mutation.backends.diff_lm import WEIGHTS, DiffLM, WeightsMissing, load_diff_lm
from workers.mutation.backends.diff_lm_decode import Rows
from workers.mutation.backends.diff_lm_write import (
    CANDIDATES,
    Choices,
    Draft,
    add_token,
    candidates,
    noise,
)
from workers.mutation.backends.lfm2 import Matrix, Network, Prefix
from workers.mutation.backends.lfm2_bytes import keep, pack, stored
from workers.mutation.backends.lfm2_kernels import swiglu

SQUARE, RADIAL = (
    get_domain("sodarace").seed_programs[name].source for name in ("square", "radial")
)
CONFIG = json.loads((WEIGHTS / "config.json").read_text())
MESSAGE = "Changed make walker function."
ROUNDING = 0.005  # standard deviations of logits, of the inputs of products to 16 bits


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.inference_mode():
        yield
    torch.set_num_threads(before)


def in_bytes(model):
    """Return a model with its matrices rounded as the engine keeps them."""
    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.clone())  # it may be tied
    for name, weight in model.named_parameters():
        if weight.ndim == 2 and "embed_tokens" not in name:
            numbers, scale = stored(weight.numpy())
            weight.copy_(torch.from_numpy(numbers * scale[:, None]))
    return model


def rounded(states):
    """Return a prompt's keys or values (heads, tokens, size) as rows remember them."""
    numbers, scales = stored(states.flatten(0, 1).numpy())
    return torch.from_numpy(numbers * scales[:, None]).view(states.shape)


class Beside:
    """Rows of the engine and, for each, the same tokens read by transformers."""

    def __init__(self, model, longest_prompt=120, longest_answer=12):
        self.network = Network(model.config.to_dict(), model.state_dict())
        self.model = in_bytes(model)
        self.rows = Rows(self.network, 6, longest_prompt, longest_answer)
        self.texts: list[tuple[Prefix, list[int], list[int]]] = []  # prompt, its text, answer
        self.rng = np.random.default_rng(0)

    def words(self, count):
        return self.rng.integers(0, self.network.vocabulary, count).tolist()

    def join(self, prompt, text):
        self.rows.join(prompt)
        self.texts.append((prompt, list(text), []))

    def leave(self, row):
        self.rows.leave(row)
        self.texts[row] = self.texts[-1]
        self.texts.pop()

    def step(self):
        tokens = self.words(len(self.rows))
        self.rows.step(tokens)
        for (*_, answer), token in zip(self.texts, tokens, strict=True):
            answer.append(token)

    def shorten(self, row, tokens_less):
        del self.texts[row][-1][-tokens_less:]
        self.rows.shorten(row, self.rows.lengths[row] - tokens_less)

    def theirs(self, prompt, text, answer):
        """Return the logits after an answer to a prompt that is remembered in bytes."""
        read = self.model(input_ids=torch.tensor([text]), use_cache=True)
        cache = read.past_key_values
        attentions = [layer for layer in cache.layers if isinstance(layer, DynamicLayer)]
        for layer, *states in zip(attentions, prompt.keys, prompt.values, strict=True):
            layer.keys, layer.values = (rounded(s[:: self.network.shared])[None] for s in states)
        for token in answer:
            read = self.model(input_ids=torch.tensor([[token]]), past_key_values=cache)
        return read.logits[0, -1]

    def difference(self):
        """Return the largest difference of any logit, in standard deviations of logits."""
        theirs = torch.stack([self.theirs(*text) for text in self.texts])
        return ((self.rows.logits[: len(self.rows)] - theirs).abs().max() / theirs.std()).item()


def shipped():
    return AutoModelForCausalLM.from_pretrained(WEIGHTS, dtype=torch.float32).eval()


def tiny():
    torch.manual_seed(1)
    config = Lfm2Config(
        vocab_size=300, hidden_size=32, intermediate_size=48, num_hidden_layers=3,
        num_attention_heads=4, num_key_value_heads=2, conv_L_cache=4,
        layer_types=["full_attention", "conv", "full_attention"],
        block_auto_adjust_ff_dim=False, max_position_embeddings=512, tie_word_embeddings=False,
    )  # fmt: skip
    return Lfm2ForCausalLM(config).eval()


@pytest.mark.parametrize("model", [shipped, tiny])
def test_logits_are_those_of_transformers(model):
    """Whatever rows do: share prompts, join late, leave, and are taken back."""
    both = Beside(model())
    first, second = both.words(90), both.words(40)
    messages = [both.words(n) for n in (9, 5, 1)]
    read = [both.network.read(messages[0], both.network.read(first))]
    read.append(both.network.read(messages[1], both.network.read(first)))
    read.append(both.network.read(messages[2], both.network.read(second)))
    texts = [first + messages[0], first + messages[1], second + messages[2]]
    for prompt in (0, 2, 0, 1, 2):
        both.join(read[prompt], texts[prompt])
    assert both.difference() < ROUNDING
    for _ in range(4):
        both.step()
    assert both.difference() < ROUNDING
    both.shorten(1, 3)
    both.step()
    assert both.difference() < ROUNDING
    both.leave(0)
    both.leave(1)
    both.step()
    assert both.difference() < ROUNDING
    both.join(read[1], texts[1])
    both.leave(0)  # the last row of its prompt, which leaves, too
    both.step()
    assert both.difference() < ROUNDING
    token = both.texts[0][-1]
    token[-1] = (token[-1] + 1) % both.network.vocabulary
    assert both.difference() > 10 * ROUNDING


@given(st.integers(1, 70), st.integers(1, 40), st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_products_are_those_of_numpy_but_for_half_a_step_of_either_side(rows, outputs, size, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, size), dtype=np.float32)
    weight = rng.standard_normal((outputs, size), dtype=np.float32)
    small = Matrix(torch.from_numpy(weight))
    of_weights = np.abs(x).sum(1)[:, None] * np.abs(weight).max(1) / 127 / 2
    of_inputs = np.abs(weight).sum(1) * np.abs(x).max(1)[:, None] / 32767 / 2
    off = np.abs(small(x) - x @ weight.T)
    assert (off <= of_weights * 1.001 + of_inputs * 1.02 + 1e-4).all()
    assert (small(x)[rows // 2] == small(x[rows // 2 :])[0]).all()  # whatever rows are beside it


@given(st.integers(1, 40), st.integers(1, 3), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_a_prompt_is_kept_as_weights_are_packed(tokens, heads, size, seed):
    rng = np.random.default_rng(seed)
    keys, values = rng.standard_normal((2, heads, tokens, size), dtype=np.float32)
    kept = [
        np.zeros((heads, -(-tokens // 16), -(-size // 2), 16, 2), np.int8),
        np.zeros((heads, tokens), np.float32),
        np.zeros((heads, -(-size // 16), -(-tokens // 2), 16, 2), np.int8),
        np.zeros((heads, tokens), np.float32),
    ]
    keep(keys, values, *kept)
    for h in range(heads):
        numbers, scales = stored(keys[h])
        assert (kept[0][h] == pack(numbers, scales)[0]).all()
        assert (kept[1][h] == scales).all()
        numbers, scales = stored(values[h])
        assert (kept[2][h] == pack(numbers.T, np.ones(size, np.float32))[0]).all()
        assert (kept[3][h] == scales).all()


@given(st.integers(1, 9), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_swiglu_is_that_of_torch(rows, width, seed):
    mixed = 8 * np.random.default_rng(seed).standard_normal((rows, 2 * width), dtype=np.float32)
    found = np.empty((rows, width), np.float32)
    swiglu(mixed, found)
    before, value = torch.from_numpy(mixed).chunk(2, -1)
    assert found == pytest.approx((silu(before) * value).numpy(), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("size", [2, 640, 5000])
def test_the_largest_sums_do_not_overflow(size):
    weight = np.ones((3, size), np.float32)
    weight[1] = -1
    small = Matrix(torch.from_numpy(weight))
    assert small(np.full((2, size), 1e4, np.float32)) == pytest.approx(
        1e4 * weight.sum(1) + np.zeros((2, 1))
    )


def test_products_are_the_same_where_the_instruction_for_pairs_is_missing():
    """As on other processors than Intel's and AMD's."""
    code = (
        "import numpy as np; from workers.mutation.backends.lfm2_bytes import *;"
        "rng = np.random.default_rng(4);"
        "x = rng.standard_normal((7, 33), dtype=np.float32);"
        "packed = pack(rng.integers(-127, 128, (21, 33), np.int8), rng.random(21, np.float32));"
        "print(product_of_bytes(x, *packed).sum(0).tolist())"
    )
    found = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, **more},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for more in ({}, {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""})
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-5, abs=1e-5)


@pytest.fixture(scope="module")
def engine():
    return load_diff_lm()


def texts(model, *asked):
    prompts = [Prompt(source, MESSAGE, samples) for source, samples in asked]
    found = model.complete(prompts, temperature=0.8, rng_seed=3)
    return [[(c.text, c.tokens, c.tries, c.problem) for c in group] for group in found]


def test_an_answer_does_not_depend_on_the_others_of_its_batch(engine):
    alone = texts(engine, (SQUARE, 3))
    assert texts(engine, (SQUARE, 3), (RADIAL, 5))[0] == alone[0]
    assert len({text for text, *_ in alone[0]}) > 1


def test_rows_that_wait_are_written_like_the_others(engine, monkeypatch):
    wide = texts(engine, (SQUARE, 5), (RADIAL, 2))
    monkeypatch.setattr("workers.mutation.backends.diff_lm_write.MAX_ROWS", 3)
    assert texts(engine, (SQUARE, 5), (RADIAL, 2)) == wide


class NoOdd:
    """A mask that refuses odd tokens."""

    is_between_lines = False

    def allows(self, token):
        return token % 2 == 0

    def ends_line(self, token):
        return False

    def push(self, token):
        pass

    def is_whole_line(self):
        return False


def test_masked_tokens_are_drawn_in_proportion():
    logits = torch.full((1, 4000), -30.0)
    shares = {1010: 0.3, 1011: 0.2, 1012: 0.1, 1014: 0.4}
    for token, share in shares.items():
        logits[0, token] = np.log(share)
    [tokens], [scores] = candidates(logits, 1.0)
    assert len(tokens) == CANDIDATES
    rng = np.random.default_rng(5)
    drawn = []
    for _ in range(4000):
        draft = Draft(None, rng, mask=NoOdd())
        drawn.append(add_token(draft, Choices(tokens, scores), scores + noise(draft, 1.0)))
    for token, share in ((1010, 0.3), (1012, 0.1), (1014, 0.4)):
        assert drawn.count(token) / len(drawn) == pytest.approx(share / 0.8, abs=0.03)


def test_tokens_beyond_the_nucleus_come_last():
    logits = torch.full((1, 300), -30.0)
    logits[0, :3] = torch.tensor([0.6, 0.36, 0.03]).log()
    [tokens], [scores] = candidates(logits, 1.0)
    rng = np.random.default_rng(0)
    firsts = {int(tokens[(scores + rng.gumbel(size=CANDIDATES)).argmax()]) for _ in range(2000)}
    assert firsts == {0, 1}


def test_dead_ends_are_taken_back_and_counted():
    """A network that knows nothing meets nothing but dead ends."""
    model = tiny()
    model.resize_token_embeddings(CONFIG["vocab_size"])
    network = Network(model.config.to_dict(), model.state_dict())
    tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    lm = DiffLM(network, tokenizer, name="noise", version="noise-1")
    [found] = lm.complete([Prompt(SQUARE, MESSAGE, 4)], temperature=1.0, rng_seed=0)
    assert all(c.problem for c in found)
    assert any(c.tries == 4 for c in found)
    assert all(c.tokens >= c.tries for c in found)
    assert all(c.seconds > 0 for c in found)


def test_a_prompt_that_answers_share_counts_once(engine):
    [found] = engine.complete([Prompt(SQUARE, MESSAGE, 3)], temperature=0.8, rng_seed=0)
    assert found[0].prompt_tokens > 200
    assert [c.prompt_tokens for c in found[1:]] == [0, 0]


def test_another_network_is_refused_with_what_was_expected(tmp_path):
    for path in WEIGHTS.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "config.json").write_text(json.dumps({**CONFIG, "model_type": "llama"}))
    with pytest.raises(WeightsMissing, match="expected a network 'lfm2' without bias, got 'llama'"):
        load_diff_lm(tmp_path)
