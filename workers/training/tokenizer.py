"""The byte-pair vocabulary of the bundled model, learnt from its corpus."""

from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

VOCABULARY = 2048  # entries; for walkers alone 1,536 would do, other functions need more words

# A name never swallows a neighbour, so it is copied alike wherever it stands; keywords take their
# spaces, a call's bracket belongs to an attribute, digits stand alone, indentation is one piece.
_PIECES = (
    r"^ +"
    r"| (?:in|if|else|and|or|for|is|is not|not in|import|as) "
    r"|(?:def|for|if|elif|while|return|from|import|class|lambda|not|in|else) (?=\S)"
    r"|\.[A-Za-z_]+\(?|[A-Za-z_]+|[0-9]| ?[^\sA-Za-z0-9_]+ ?| +|\s+"
)


def train_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """Return a byte-level tokenizer learnt from single lines of text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        ),
    )
    return tokenizer


def load_tokenizer(path: Path) -> Tokenizer:
    """Read a saved tokenizer."""
    return Tokenizer.from_file(str(path))
