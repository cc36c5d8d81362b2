"""``manage.py models``: list, install, add, probe and remove the models that mutate programs."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.models import ModelVersion
from archive.services import external, installs, registry
from elmweb.commands import ensure_database, print_json
from simulation.domains import get_domain
from simulation.evaluate import Evaluator, SandboxLost
from simulation.sandbox import SandboxUnavailable, open_sandbox
from simulation.terrain import make_terrain
from workers.mutation.spec import FORMS, ModelSpec

WRONG_ARGUMENTS = 2  # exit status
FIELDS = {field.name: field for field in fields(ModelSpec)}
NUMBERS: dict[str, type] = {
    "timeout_s": float, "price_in": float, "price_out": float, "batch": int, "max_new_tokens": int,
}  # fmt: skip


class Command(BaseCommand):
    help = "List, install, add, probe and remove the models that mutate programs."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

        def action(name: str, about: str) -> ArgumentParser:
            made = actions.add_parser(name, help=about, description=about)
            made.add_argument("--json", action="store_true", help="print one JSON object")
            return made

        action("list", "every model that a run may use")
        install = action("install", "fetch a model and convert it; it stays in the data folder")
        install.add_argument("name", choices=["smollm2"])
        add = action("add", "bring a local folder or an endpoint")
        add.add_argument("name")
        place = add.add_mutually_exclusive_group(required=True)
        place.add_argument("--folder", help="with a Hugging Face causal language model")
        place.add_argument("--url", help="OpenAI-compatible, such as http://127.0.0.1:8080/v1")
        add.add_argument("--adapter", default="", help="folder of a LoRA adapter for --folder")
        add.add_argument("--model", default="", help="the endpoint's name for its model")
        add.add_argument(
            "--key-env", default="", help="name of the variable or secret file with the key"
        )
        add.add_argument("--form", default="", choices=["", *FORMS], help="how it writes edits")
        for name, kind in NUMBERS.items():
            option = f"--{name.replace('_', '-')}"
            add.add_argument(option, type=kind, default=FIELDS[name].default)
        about = "try the forms on 8 edits and keep the one that works best"
        action("probe", about).add_argument("name")
        action("remove", "take a model off the list; its weights stay").add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_database()
        given = Namespace(**options)
        try:
            done, words = getattr(self, f"_{given.action}")(given)
        except ValueError as error:
            raise CommandError(str(error), returncode=WRONG_ARGUMENTS) from None
        except RuntimeError as error:
            raise CommandError(str(error)) from None
        if given.json:
            print_json(self.stdout, done)
        else:
            self.stdout.write(words)

    def _list(self, given: Namespace) -> tuple[dict[str, Any], str]:
        default = registry.default_name()
        rows: list[dict[str, Any]] = [
            {"name": name, "kind": name, "form": registry.spec_of(name).form, "version": ""}
            for name in registry.BUILT_IN
        ]
        rows += [_described(row) for row in registry.installed()]
        rows = [{**row, "default": row["name"] == default} for row in rows]
        lines = [f"{r['name']:<20} {r['kind']:<17} {r['form']:<15} {r['version']}" for r in rows]
        return {"models": rows}, "\n".join(lines)

    def _install(self, given: Namespace) -> tuple[dict[str, Any], str]:
        row = installs.install_smollm2(self._progress(given))
        return _described(row), f"{row.name} is installed: a run may use it now"

    def _progress(self, given: Namespace) -> Callable[[str, float], None]:
        last = ""

        def tell(what: str, share: float) -> None:
            nonlocal last
            line = f"{what} {int(share * 10) * 10} %" if what == "downloading" else what
            if line != last and not given.json:
                self.stderr.write(line)
            last = line

        return tell

    def _add(self, given: Namespace) -> tuple[dict[str, Any], str]:
        chosen = {name: vars(given)[name] for name in FIELDS if name in vars(given)}
        chosen |= {
            "kind": "endpoint" if given.url else "hf",
            "url": given.url or "",
            "folder": str(Path(given.folder).resolve()) if given.folder else "",
            "adapter": str(Path(given.adapter).resolve()) if given.adapter else "",
        }
        row = external.add(ModelSpec.from_json(chosen))
        words = f"{row.name} is added; `manage.py models probe {row.name}` says how it writes best"
        return _described(row), words

    def _probe(self, given: Namespace) -> tuple[dict[str, Any], str]:
        def tell(sentence: str) -> None:
            if not given.json:
                self.stderr.write(sentence)

        try:
            with open_sandbox() as sandbox:
                evaluator = Evaluator(sandbox, get_domain("sodarace"), make_terrain("flat"))
                report = installs.probe_model(given.name, evaluator, tell)
        except (SandboxUnavailable, SandboxLost) as error:
            raise CommandError(f"the sandbox does not work here: {error}") from error
        return report.to_json(), report.sentence

    def _remove(self, given: Namespace) -> tuple[dict[str, Any], str]:
        row = registry.find(given.name)
        if row is None:
            registry.spec_of(given.name)  # says which models there are
            raise ValueError(f"{given.name!r} comes with the program and stays")
        registry.remove(row)
        return _described(row), f"{row.name} is off the list; its weights and children stay"


def _described(row: ModelVersion) -> dict[str, Any]:
    form = ModelSpec.from_json(row.spec).form
    return {"name": row.name, "kind": row.backend, "form": form, "version": row.version}
