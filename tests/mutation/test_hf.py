"""Local models: folders that are safe to read, and batches that write what single answers would."""

import json

import pytest

pytest.importorskip("torch")
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from simulation.outcome import Outcome
from tests.mutation import tiny_models
from workers.mutation.backends import Prompt, hf_decode
from workers.mutation.backends.hf import HFModel, load_hf
from workers.mutation.backends.hf_decode import Answer, Reader, write_answers
from workers.mutation.backends.hf_files import CannotLoad, version_of
from workers.mutation.forms import carper, get_form
from workers.mutation.forms.asking import EXAMPLES
from workers.mutation.operator import DiffOperator, MutationRequest
from workers.mutation.spec import ModelSpec

MESSAGE, PARENT, CHILD = EXAMPLES[1]
SAVERS = {
    "llama": tiny_models.save_llama,
    "codegen": tiny_models.save_codegen,
    "lfm2": tiny_models.save_lfm2,
}


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # several fight over cores that other tests use
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The folders of tiny models, by name."""
    made = {name: tmp_path_factory.mktemp(name) for name in (*SAVERS, "chat")}
    for name, save in SAVERS.items():
        save(made[name])
    tiny_models.save_llama(made["chat"], chat=True)
    return made


def spec_of(folder, **options) -> ModelSpec:
    return ModelSpec("hf", "tiny", folder=str(folder), **{"max_new_tokens": 40, **options})


@pytest.mark.parametrize("name", SAVERS)
def test_a_batch_writes_what_the_model_writes_for_each_prompt_alone(folders, name):
    model = AutoModelForCausalLM.from_pretrained(folders[name], dtype=torch.float32).eval()
    head = list(range(5, 30))
    prompts = [[*head, *range(40, 40 + n)] for n in (3, 17, 9)]
    reader = Reader(model, 0, head)
    answers = [Answer(k) for k in (0, 0, 1, 2, 2)]
    groups = [answers] if reader.can_pad else [answers[:2], answers[2:3], answers[3:]]
    with torch.inference_mode():
        for group in groups:
            used = sorted({answer.prompt for answer in group})
            for answer in group:
                answer.prompt = used.index(answer.prompt)
            write_answers(
                reader,
                [prompts[k] for k in used],
                group,
                temperature=1e-4,
                limit=12,
                stops=frozenset(),
                is_over=lambda answer: False,
                generator=torch.Generator().manual_seed(0),
            )
        for answer, prompt in zip(answers, (0, 0, 1, 2, 2), strict=True):
            ids = torch.tensor([prompts[prompt]])
            alone = model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                do_sample=False,
                max_new_tokens=12,
                min_new_tokens=12,
                pad_token_id=0,
                eos_token_id=399,
            )
            assert answer.tokens == alone[0, ids.shape[1] :].tolist()


class Hesitant:
    """A mask that refuses the fifth token of the answer, and once it was taken back nothing."""

    def __init__(self):
        self.pushed, self.was_taken_back = 0, False

    @property
    def is_between_lines(self):
        return self.pushed == 0

    def allows(self, token):
        return self.was_taken_back or self.pushed < 4

    def push(self, token):
        self.pushed += 1

    def ends_line(self, token):
        return False

    def save(self):
        return 0

    def load(self, saved):
        self.pushed, self.was_taken_back = saved, True


def test_what_is_taken_back_leaves_no_trace(folders):
    model = AutoModelForCausalLM.from_pretrained(folders["llama"], dtype=torch.float32).eval()
    prompts = [list(range(5, 30)), [7, 8, 9]]
    answers = [Answer(0), Answer(1, mask=Hesitant()), Answer(1), Answer(0, mask=Hesitant())]
    with torch.inference_mode():
        write_answers(
            Reader(model, 0, []),
            prompts,
            answers,
            temperature=1e-4,
            limit=12,
            stops=frozenset(),
            is_over=lambda answer: False,
            generator=torch.Generator().manual_seed(0),
        )
    assert [answer.spent for answer in answers] == [12, 16, 12, 16]
    assert answers[3].tokens == answers[0].tokens
    assert answers[1].tokens == answers[2].tokens


def test_a_prompt_is_read_once_for_its_answers_and_finished_ones_leave(folders):
    model = AutoModelForCausalLM.from_pretrained(folders["llama"], dtype=torch.float32).eval()
    shapes: list[tuple[int, int]] = []
    model.register_forward_pre_hook(
        lambda module, args, kwargs: shapes.append(tuple(kwargs["input_ids"].shape)),
        with_kwargs=True,
    )
    answers = [Answer(0) for _ in range(4)]
    with torch.inference_mode():
        write_answers(
            Reader(model, 0, []),
            [[7, 8, 9]],
            answers,
            temperature=1.0,
            limit=10,
            stops=frozenset(),
            is_over=lambda answer: len(answer.tokens) > answers.index(answer),
            generator=torch.Generator().manual_seed(0),
        )
    assert shapes == [(1, 3), (3, 1), (2, 1), (1, 1)]


def test_what_all_prompts_begin_with_is_read_once(folders):
    backend = load_hf(spec_of(folders["llama"], max_new_tokens=2))
    widths: list[int] = []
    backend.model.register_forward_pre_hook(
        lambda module, args, kwargs: widths.append(kwargs["input_ids"].shape[1]), with_kwargs=True
    )
    for _ in range(2):
        backend.complete([Prompt(PARENT, MESSAGE)], temperature=1.0, rng_seed=0)
    head = len(backend.reader.head)
    assert head > 300
    assert widths.count(head) == 1
    assert max(w for w in widths if w != head) < head


@pytest.mark.parametrize("name", [*SAVERS, "chat"])
def test_the_same_arguments_give_the_same_text(folders, name):
    backend = load_hf(spec_of(folders[name], form="rewrite", max_new_tokens=12, batch=3))
    prompts = [Prompt(PARENT, MESSAGE, 4), Prompt(EXAMPLES[0][1], "Grow", 1)]

    def texts(rng_seed):
        found = backend.complete(prompts, temperature=1.0, rng_seed=rng_seed)
        assert [len(completions) for completions in found] == [4, 1]
        return [c.text for completions in found for c in completions]

    assert texts(1) == texts(1) != texts(2)
    assert len(set(texts(1))) == 5


def test_an_answer_is_paid_by_its_tokens_and_the_prompt_once(folders):
    backend = load_hf(spec_of(folders["llama"], max_new_tokens=6, price_in=1e5, price_out=1e6))
    [[first, second]] = backend.complete([Prompt(PARENT, MESSAGE, 2)], temperature=1.0, rng_seed=0)
    assert (first.tokens, second.prompt_tokens) == (6, 0)
    assert first.cost == pytest.approx(first.prompt_tokens / 10 + 6)
    assert second.cost == 6
    assert "not over after 6 tokens" in first.problem


def test_a_program_too_long_for_the_model_is_refused_with_numbers(folders):
    backend = load_hf(spec_of(folders["codegen"], form="carper"))
    program = "".join(f"value_{k} = {k}\n" for k in range(400))
    [[found], [other]] = backend.complete(
        [Prompt(program, "x"), Prompt(PARENT, "x")], temperature=1.0, rng_seed=0
    )
    assert "reads 1200" in found.problem
    assert other.tokens


@pytest.mark.parametrize("text", ["", "\ud800", "\0", "é" * 50])
def test_odd_programs_give_completions(folders, text):
    backend = load_hf(spec_of(folders["llama"], max_new_tokens=2))
    [[found]] = backend.complete([Prompt(text, text)], temperature=1.0, rng_seed=0)
    assert found.problem


def says(monkeypatch, backend: HFModel, texts: list[str]) -> None:
    """Let the model write ``texts``, one for each row, whatever it would have written."""
    ids = [backend.tokenizer(text)["input_ids"] for text in texts]
    places = [0] * len(texts)

    def draw(logits, temperature, generator):
        rows = [k for k, place in enumerate(places) if place < len(ids[k])][: len(logits)]
        tokens = torch.tensor([ids[k][places[k]] for k in rows])
        for k in rows:
            places[k] += 1
        return tokens[:, None]

    monkeypatch.setattr(hf_decode, "draw", draw)


def test_carpers_models_are_asked_in_their_format_and_stopped_at_their_marks(folders, monkeypatch):
    backend = load_hf(spec_of(folders["codegen"], form="carper", max_new_tokens=400))
    asked: list[list[int]] = []
    read = backend.reader.read
    monkeypatch.setattr(backend.reader, "read", lambda ids: asked.extend(ids) or read(ids))
    assert backend.style == "bare"
    assert (backend.reader.pad, backend.tokenizer.padding_side) == (0, "left")
    assert backend.tokenizer.pad_token is None
    says(monkeypatch, backend, [carper.write(PARENT, CHILD) + "\n<NME> other.py\n<BEF> x = 1"])
    [[proposal]] = DiffOperator(backend, 0.8).propose(
        [MutationRequest(PARENT, MESSAGE, 1)], rng_seed=0
    )
    assert backend.tokenizer.decode(asked[0]) == carper.bare(PARENT, MESSAGE)
    assert (proposal.outcome, proposal.source, proposal.how_applied) == (None, CHILD, "exact")
    assert "<NME>" not in proposal.completion


@pytest.mark.parametrize("form", ["numbered", "search_replace", "unified", "rewrite"])
def test_an_instruction_models_answer_becomes_a_child(folders, monkeypatch, form):
    backend = load_hf(spec_of(folders["chat"], form=form, max_new_tokens=900))
    assert backend.style == "chat"
    edit = get_form(form).write(PARENT, CHILD)
    says(monkeypatch, backend, [f"Here it is:\n```python\n{edit}\n```\nAnd that is all."])
    [[proposal]] = DiffOperator(backend, 0.8).propose(
        [MutationRequest(PARENT, MESSAGE, 1)], rng_seed=0
    )
    assert (proposal.outcome, proposal.source) == (None, CHILD)
    assert "that is all" not in proposal.completion


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda folder: (folder / "config.json").unlink(), "no config.json"),
        (lambda folder: (folder / "model.safetensors").unlink(), "no weights"),
        (
            lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"),
            "pickle",
        ),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"broken"), "cannot be read"),
        (lambda folder: _configure(folder, model_type="no such"), "cannot be read"),
        (
            lambda folder: _configure(
                folder, model_type="new", auto_map={"AutoConfig": "evil.Config"}
            ),
            "cannot be read",
        ),
    ],
)
def test_a_folder_that_cannot_be_read_safely_is_refused(tmp_path, change, sentence):
    tiny_models.save_llama(tmp_path)
    (tmp_path / "evil.py").write_text("open('ran', 'w')\nclass Config: pass\n")
    change(tmp_path)
    with pytest.raises(CannotLoad, match=sentence):
        load_hf(spec_of(tmp_path))
    assert not (tmp_path / "ran").exists()


def _configure(folder, **values):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.fixture
def adapter(folders, tmp_path):
    """A LoRA adapter that turns the tiny model around."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_pretrained(folders["llama"])
    config = LoraConfig(
        r=4, lora_alpha=64, target_modules=["q_proj", "down_proj"], init_lora_weights=False
    )
    get_peft_model(model, config).save_pretrained(tmp_path)
    return tmp_path


