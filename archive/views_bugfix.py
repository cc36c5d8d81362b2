"""The page of the mutation benchmark: measured rows beside published ones."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from archive import markup
from archive.bugfix_rows import SHIPPED, all_rows
from workers.benchmark import results
from workers.benchmark.bugs import FUNCTIONS, TASKS, Function, Task
from workers.benchmark.comparison import Line, agreement, compare


@require_GET
def bugfix(request: HttpRequest) -> HttpResponse:
    """How often one mutation repairs a function, by operator and number of bugs."""
    problem = ""
    try:
        rows = all_rows()
    except results.BadResults as bad:
        rows, problem = results.load(SHIPPED), str(bad)
    lines = compare(rows)
    context = {
        "section": "bugfix",
        "problem": problem,
        "lines": lines,
        "tasks": TASKS,
        "functions": [_spoilt(function) for function in FUNCTIONS],
        "agreement": agreement(rows),
        "chart": [_series(line) for line in lines],
    }
    return render(request, "archive/bugfix.html", context)


def _spoilt(function: Function) -> dict[str, Any]:
    bugs = len(function.bugs)
    source = Task(function, bugs).source
    return {"name": function.name, "bugs": bugs, "code": markup.code_lines(source)}


def _series(line: Line) -> dict[str, Any]:
    cells = [asdict(cell) for cell in line.cells if cell is not None]
    return {"name": line.name, "group": line.group, "cells": cells, "overall": line.overall}
