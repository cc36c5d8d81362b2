"""The figures as text: tables and sentences of docs/science.md, written anew from the data."""

from collections.abc import Iterable, Sequence
from typing import Any

from workers.experiment import published
from workers.experiment.figures import METRICS, RATIOS, Figure
from workers.experiment.picture import PLOTS
from workers.experiment.plan import ARMS, PROGRAMS

SECTIONS = ("experiment", "study")
_BARE: Figure = {"low": None, "high": None}
RATES = ("valid", "runnable", "novel", "repeated", "first")
JUDGED = ("coverage", "qd_score", "max_fitness", "valid", "runnable", "novel", "first")


def rewrite(text: str, sections: dict[str, str]) -> str:
    """Return a markdown page with each section, between two comments, made anew.

    Raises:
        ValueError: the page lacks the comments of a section, or has them twice.
    """
    for name, made in sections.items():
        start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        if (text.count(start), text.count(end)) != (1, 1):
            raise ValueError(f"expected {start.strip()} and {end} once in the page")
        before, _, rest = text.partition(start)
        text = before + start + made + end + rest.partition(end)[2]
    return text


def experiment(summary: dict[str, Any], tuning: dict[str, Any] | None, pictures: str) -> str:
    """Return the figures of the experiment as markdown; ``pictures`` is the folder they are in."""
    if not summary["runs"]:
        return "\nNothing is measured yet: `manage.py experiment` does it.\n\n"
    parts = [_provenance(summary, tuning), "### At the end of the runs\n", _arms(summary)]
    if summary["ratios"]:
        parts += ["### Ratios\n", *_ratios(summary), "### What they say\n", reading(summary)]
    parts += ["### By seed program\n", _programs(summary), "### Curves\n"]
    parts += [f"![{plot.title}]({pictures}/{plot.name}.svg)\n" for plot in PLOTS]
    return "\n" + "\n".join(parts) + "\n"


def study(data: dict[str, Any] | None) -> str:
    """Return the figures of the study of fine-tuning on one run as markdown."""
    if data is None:
        return "\nNothing is measured yet: `manage.py experiment --finetune-study` does it.\n\n"
    table = [["", "before", "after", "difference"], ["---", "---:", "---:", "---:"]]
    for row in [*data["first"], *data["result"]["rows"]]:
        is_rate = row["metric"] in RATES
        name = row["label"] if is_rate else f"{row['label']}, {row['unit']}"
        cells = [
            _cell(row["metric"], dict(zip(("value", "low", "high"), row[key], strict=True)))
            for key in ("base", "tuned", "difference")
        ]
        table.append([name, *cells])
    run, dataset, loss = data["run"], data["dataset"], data["loss"]
    return (
        f"\n{run['evaluations']:,} children of the {PROGRAMS[run['program']]} seed program (rng "
        f"seed {run['rng_seed']}, `{data['base']}`) gave {dataset['edits']:,} accepted diffs of "
        f"{dataset['parents']:,} parents to learn from. Loss on held-out parents: "
        f"{loss['before']:.4f} before, {loss['after']:.4f} after, in {data['seconds']:,.0f} s. "
        f"Then {data['result']['children']:,} children of each model from the map at the end of "
        f"that run; `{data['model']}` is the model after.\n\n{_rows(table)}\n"
        f"{data['result']['verdict']}\n\n"
    )


def reading(summary: dict[str, Any]) -> str:
    """Return a sentence for each ratio: what it shows, or that it shows nothing."""
    lines = []
    for name, rows in summary["ratios"].items():
        over, under = (ARMS[arm].label for arm in RATIOS[name])
        said: dict[str, list[str]] = {"more": [], "less": [], "open": [], "few": []}
        for metric in JUDGED:
            figure = rows[metric]["all"]
            if figure is None or figure["low"] is None:
                said["few"].append(METRICS[metric])
            elif figure["low"] > 1:
                said["more"].append(f"{METRICS[metric]} (× {_ratio(figure, brackets=False)})")
            elif figure["high"] < 1:
                said["less"].append(f"{METRICS[metric]} (× {_ratio(figure, brackets=False)})")
            else:
                said["open"].append(f"{METRICS[metric]} (× {_ratio(figure, brackets=False)})")
        words = {
            "more": "higher",
            "less": "lower",
            "open": "no difference that these runs can show",
            "few": "too few runs to say",
        }
        parts = [f"{words[kind]}: {', '.join(of)}" for kind, of in said.items() if of]
        lines.append(f"- **{over} against {_lower(under)}**: {'; '.join(parts)}.\n")
    return "".join(lines)