def test_an_adapter_changes_what_is_written_how_is_asked_and_the_version(folders, adapter):
    plain, tuned = spec_of(folders["llama"]), spec_of(folders["llama"], adapter=str(adapter))
    a, b = load_hf(plain), load_hf(tuned)
    assert (a.style, b.style) == ("examples", "bare")
    assert a.version == version_of("tiny", plain.folder)
    assert b.version == version_of("tiny", plain.folder, str(adapter)) != a.version
    ids = torch.arange(5, 30)[None]
    with torch.inference_mode():
        assert not torch.allclose(a.model(ids).logits, b.model(ids).logits, atol=0.01)


def test_a_model_of_line_edits_is_masked_and_alone_writes_noise(folders, adapter):
    spec = spec_of(folders["llama"], adapter=str(adapter), max_new_tokens=120)
    request = [MutationRequest(PARENT, MESSAGE, 12)]
    ends = {}
    for masked in (True, False):
        backend = load_hf(spec, masked=masked)
        assert backend.masked is masked
        [proposals] = DiffOperator(backend, 1.0).propose(request, rng_seed=0)
        ends[masked] = {proposal.outcome for proposal in proposals}
    # an answer of the masked model that ends at all is a program that differs; it has no sense
    assert ends[True] == {None, Outcome.NO_DIFF}
    assert not ends[False] & {None}
    assert not load_hf(spec_of(folders["llama"])).masked  # asked by examples, in a block


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda folder: (folder / "adapter_config.json").unlink(), "no adapter"),
        (
            lambda folder: (folder / "adapter_model.safetensors").rename(
                folder / "adapter_model.bin"
            ),
            "pickle",
        ),
        (
            lambda folder: (folder / "adapter_config.json").write_text('{"peft_type": "IA3"}'),
            "only LoRA",
        ),
    ],
)
def test_an_adapter_that_is_none_is_refused(folders, adapter, change, sentence):
    change(adapter)
    with pytest.raises(CannotLoad, match=sentence):
        load_hf(spec_of(folders["llama"], adapter=str(adapter)))


def test_a_tokenizer_may_know_fewer_tokens_than_the_model(folders):
    tokenizer = AutoTokenizer.from_pretrained(folders["codegen"])
    assert len(tokenizer) < 400  # as with CarperAI's: 50,295 of 51,200
    backend = load_hf(spec_of(folders["codegen"], form="carper", max_new_tokens=20))
    [found] = backend.complete([Prompt(PARENT, MESSAGE, 8)], temperature=5.0, rng_seed=0)
    assert all(completion.tokens for completion in found)
