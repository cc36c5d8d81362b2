"""The forms of the Models pages: text in, a ``ModelSpec`` or a ``TuneConfig`` out, or sentences."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from archive.models import ModelVersion, Run
from archive.services import registry
from archive.tuning import PRESETS, TuneConfig
from workers.mutation.spec import FORMS, ModelSpec

TUNABLE = ("bundled", "tuned")  # kinds of models that the trainer can go on with
_SPEC_ABOUT = (  # which field a sentence of ModelSpec is about, by a word that it holds
    ("address", "url"),
    ("key_env", "key_env"),
    ("endpoint needs the name", "model"),
    ("timeout_s", "timeout_s"),
    ("price_in", "price_in"),
    ("price_out", "price_out"),
    ("batch", "batch"),
    ("max_new_tokens", "max_new_tokens"),
    ("carper", "form"),
    ("writes", "form"),
    ("adapter", "adapter"),
    ("folder", "folder"),
    ("name", "name"),
)
_TUNE_ABOUT = (
    ("epochs", "epochs"),
    ("learning rate", "learning_rate"),
    ("learning_rate", "learning_rate"),
    ("batch_tokens", "batch_tokens"),
    ("tokens", "batch_tokens"),
    ("patience", "patience"),
    ("held_out", "held_out"),
    ("held out", "held_out"),
    ("rehearsal", "rehearsal"),
    ("share", "share"),
    ("compar", "compare"),
    ("rng", "rng_seed"),
    ("gain", "min_gain"),
    ("since", "since_seq"),
    ("cell", "cells"),
    ("message", "messages"),
    ("run", "runs"),
    ("name", "name"),
)


def sentence_of(refusal: Exception) -> str:
    """Return a refusal as a sentence of its own."""
    text = str(refusal) or "This cannot be done"
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


class _Runs(forms.ModelMultipleChoiceField):
    """Runs by number; one that no database can hold is not there, like any other."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError:  # SQLite's; a single choice has Django's own care
            message = self.error_messages["invalid_choice"]
            raise forms.ValidationError(message, code="invalid_choice") from None


class _Sentences(forms.Form):
    """A form whose refusals land at the field that they are about."""

    about: Sequence[tuple[str, str]] = ()

    def refuse(self, refusal: Exception) -> None:
        """Show a sentence next to its field, or on top when it is about none of them."""
        lower = str(refusal).lower()
        named = (field for word, field in self.about if word in lower and field in self.fields)
        self.add_error(next(named, None), sentence_of(refusal))

    def problems(self) -> list[tuple[str, str]]:
        """Return (id of the field, sentence) of every error, in the order of the fields."""
        order = [*self.fields, "__all__"]
        return [
            ("form" if field == "__all__" else field, str(sentence))
            for field in order
            for sentence in self.errors.get(field, [])
        ]

    def by_field(self) -> dict[str, str]:
        """Return the sentences of each field."""
        found: dict[str, list[str]] = {}
        for field, sentence in self.problems():
            found.setdefault(field, []).append(sentence)
        return {field: " ".join(sentences) for field, sentences in found.items()}


def _text(needed: str = "", most: int = 300) -> forms.CharField:
    messages = {"max_length": f"At most {most} characters fit here."}
    if needed:
        messages["required"] = needed
    return forms.CharField(required=bool(needed), max_length=most, error_messages=messages)


def _number(
    words: str, kind: Callable[..., forms.Field] = forms.FloatField, **more: Any
) -> forms.Field:
    """Return an optional number; the limits are those of the value that it becomes part of."""
    return kind(required=False, error_messages={"invalid": words}, **more)


class FolderForm(_Sentences):
    """A local folder with a Hugging Face causal language model."""

    about = _SPEC_ABOUT
    kind = "hf"
    name = _text("Give the model a name, such as my-coder.", 64)
    folder = _text("Say in which folder the model lies: the one with config.json.", 1000)
    adapter = _text(most=1000)
    form = forms.ChoiceField(
        choices=[(form, FORMS[form]) for form in FORMS if form != "lines"],
        error_messages={"invalid_choice": "Choose one of the forms on the list."},
    )
    batch = _number("The batch is a whole number, such as 8.", forms.IntegerField)
    max_new_tokens = _number("The longest answer is a whole number of tokens.", forms.IntegerField)

    def clean(self) -> dict[str, Any]:
        """Build the spec."""
        data = super().clean() or {}
        if not self.errors:
            given = {name: value for name, value in data.items() if value not in (None, "")}
            try:
                data["spec"] = ModelSpec(kind=self.kind, **given)
            except ValueError as refusal:
                self.refuse(refusal)
        return data


class EndpointForm(FolderForm):
    """An OpenAI-compatible endpoint. The key stays where it is: only its name is asked for."""

    kind = "endpoint"
    folder = adapter = None  # type: ignore[assignment]
    url = _text("Give the address, such as http://127.0.0.1:8080/v1.", 500)
    model = _text("Say what the endpoint calls the model.", 200)
    key_env = _text(most=300)
    form = forms.ChoiceField(
        choices=[(form, FORMS[form]) for form in FORMS if form not in ("lines", "carper")],
        error_messages={"invalid_choice": "Choose one of the forms on the list."},
    )
    timeout_s = _number("The time-out is a number of seconds, such as 60.")
    price_in = _number("The price is a number, such as 0.15.")
    price_out = _number("The price is a number, such as 0.6.")


