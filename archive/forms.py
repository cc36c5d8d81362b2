"""The form that sets up a run: text from a page in, a ``RunConfig`` out, or sentences."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from archive import mix_form, terrain_form
from archive.config import MAX_BUDGET, MAX_TRIES, PAPER_MESSAGES, RunConfig
from archive.models import SeedProgram
from archive.services import registry
from simulation.fitness import FITNESSES

OVER_LABELS = [("mean", "the mean of all"), ("min", "the worst of all")]
# Which field a sentence of RunConfig is about, by a word that it holds; the first that fits.
_ABOUT = (
    ("budget", "budget"),
    ("temperature", "temperature"),
    ("tries", "tries"),
    ("terrain", "terrains"),
    ("difficulty", "terrains"),
    ("fitness", "fitness"),
    ("rng seed", "rng_seed"),
    ("commit message", "messages"),
    ("weight", "messages"),
    ("name", "name"),
    ("seed program", "seed_program"),
)
FIELDS = ("seed_program", "name", "messages", "budget", "temperature", "tries", "over",
          "fitness", "rng_seed")  # fmt: skip
GROUPS = ("messages", "terrains")  # fieldsets whose sentences belong to no single field


@dataclass(frozen=True)
class MessageRow:
    """One commit message as it was typed."""

    text: str
    weight: str


class RunForm(forms.Form):
    """What a person says about a new run."""

    seed_program = forms.ModelChoiceField(
        SeedProgram.objects.filter(deleted_at=None),
        error_messages={
            "required": "Choose the seed program to start from.",
            "invalid_choice": "This seed program is not there any more: choose another one.",
        },
    )
    name = forms.CharField(
        required=False,
        max_length=120,
        error_messages={"max_length": "A name has at most 120 characters."},
    )
    budget = forms.IntegerField(
        min_value=1,
        max_value=MAX_BUDGET,
        error_messages={
            "required": "Say how many children the run may have.",
            "invalid": "The budget is a whole number of children, such as 2000.",
            "min_value": "The budget must be at least 1 child.",
            "max_value": f"The budget can be at most {MAX_BUDGET:,} children.",
        },
    )
    temperature = forms.FloatField(
        error_messages={
            "required": "Say at which temperature the model writes, such as 0.8.",
            "invalid": "The temperature is a number above 0 and up to 2, such as 0.8.",
        },
    )
    tries = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_TRIES,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            f"The tries are a whole number from 1 to {MAX_TRIES}.",
        ),
    )
    over = forms.ChoiceField(required=False, choices=OVER_LABELS)
    fitness = forms.ChoiceField(
        required=False, choices=[(name, fitness.label) for name, fitness in FITNESSES.items()]
    )
    rng_seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        error_messages={
            "invalid": "The rng seed is a whole number from 0, or empty for a random one.",
            "min_value": "The rng seed is a whole number from 0, or empty for a random one.",
            "max_value": "The rng seed is too large: at most 9,223,372,036,854,775,807.",
        },
    )

    def clean_name(self) -> str:
        """Return the name, which stands on one line with other text around it."""
        name = self.cleaned_data["name"]
        if not name.isprintable():
            raise forms.ValidationError("The name holds characters that cannot be printed.")
        return name

    def clean(self) -> dict[str, Any]:
        """Build the config; what it refuses becomes an error of the field that it is about."""
        data = super().clean() or {}
        messages = self._messages()
        models = self._models()
        wanted = ("budget", "temperature")
        if messages is None or any(name not in data for name in wanted) or self.errors:
            return data
        try:
            data["config"] = RunConfig(
                budget=data["budget"],
                models=models,
                messages=messages,
                temperature=data["temperature"],
                tries=data.get("tries") or MAX_TRIES,
                terrains=terrain_form.specs_of(self.terrain_rows()),
                over=data.get("over") or "mean",
                fitness=data.get("fitness") or "distance",
            )
        except ValueError as refusal:
            self.refuse(refusal)
        return data

    def refuse(self, refusal: ValueError) -> None:
        """Show a sentence next to the field that it is about."""
        sentence = _sentence(refusal)
        lower = sentence.lower()
        field = next((field for word, field in _ABOUT if word in lower), None)
        if field in GROUPS or field is None:
            self.add_error(None, forms.ValidationError(sentence, code=field or "form"))
        else:
            self.add_error(field, sentence)

    def _messages(self) -> tuple[tuple[str, float], ...] | None:
        """Return what the table of commit messages says; empty rows count for nothing."""
        messages = []
        for row in self.message_rows():
            text, weight = row.text.strip(), row.weight.strip().replace(",", ".")
            if not text and not weight:
                continue
            try:
                messages.append((text, float(weight or "nan")))
            except ValueError:
                self.refuse(ValueError(f"the weight of {text!r} must be a number, got {weight!r}"))
                return None
            if not weight:
                self.refuse(ValueError(f"the commit message {text!r} needs a weight"))
                return None
        return tuple(messages)

    def _models(self) -> mix_form.Mix:
        """Return the mix of models; what is wrong with it becomes an error of its own."""
        try:
            return mix_form.mix_of(self.model_rows())
        except ValueError as refusal:
            self.add_error(None, forms.ValidationError(_sentence(refusal), code="models"))
            return ()

    def model_rows(self) -> list[mix_form.ModelRow]:
        """Return the rows of the mix: as sent, or the default model alone."""
        if isinstance(self.data, QueryDict) and self.is_bound:
            return mix_form.rows_of(self.data)
        return mix_form.rows_of_mix([[registry.default_name(), 100.0]])

    def terrain_rows(self) -> list[terrain_form.TerrainRow]:
        """Return the rows of terrains: as sent, or the one to begin with."""
        if isinstance(self.data, QueryDict) and self.is_bound:
            return terrain_form.rows_of(self.data)
        return [self.initial.get("terrain") or terrain_form.TerrainRow()]

    def message_rows(self) -> list[MessageRow]:
        """Return the rows of the table: as sent, or the paper's three."""
        if isinstance(self.data, QueryDict) and self.is_bound:
            texts = self.data.getlist("message_text")
            weights = self.data.getlist("message_weight")
            return [MessageRow(*pair) for pair in zip(texts, weights, strict=False)]
        return [MessageRow(text, f"{weight:g}") for text, weight in PAPER_MESSAGES]

    def problems(self) -> list[tuple[str, str]]:
        """Return (id of the field, sentence) of every error, in the order of the page."""
        found = [
            (field, str(sentence)) for field in FIELDS for sentence in self.errors.get(field, [])
        ]
        found += [("messages", sentence) for sentence in self.message_errors()]
        found += [("terrains", sentence) for sentence in self.terrain_errors()]
        found += [("models", sentence) for sentence in self.model_errors()]
        return found + [("form", sentence) for sentence in self.other_errors()]

    def message_errors(self) -> list[str]:
        """Return the sentences about the commit messages."""
        return self._form_errors("messages")

    def terrain_errors(self) -> list[str]:
        """Return the sentences about the terrains."""
        return self._form_errors("terrains")

    def model_errors(self) -> list[str]:
        """Return the sentences about the mix of models."""
        return self._form_errors("models")

    def other_errors(self) -> list[str]:
        """Return the sentences about no field in particular."""
        return self._form_errors("form")

    def _form_errors(self, code: str) -> list[str]:
        errors = self.errors.as_data().get("__all__", [])
        return [str(error.message) for error in errors if error.code == code]


def _sentence(refusal: ValueError) -> str:
    text = str(refusal)
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")
