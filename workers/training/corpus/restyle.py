"""Say the same program differently: other names, spacing, comments, wrappers.

A model trained on one style reads only that style: programs of the same structure under other
names fell from 58 % to 9 % valid children.
"""

import ast
import builtins
import io
import keyword
import re
import tokenize
from random import Random

from workers.training.corpus import draw

_KEPT = (
    {
        "walker_creator",
        "walk_creator",
        "query_cppn",
        "math",
        "np",
        "numpy",
        "sin",
        "cos",
        "pi",
        "self",
        "make_walker",
        "soda",
    }
    | set(dir(builtins))
    | set(keyword.kwlist)
)
_COMMENTS = (
    "connect them",
    "main body",
    "active muscles",
    "build the frame",
    "TODO tune this",
    "legs",
    "the order matters",
    "step one",
    "joints",
    "muscles",
    "close the loop",
    "this makes it move",
    "stiff parts first",
    "try other values here",
    "outer ring",
)
_CLASSES = ("Builder", "Robot", "Body", "Creature", "Walker")


def restyle(rng: Random, source: str, kept: frozenset[str] = frozenset()) -> str:
    """Return ``source`` under another style; what it builds and names in ``kept`` stay the same."""
    if rng.random() < 0.78:
        source = rename(rng, source, kept)
    for style, share in _STYLES:
        if rng.random() < share:
            source = style(rng, source)
    return source


def unrenamable(source: str) -> frozenset[str]:
    """Return names that occur where ``rename`` does not look: class fields and f-strings."""
    names = set()
    for n in ast.walk(ast.parse(source)):
        inner = n.body if isinstance(n, ast.ClassDef) else [n] * isinstance(n, ast.JoinedStr)
        for part in inner:
            if not isinstance(part, ast.FunctionDef):
                names |= {m.id for m in ast.walk(part) if isinstance(m, ast.Name)}
    return frozenset(names)