def bases() -> list[tuple[str, str]]:
    """Return (name, label) of the models that a fine-tuning can start from."""
    tuned = [(row.name, row.name) for row in registry.installed() if row.backend in TUNABLE]
    found = [("bundled", registry.BUILT_IN["bundled"]), *tuned]
    first = registry.default_name()
    return sorted(found, key=lambda choice: choice[0] != first)


class TuneForm(_Sentences):
    """What a fine-tuning learns from, and how."""

    about = _TUNE_ABOUT
    base = forms.ChoiceField(
        choices=bases,
        error_messages={
            "required": "Choose the model to start from.",
            "invalid_choice": "This model cannot be fine-tuned here (any more): choose another.",
        },
    )
    runs = _Runs(
        Run.objects.all(),
        error_messages={
            "required": "Choose at least one run to learn from.",
            "invalid_choice": "One of these runs is not there any more: choose others.",
            "invalid_pk_value": "One of these runs is not there: choose others.",
        },
    )
    run = forms.ModelChoiceField(
        Run.objects.all(),
        required=False,
        error_messages={"invalid_choice": "The run that it is for is not there any more."},
    )
    cells = forms.CharField(required=False)
    since_seq = _number("The first child is a whole number, such as 0.", forms.IntegerField)
    min_gain = _number("The least gain is a number, such as 0.")
    weighting = forms.ChoiceField(
        required=False,
        choices=[("equal", "equal"), ("gain", "gain")],
        error_messages={"invalid_choice": "The examples weigh “equal” or by “gain”."},
    )
    preset = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in PRESETS],
        error_messages={"invalid_choice": "Choose one of the presets."},
    )
    epochs = _number("The epochs are a number, such as 2.")
    learning_rate = _number("The learning rate is a number, such as 0.0003.")
    batch_tokens = _number("The tokens of a step are a whole number.", forms.IntegerField)
    patience = _number("The patience is a whole number, 0 for none.", forms.IntegerField)
    held_out = _number("The held-out share is a number, such as 0.1.")
    rehearsal = _number("The share of rehearsal is a number, such as 0.4.")
    share = _number("The share of the model worker is a number, such as 0.5.")
    compare = _number(
        "The comparison is a whole number of children, 0 for none.", forms.IntegerField
    )
    rng_seed = _number("The rng seed is a whole number from 0.", forms.IntegerField)

    def clean_cells(self) -> tuple[int, ...]:
        """Return the flat indexes of the brushed cells; none means all."""
        text = self.cleaned_data["cells"].replace(",", " ").split()
        if not all(word.isdecimal() and len(word) < 8 for word in text):
            raise forms.ValidationError("The cells are whole numbers: brush them on the map.")
        return tuple(sorted({int(word) for word in text}))

    def clean(self) -> dict[str, Any]:
        """Build the config: the preset's numbers, and over them what was typed."""
        data = super().clean() or {}
        if self.errors:
            return data
        kwargs = dict(PRESETS[data.get("preset") or next(iter(PRESETS))])
        kwargs |= {name: data[name] for name in _TYPED if data.get(name) not in (None, "")}
        texts = self.data.getlist("messages") if isinstance(self.data, QueryDict) else []
        try:
            data["config"] = TuneConfig(
                base=data["base"],
                runs=_in_order(data["runs"], self.data),
                cells=data["cells"],
                messages=tuple(dict.fromkeys(texts)),
                **kwargs,
            )
        except ValueError as refusal:
            self.refuse(refusal)
        return data


_TYPED = (
    "since_seq", "min_gain", "weighting", "epochs", "learning_rate", "batch_tokens", "patience",
    "held_out", "rehearsal", "share", "compare", "rng_seed",
)  # fmt: skip


def _in_order(runs: Sequence[Run], data: Any) -> tuple[int, ...]:
    """Return the runs as they were sent: the cells are those of the first one's map."""
    sent = data.getlist("runs") if isinstance(data, QueryDict) else []
    ids = [run.pk for run in runs]
    return tuple(sorted(ids, key=lambda pk: sent.index(str(pk)) if str(pk) in sent else len(sent)))


class TuneNewForm(TuneForm):
    """The same with a name, to be started."""

    name = _text("Give the new model a name, such as legs-1.", 64)
    field_order = ["name"]

    def clean_name(self) -> str:
        """Refuse a name that is taken or cannot be one, before anything is trained."""
        name = self.cleaned_data["name"].strip()
        taken = name in registry.BUILT_IN or name == registry.TEST_ONLY or registry.find(name)
        if taken:
            raise forms.ValidationError(f"There is a model called “{name}” already.")
        try:
            ModelSpec(kind="tuned", name=name, folder="x")
        except ValueError as refusal:
            raise forms.ValidationError(sentence_of(refusal)) from None
        return name


def is_tunable(row: ModelVersion | None, name: str) -> bool:
    """Say whether the trainer can go on with a model."""
    return name == "bundled" if row is None or not row.spec else row.backend in TUNABLE