def _provenance(summary: dict[str, Any], tuning: dict[str, Any] | None) -> str:
    models = "; ".join(
        f"{_lower(ARMS[arm].label)}: `{'`, `'.join(of)}`" for arm, of in summary["models"].items()
    )
    budget = " or ".join(f"{n:,}" for n in summary["evaluations"])
    text = f"{summary['runs']} runs of {budget} evaluations. Models: {models}.\n"
    if tuning is not None and "tuned" in summary["models"]:
        dataset, loss = tuning["dataset"], tuning["loss"]
        text += (
            f"The fine-tuned model learnt from {dataset['edits']:,} accepted diffs of "
            f"{dataset['parents']:,} parents, from runs with rng seed {tuning['rng_seed']}; loss "
            f"on held-out parents {loss['before']:.4f} before, {loss['after']:.4f} after.\n"
        )
    return text


def _arms(summary: dict[str, Any]) -> str:
    table = [["", "runs", *METRICS.values()], ["---", "---:", *["---:"] * len(METRICS)]]
    for arm, row in summary["arms"].items():
        label = ARMS[arm].label
        if len(row["programs"]) < len(summary["programs"]):
            label += f" ({', '.join(PROGRAMS[name] for name in row['programs'])} only)"
        cells = [_cell(metric, row[metric]) for metric in METRICS]
        table.append([label, str(row["runs"]), *cells])
    return _rows(table)


def _programs(summary: dict[str, Any]) -> str:
    table = [["", "", *METRICS.values()], ["---", "---", *["---:"] * len(METRICS)]]
    for program, arms in summary["programs"].items():
        for arm, row in arms.items():
            cells = [_cell(metric, row[metric]) for metric in METRICS]
            table.append([PROGRAMS[program], ARMS[arm].label, *cells])
    return _rows(table) + "\nIn brackets the least and the greatest run.\n"


def _ratios(summary: dict[str, Any]) -> Iterable[str]:
    """Yield a table for each ratio; the paper's figures stand behind a slash.

    Single seed programs have no interval: of three runs it would say little.
    """
    for name, rows in summary["ratios"].items():
        known = {program for row in rows.values() for program in row["programs"]}
        programs = [program for program in PROGRAMS if program in known]
        heads = [name, "all seed programs", *(PROGRAMS[program] for program in programs)]
        table = [heads, ["---", *["---:"] * (1 + len(programs))]]
        for metric in JUDGED:
            row = rows[metric]
            cells = [_beside(row["all"], row["paper"])]
            for program in programs:
                pair = row["programs"][program]
                cells.append(_beside(pair["here"] and pair["here"] | _BARE, pair["paper"]))
            table.append([METRICS[metric], *cells])
        yield _rows(table)
        if name == "tuned/bundled":
            early = ", ".join(
                f"{METRICS[metric]} × {after / before:.2f} at {at:,}"
                for metric, (at, before, after) in published.EARLY.items()
            )
            yield (
                "Behind the slash the paper's figures 8 to 11, after "
                f"{published.EVALUATIONS:,} evaluations. Its curves begin with larger ones: "
                f"{early} evaluations.\n"
            )


def _lower(label: str) -> str:
    return label[0].lower() + label[1:]


def _beside(figure: Figure | None, paper: float | None) -> str:
    here = "" if figure is None else _ratio(figure)
    return here if paper is None else f"{here} / {paper:.2f}"


def _ratio(figure: Figure, *, brackets: bool = True) -> str:
    if figure["low"] is None:
        return f"{figure['value']:.2f}"
    form = (
        "{value:.2f} ({low:.2f} to {high:.2f})"
        if brackets
        else "{value:.2f}, {low:.2f} to {high:.2f}"
    )
    return form.format(**figure)


def _cell(metric: str, figure: Figure) -> str:
    text = _value(metric, figure["value"])
    if figure["low"] is None:
        return text
    low, high = (_value(metric, figure[end]) for end in ("low", "high"))
    return f"{text}<br>({low.removesuffix(' %')} to {high})"


def _value(metric: str, value: float | None) -> str:
    assert value is not None
    if metric in (*RATES, "coverage"):
        return f"{100 * value:.1f} %"
    if metric == "answers":
        return f"{value:.2f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}"


def _rows(table: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in table)