def rename(rng: Random, source: str, kept: frozenset[str] = frozenset()) -> str:
    """Return ``source`` with most of its own names replaced, each the same way everywhere."""
    tree = ast.parse(source)
    bound = {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    bound |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    bound |= {n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
    methods = {
        f.name
        for n in ast.walk(tree)
        if isinstance(n, ast.ClassDef)
        for f in n.body
        if isinstance(f, ast.FunctionDef)
    }
    called = methods | {
        k.arg for n in ast.walk(tree) if isinstance(n, ast.Call) for k in n.keywords
    }
    share = rng.choice((0.4, 0.9, 0.9, 1.0))
    taken = _KEPT | bound | {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    new = {}
    for old in sorted(bound - _KEPT - called - kept):
        if old == "wc":
            if rng.random() < 0.5:
                new[old] = rng.choice(
                    ("w", "walker", "creator", "wk", "builder", "robot", "c", "maker")
                )
                if new[old] in taken:
                    del new[old]
                else:
                    taken.add(new[old])
        elif not old.startswith("__") and rng.random() < share:
            new[old] = draw.name(rng, taken)
            if old.isupper() and rng.random() < 0.8:
                upper = new[old].upper()
                new[old] = upper if upper not in taken else new[old]
                taken.add(new[old])
    return _replace_names(source, new)


def _replace_names(source: str, new: dict[str, str]) -> str:
    lines = source.split("\n")
    spots, before = [], ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and before != "." and token.string in new:
            spots.append(token)
        if token.type not in (tokenize.NL, tokenize.COMMENT):
            before = token.string
    for token in reversed(spots):
        row, a, b = token.start[0] - 1, token.start[1], token.end[1]
        lines[row] = lines[row][:a] + new[token.string] + lines[row][b:]
    return "\n".join(lines)


def _tight_operators(rng: Random, source: str) -> str:
    signs = rng.choice((r"[*/]", r"[*/%+-]", r"\*"))
    return "\n".join(
        re.sub(rf"(?<=[\w)\]]) ({signs}) (?=[\w(])", r"\1", line)
        if "#" not in line and '"' not in line
        else line
        for line in source.split("\n")
    )


def _tight_commas(_: Random, source: str) -> str:
    return "\n".join(
        line.replace(", ", ",") if "#" not in line and '"' not in line else line
        for line in source.split("\n")
    )


def _keywords(rng: Random, source: str) -> str:
    """Name the arguments of active muscles."""
    form = rng.choice(
        (
            "is_distance=False, amplitude={}, phase={}",
            "False, amplitude={}, phase={}",
            "is_distance=False, phase={1}, amplitude={0}",
            "amplitude={}, phase={}",
        )
    )
    return _rewrite_active(source, lambda a, p: form.format(a, p))


def _short_form(_: Random, source: str) -> str:
    """OpenELM's shorter call: amplitude and phase without the flag."""
    return _rewrite_active(source, lambda a, p: f"{a}, {p}")


def _rewrite_active(source: str, form) -> str:
    lines = source.split("\n")
    calls = [
        n
        for n in ast.walk(ast.parse(source))
        if isinstance(n, ast.Call)
        and len(n.args) == 5
        and getattr(n.func, "attr", "") == "add_muscle"
        and n.lineno == n.end_lineno
        and getattr(n.args[2], "value", None) is False
    ]
    for call in sorted(calls, key=lambda n: (n.lineno, n.col_offset), reverse=True):
        line = lines[call.lineno - 1]
        flag, amp, wave = call.args[2:]
        texts = [line[n.col_offset : n.end_col_offset] for n in (amp, wave)]
        lines[call.lineno - 1] = (
            line[: flag.col_offset] + form(*texts) + line[wave.end_col_offset :]
        )
    return "\n".join(lines)


def _without_comments(_: Random, source: str) -> str:
    return "\n".join(
        line for line in source.split("\n") if not line.strip().startswith(("#", '"""'))
    )


def _comments(rng: Random, source: str) -> str:
    out = []
    firsts = {n.lineno for n in ast.walk(ast.parse(source)) if isinstance(n, ast.stmt)}
    for number, line in enumerate(source.split("\n"), 1):
        starts = number in firsts and line.startswith("    ")
        if starts and not line.strip().startswith(('"', "return")) and rng.random() < 0.12:
            out.append(line[: len(line) - len(line.lstrip())] + "# " + rng.choice(_COMMENTS))
        elif starts and rng.random() < 0.04 and not line.endswith((":", ",", "(", "[", "{")):
            line += f"  # {rng.choice(_COMMENTS)}"
        out.append(line)
    return "\n".join(out)


def _without_blanks(_: Random, source: str) -> str:
    lines = source.split("\n")
    return "\n".join(
        line
        for k, line in enumerate(lines)
        if line or (k + 1 < len(lines) and lines[k + 1][:1] not in ("", " "))
    )


def _double_blanks(_: Random, source: str) -> str:
    return re.sub(r"\n\n(def|class) ", r"\n\n\n\1 ", source)


def _header(rng: Random, source: str) -> str:
    return rng.choice(("#!/usr/bin/python3\n", "# A walker.\n", '"""A walker."""\n')) + source


def _no_import(_: Random, source: str) -> str:
    """The sandbox knows the interface's names without an import, as the paper's programs do."""
    kept = [x for x in source.split("\n") if not x.startswith("from walk_creator import")]
    return "\n".join(kept).lstrip("\n")


def _split_build(_: Random, source: str) -> str:
    """Move the body into a function that takes the creator."""
    found = re.search(
        r"def make_walker\(\):\n((?:    #.*\n|\n)*)    (\w+) = walker_creator\(\)\n", source
    )
    if not found or re.search(r"\bbuild\b", source):
        return source
    w = found.group(2)
    head, body = source[: found.start()], source[found.end() :]
    end = f"    return {w}.get_walker()"
    if end not in body:
        return source
    body = body.replace(end, "").rstrip("\n ")
    return (
        f"{head}def build({w}):\n{body}\n\ndef make_walker():\n    {w} = walker_creator()\n"
        f"    build({w})\n{end}"
    )


def _wrap_class(rng: Random, source: str) -> str:
    """Put the entry's body into a method."""
    found = re.search(r"def make_walker\(\):\n", source)
    if not found or "class " in source:
        return source
    cls = rng.choice(_CLASSES)
    body = ["    " + x if x else x for x in source[found.end() :].rstrip("\n").split("\n")]
    return (
        source[: found.start()]
        + f"class {cls}:\n    def build(self):\n"
        + "\n".join(body)
        + f"\n\ndef make_walker():\n    return {cls}().build()"
    )


def _alias(rng: Random, source: str) -> str:
    """Bind ``add_muscle`` to a short local name."""
    found = re.search(r"\n    (\w+) = walker_creator\(\)\n", source)
    if not found:
        return source
    w, link = found.group(1), rng.choice(("link", "connect_to", "muscle", "add_m", "spring"))
    if re.search(rf"\b{link}\b", source):
        return source
    head, body = source[: found.end()], source[found.end() :]
    return f"{head}    {link} = {w}.add_muscle\n" + body.replace(f"{w}.add_muscle(", f"{link}(")


def _other_entry(rng: Random, source: str) -> str:
    """Two of the paper's six published programs rename the entry point."""
    new = rng.choice(("walker", "make_walk", "build_walker", "create", "make_creature"))
    return source if re.search(rf"\b{new}\b", source) else re.sub(r"\bmake_walker\b", new, source)


def _explicit_true(rng: Random, source: str) -> str:
    """Some passive links say so."""
    lines = source.split("\n")
    calls = [
        n
        for n in ast.walk(ast.parse(source))
        if isinstance(n, ast.Call)
        and len(n.args) == 2
        and not n.keywords
        and getattr(n.func, "attr", "") == "add_muscle"
        and n.lineno == n.end_lineno
    ]
    for call in calls:
        line = lines[call.lineno - 1]
        if rng.random() < 0.6 and line.count("add_muscle") == 1:
            at = call.args[1].end_col_offset
            lines[call.lineno - 1] = line[:at] + ", True" + line[at:]
    return "\n".join(lines)


_STYLES = (
    (_without_comments, 0.3),
    (_keywords, 0.1),
    (_short_form, 0.05),
    (_explicit_true, 0.07),
    (_alias, 0.05),
    (_split_build, 0.06),
    (_wrap_class, 0.05),
    (_tight_operators, 0.15),
    (_tight_commas, 0.05),
    (_comments, 0.2),
    (_without_blanks, 0.35),
    (_double_blanks, 0.15),
    (_header, 0.06),
    (_no_import, 0.04),
    (_other_entry, 0.04),
)
