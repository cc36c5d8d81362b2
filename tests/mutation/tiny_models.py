"""Language models of a few thousand random weights, in real folders: everything but the sense."""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    CodeGenConfig,
    CodeGenForCausalLM,
    Lfm2Config,
    Lfm2ForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from workers.mutation.forms.asking import EXAMPLES

TEXT = [text for example in EXAMPLES for text in example] + [
    "<NME> <BEF> <MSG> <DFF> @@ -1,2 +1,2 @@"
]
CHAT = (
    "{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)


def byte_pairs(end: str = "<|endoftext|>") -> Tokenizer:
    """Return a byte-level tokenizer of 400 tokens that can write any text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=[end], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(TEXT, trainer)
    return tokenizer


def save_llama(folder: Path, *, chat: bool = False) -> Path:
    """Save a Llama with two layers."""
    config = LlamaConfig(
        vocab_size=400,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        eos_token_id=0,
        bos_token_id=None,
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=byte_pairs(),
        eos_token="<|endoftext|>",
        chat_template=CHAT if chat else None,
    )
    return _save(folder, LlamaForCausalLM, config, tokenizer)


def save_lfm2(folder: Path) -> Path:
    """Save a model that has convolutions beside attention, and so cannot be padded."""
    config = Lfm2Config(
        vocab_size=400,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        layer_types=["conv", "full_attention"],
        max_position_embeddings=4096,
        eos_token_id=0,
        bos_token_id=None,
        pad_token_id=0,
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=byte_pairs(), eos_token="<|endoftext|>")
    return _save(folder, Lfm2ForCausalLM, config, tokenizer)


def save_codegen(folder: Path) -> Path:
    """Save a CodeGen in the files of CarperAI's diff models: their tokenizer has no padding."""
    config = CodeGenConfig(
        vocab_size=400,
        n_positions=2048,
        n_ctx=2048,
        n_embd=32,
        n_layer=2,
        n_head=4,
        rotary_dim=4,
        bos_token_id=0,
        eos_token_id=0,
    )
    torch.manual_seed(0)
    CodeGenForCausalLM(config).save_pretrained(folder)
    byte_pairs().model.save(str(folder))  # vocab.json and merges.txt
    names = {"tokenizer_class": "CodeGenTokenizer", "model_max_length": 2048}
    names |= dict.fromkeys(("unk_token", "bos_token", "eos_token"), "<|endoftext|>")
    (folder / "tokenizer_config.json").write_text(json.dumps(names))
    return folder


def _save(folder: Path, kind, config, tokenizer) -> Path:
    torch.manual_seed(0)
    kind(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
