"""What a parent program says about names: where each is bound, what kind of value it holds.

Read from the text alone; a program is never run here. The edit mask asks this module which names,
attributes and keyword arguments a new line may use.
"""

import ast
import builtins
import io
import math
import re
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from workers.mutation.kinds import ANY, LIST, base, bound_by, items_of, kind_of, list_of, merge, one

CREATOR_METHODS = frozenset({"add_joint", "add_muscle", "get_walker"})
# Built-in functions that walker programs use; the others are in scope but never worth writing.
BUILTINS = frozenset(
    "abs all any bool dict divmod enumerate filter float int isinstance iter len list map max min "
    "next pow range reversed round set sorted str sum tuple zip True False None".split()
)
# Names that the sandbox puts into every program.
INJECTED = frozenset({"walker_creator", "query_cppn", "math", "np"})
MATH = frozenset(n for n in dir(math) if not n.startswith("_"))
# What walker programs take from numpy.
NUMPY = frozenset("abs arange array cos exp linspace pi sign sin sqrt".split())
_API_KEYWORDS = frozenset({"is_distance", "amplitude", "phase"})
_MANY = 99


@dataclass
class Function:
    """A function of the parent and the calls that it takes."""

    first: int  # line of its header, from 0
    last: int
    outer: int | None
    is_class: bool
    is_open: bool = True  # takes what its header does not name, or a decorator changes it
    least: int = 0
    most: int = _MANY
    parameters: tuple[str, ...] = ()

    def takes(self, number: int, named: Collection[str]) -> bool:
        """Return whether a call may give ``number`` values and then those by name."""
        if self.is_open:
            return True
        is_enough = self.least <= number + len(named) <= self.most
        return is_enough and set(named) <= set(self.parameters[number:])


@dataclass
class Scope:
    """Names of one parent program."""

    source: str
    lines: list[str]
    tree: ast.Module | None
    functions: list[Function] = field(default_factory=list)
    bindings: list[tuple[str, int, int | None]] = field(
        default_factory=list
    )  # name, line, function
    inner: set[str] = field(default_factory=set)  # bound by comprehensions and lambdas
    keywords: set[str] = field(default_factory=lambda: set(_API_KEYWORDS))
    attributes: dict[str, set[str]] = field(default_factory=dict)  # base name -> attributes
    all_attributes: set[str] = field(default_factory=lambda: {"append"} | CREATOR_METHODS)
    kinds: dict[str, str] = field(default_factory=dict)  # name -> kind, see ``kinds``
    lengths: dict[str, int] = field(default_factory=dict)  # list -> its length where the text tells
    signatures: dict[str, Function] = field(default_factory=dict)
    methods: dict[str, list[Function]] = field(default_factory=dict)  # of all classes by name
    returned: dict[str, tuple[str, int]] = field(default_factory=dict)  # function -> kind, length
    uses_indices: bool = False  # some muscle names its joints by number
    has_globals: bool = False  # statements outside functions
    optional: set[str] = field(default_factory=set)  # names that are compared with None
    counted: set[str] = field(default_factory=set)  # names that must be whole: ranges use them
    joined: dict[frozenset, set[int]] = field(default_factory=dict)  # ends of muscles -> lines
    counters: dict[str, str] = field(
        default_factory=dict
    )  # name -> the list whose indices it takes

    def base(self, name: str) -> str | None:
        """Return the kind of what a name holds, without what a list holds."""
        kind = self.kinds.get(name)
        return kind and base(kind)

    def names_at(self, line: int, is_new: bool, gone: set[int]) -> set[str]:
        """Return the names that may be used on ``line``, or on a new line below it.

        Args:
            gone: lines that are replaced or deleted, whose bindings no longer count.
        """
        if self.tree is None:
            return set(self.kinds)
        around = [k for k, f in enumerate(self.functions) if f.first <= line <= f.last]
        names = set(BUILTINS | INJECTED)
        for name, at, function in self.bindings:
            if at in gone:
                continue
            if function is None:
                names.add(name)
            elif function in around and not self.functions[function].is_class:
                is_own = function == around[-1]
                if not is_own or at < line or (at == line and is_new):
                    names.add(name)
        return names


def read_scope(source: str) -> Scope:
    """Return the scope of a program; of one that does not parse, only its words."""
    lines = source.removesuffix("\n").split("\n")
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        scope = Scope(source, lines, None)
        scope.kinds = dict.fromkeys(_words(source), ANY)
        return scope
    scope = Scope(source, lines, tree)
    _find_returns(scope, tree)
    _walk(scope, tree, None)
    _note_parameters(scope, tree)
    _note_calls(scope, tree)
    for name, found in scope.attributes.items():
        if "append" in found or scope.base(name) != LIST:
            scope.lengths.pop(name, None)
        if any(f.is_class for f in scope.functions) and name not in ("math", "np", "numpy"):
            found |= scope.attributes.get("self", set())
        if scope.kinds.get(name) == "creator" or found & CREATOR_METHODS:
            found |= CREATOR_METHODS
        elif name == "math":
            found |= MATH
        elif name not in ("self", "np", "numpy"):
            found.add("append")
    scope.attributes.setdefault("math", set(MATH))
    scope.attributes["np"] = scope.attributes.get("np", set()) | NUMPY
    for module in ("math", "np"):
        scope.kinds.setdefault(module, "module")
    _note_lengths(scope, tree)
    _note_counters(scope, tree)
    return scope


def _words(source: str) -> set[str]:
    try:
        return {
            t.string
            for t in tokenize.generate_tokens(io.StringIO(source).readline)
            if t.type == tokenize.NAME
        }
    except (tokenize.TokenError, SyntaxError):
        return set()


def _walk(scope: Scope, node: ast.AST, function: int | None) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
            _enter(scope, child, function)
            continue
        if isinstance(child, ast.Lambda):
            scope.inner |= {a.arg for a in child.args.args}
        elif isinstance(child, ast.comprehension):
            scope.inner |= {n.id for n in ast.walk(child.target) if isinstance(n, ast.Name)}
            for part in (child.iter, *child.ifs):
                _walk(scope, ast.Expression(part), function)
            continue
        elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            scope.bindings.append((child.id, child.lineno - 1, function))
        elif isinstance(child, (ast.Import, ast.ImportFrom)):
            for alias in child.names:
                name = (alias.asname or alias.name).split(".")[0]
                scope.bindings.append((name, child.lineno - 1, function))
                _note(scope, name, "module" if isinstance(child, ast.Import) else ANY)
        elif isinstance(child, ast.Attribute):
            scope.all_attributes.add(child.attr)
            if isinstance(child.value, ast.Name):
                scope.attributes.setdefault(child.value.id, set()).add(child.attr)
        elif isinstance(child, ast.keyword) and child.arg:
            scope.keywords.add(child.arg)
        elif isinstance(child, ast.Call):
            _note_growth(scope, child)
        if isinstance(child, (ast.Assign, ast.AnnAssign, ast.For, ast.AugAssign)):
            _note_statement(scope, child)
        _walk(scope, child, function)


def _find_returns(scope: Scope, tree: ast.Module) -> None:
    """Note what functions return, where every ``return`` gives a list or tuple."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        values = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
        sizes = {len(v.elts) for v in values if isinstance(v, (ast.Tuple, ast.List))}
        if values and all(isinstance(v, (ast.Tuple, ast.List, ast.ListComp)) for v in values):
            plain = all(isinstance(v, ast.Tuple) for v in values)
            scope.returned[node.name] = (LIST, sizes.pop() if plain and len(sizes) == 1 else 0)


def _note_parameters(scope: Scope, tree: ast.Module) -> None:
    """Note what parameters hold, from the calls and default values; unknown is ``any``."""
    given: set[tuple[int, str]] = set()  # line of the function, parameter
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name == "add_muscle" and len(call.args) > 1:
            ends = {kind_of(scope, a) for a in call.args[:2]}
            scope.uses_indices |= "number" in ends
        for function, parameters in _called_by(scope, call):
            values = list(zip(parameters, call.args, strict=False))
            values += [(k.arg, k.value) for k in call.keywords if k.arg in parameters]
            for parameter, value in values:
                _note(scope, parameter, kind_of(scope, value))
                given.add((function.first, parameter))
    for function in scope.functions:
        for parameter in function.parameters:
            if (function.first, parameter) not in given:
                _note(scope, parameter, ANY)


def _called_by(scope: Scope, call: ast.Call) -> Iterator[tuple[Function, tuple[str, ...]]]:
    """Yield the program's own functions that a call may be of, and the parameters it gives."""
    if isinstance(call.func, ast.Attribute):
        methods = scope.methods.get(call.func.attr, [])
    else:
        own = scope.signatures.get(getattr(call.func, "id", ""))
        if own is not None and not own.is_class:
            yield own, own.parameters
        classes = [scope.functions.index(own)] if own is not None and own.is_class else []
        methods = [m for m in scope.methods.get("__init__", []) if m.outer in classes]
    for method in methods:
        yield method, method.parameters[1:]


def _note_lengths(scope: Scope, tree: ast.Module) -> None:
    """Note how long lists are that one loop over a known range fills, or one comprehension."""
    numbers: dict[str, list] = {}
    for n in ast.walk(tree):
        if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name):
            numbers.setdefault(n.targets[0].id, []).append(getattr(n.value, "value", None))

    def count(loop: ast.AST) -> int:
        is_range = isinstance(loop, ast.Call) and getattr(loop.func, "id", "") == "range"
        if not is_range or len(loop.args) != 1:
            return 0
        value = getattr(loop.args[0], "value", None)
        if isinstance(loop.args[0], ast.Name):
            known = numbers.get(loop.args[0].id, [])
            value = known[0] if len(known) == 1 else None
        return value if type(value) is int and value > 0 else 0

    appends = re.findall(r"\b(\w+)\.append\(", scope.source)
    for function in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
        for s in function.body:
            if isinstance(s, ast.For):
                for inner in s.body:
                    call = getattr(inner, "value", None)
                    name = getattr(getattr(getattr(call, "func", None), "value", None), "id", "")
                    if appends.count(name) == 1 and call.func.attr == "append" and count(s.iter):
                        scope.lengths[name] = count(s.iter)
            elif isinstance(s, ast.Assign) and isinstance(s.value, ast.ListComp):
                loop = s.value.generators[0]
                name = getattr(s.targets[0], "id", "")
                plain = len(s.value.generators) == 1 and not loop.ifs and name not in appends
                if plain and count(loop.iter):
                    scope.lengths[name] = count(loop.iter)
    for name in [n for n in scope.lengths if scope.base(n) != LIST]:
        del scope.lengths[name]  # bound twice, to different things


def _note_calls(scope: Scope, tree: ast.Module) -> None:
    """Note which names ranges count by, also through parameters, and which joints are joined."""
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    for call in calls:
        if getattr(call.func, "id", "") == "range":
            scope.counted |= {
                n.id for a in call.args for n in ast.walk(a) if isinstance(n, ast.Name)
            }
        elif len(call.args) > 1 and "muscle" in getattr(call.func, "attr", ""):
            ends = frozenset(ast.dump(a) for a in call.args[:2])
            scope.joined.setdefault(ends, set()).add(call.lineno - 1)
    for n in ast.walk(tree):
        if isinstance(n, ast.Subscript):
            scope.counted |= {m.id for m in ast.walk(n.slice) if isinstance(m, ast.Name)}
        elif isinstance(n, ast.Compare) and any(
            isinstance(c, ast.Constant) and c.value is None for c in n.comparators
        ):
            scope.optional.add(getattr(n.left, "id", "None"))
    for _ in range(2):  # a count may be handed on once more
        for call in calls:
            own = scope.signatures.get(getattr(call.func, "id", ""))
            for parameter, value in zip(own.parameters if own else (), call.args, strict=False):
                if parameter in scope.counted and isinstance(value, ast.Name):
                    scope.counted.add(value.id)
    for s in tree.body:
        is_text = isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)
        is_definition = isinstance(s, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))
        scope.has_globals |= not (is_text or is_definition)


def _enter(scope: Scope, node: ast.FunctionDef | ast.ClassDef, outer: int | None) -> None:
    number = len(scope.functions)
    function = Function(node.lineno - 1, node.end_lineno - 1, outer, isinstance(node, ast.ClassDef))
    scope.functions.append(function)
    scope.bindings.append((node.name, node.lineno - 1, outer))
    _note(scope, node.name, "function")
    if isinstance(node, ast.FunctionDef):
        a = node.args
        every = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
        for argument in every:
            scope.bindings.append((argument.arg, node.lineno - 1, number))
            scope.keywords.add(argument.arg)
        function.parameters = tuple(x.arg for x in every)
        if not (a.vararg or a.kwarg or a.kwonlyargs):
            function.is_open = bool(node.decorator_list)
            function.most = len(a.args)
            function.least = len(a.args) - len(a.defaults)
        is_method = outer is not None and scope.functions[outer].is_class
        if not is_method and not node.decorator_list and node.name not in scope.signatures:
            scope.signatures[node.name] = function
        if is_method:
            scope.methods.setdefault(node.name, []).append(function)
    _walk(scope, node, number)
    if isinstance(node, ast.FunctionDef):
        _note_returned(scope, node, number)


def _note_returned(scope: Scope, node: ast.FunctionDef, number: int) -> None:
    """Note what function ``number`` returns, now that its own names are known."""
    values = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
    unknown = dict.fromkeys(scope.functions[number].parameters, ANY)
    kinds = {kind_of(scope, value, unknown) if value else ANY for value in values}
    is_plain = sum(isinstance(n, (ast.FunctionDef, ast.Lambda)) for n in ast.walk(node)) == 1
    if is_plain and len(kinds) == 1 and kinds != {ANY}:
        scope.returned[node.name] = (kinds.pop(), scope.returned.get(node.name, ("", 0))[1])


def _note(scope: Scope, name: str, kind: str) -> None:
    """Remember what a name holds; two different kinds make it ``any``."""
    scope.kinds[name] = merge(scope.kinds[name], kind) if name in scope.kinds else kind


def _note_statement(
    scope: Scope, node: ast.Assign | ast.AnnAssign | ast.For | ast.AugAssign
) -> None:
    if isinstance(node, ast.For):
        for name, kind in bound_by(node.target, items_of(scope, node.iter)):
            _note(scope, name, kind)
        return
    if node.value is None:
        return
    parts = node.value.elts if isinstance(node.value, (ast.List, ast.Tuple)) else []
    whole, each = kind_of(scope, node.value), tuple(kind_of(scope, part) for part in parts)
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        is_single = isinstance(target, ast.Name)
        for name, kind in bound_by(target, whole if is_single or not parts else each):
            _note(scope, name, kind)
        if isinstance(node, ast.AugAssign) or any(isinstance(x, ast.Starred) for x in parts):
            continue
        if is_single and parts:
            scope.lengths.setdefault(target.id, len(parts))
        elif is_single and isinstance(node.value, ast.Call):
            length = scope.returned.get(getattr(node.value.func, "id", ""), ("", 0))[1]
            if length:
                scope.lengths.setdefault(target.id, length)


def _note_growth(scope: Scope, call: ast.Call) -> None:
    """Note what is put into a list."""
    name = getattr(getattr(call.func, "value", None), "id", "")
    if scope.base(name) != LIST or not call.args:
        return
    if call.func.attr in ("append", "insert"):
        _note(scope, name, list_of({kind_of(scope, call.args[-1])}))
    elif call.func.attr == "extend":
        _note(scope, name, list_of({one(items_of(scope, call.args[0]))}))


def _note_counters(scope: Scope, tree: ast.Module) -> None:
    """Note the names that only loops bind, over all indices of one list up to its last.

    A name that the program compares, or looks one further with, is behind conditions of its own.
    """
    for loop in (n for n in ast.walk(tree) if isinstance(n, ast.For)):
        stop = None
        if isinstance(loop.iter, ast.Call) and getattr(loop.iter.func, "id", "") == "range":
            stop = loop.iter.args[-1] if len(loop.iter.args) in (1, 2) else None
        is_length = isinstance(stop, ast.Call) and getattr(stop.func, "id", "") == "len"
        whose = ast.dump(stop.args[0]) if is_length and stop.args else ""
        for n in ast.walk(loop.target):
            if isinstance(n, ast.Name):
                same = scope.counters.setdefault(n.id, whose) == whose
                scope.counters[n.id] = whose if same else ""
    elsewhere = {name for function in scope.functions for name in function.parameters}
    for n in ast.walk(tree):
        if isinstance(n, ast.Subscript):
            elsewhere.add(one_further(n.slice))
        elif isinstance(n, (ast.Compare, ast.Assign, ast.AugAssign)):
            part = n.targets if isinstance(n, ast.Assign) else [n]
            elsewhere |= {x.id for p in part for x in ast.walk(p) if isinstance(x, ast.Name)}
    for name in elsewhere:
        scope.counters.pop(name, None)


def one_further(index: ast.AST) -> str:
    """Return the name in an index such as ``k + 1``, "" of any other."""
    match index:
        case ast.BinOp(ast.Name(name), ast.Add(), ast.Constant(int(step))) if step > 0:
            return name
    return ""


def undefined_names(tree: ast.Module) -> set[str]:
    """Return the names that a program reads and nothing in it binds, function by function."""
    missing: set[str] = set()
    _Resolver(missing).module(tree)
    return missing


class _Resolver:
    """Looks names up the way Python does: own function, enclosing functions, module, built-ins."""

    def __init__(self, missing: set[str]):
        self.missing = missing

    def module(self, tree: ast.Module) -> None:
        known = set(dir(builtins)) | INJECTED | {"__name__", "__file__"}
        self.block(tree.body, known | self.bound(tree.body))

    def bound(self, body: list[ast.stmt]) -> set[str]:
        """Return what statements bind, functions inside them left out."""
        names: set[str] = set()
        todo: list[ast.AST] = list(body)
        while todo:
            node = todo.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.add(node.name)
                todo += node.decorator_list
                continue
            if isinstance(node, ast.Lambda):
                continue
            if isinstance(node, (ast.Name,)) and isinstance(node.ctx, (ast.Store, ast.Del)):
                names.add(node.id)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                names |= {(a.asname or a.name).split(".")[0] for a in node.names}
            elif isinstance(node, ast.ExceptHandler) and node.name:
                names.add(node.name)
            elif isinstance(node, (ast.Global, ast.Nonlocal)):
                names |= set(node.names)
            elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
                todo += [g.iter for g in node.generators]
                continue
            todo += ast.iter_child_nodes(node)
        return names

    def block(self, body: list[ast.AST], known: set[str]) -> None:
        for node in body:
            self.look(node, known)

    def look(self, node: ast.AST, known: set[str]) -> None:
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load) and node.id not in known:
                self.missing.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            a = node.args
            every = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
            self.block([*a.defaults, *filter(None, a.kw_defaults)], known)
            own = known | {x.arg for x in every}
            if isinstance(node, ast.Lambda):
                self.look(node.body, own)
            else:
                self.block(node.decorator_list, known)
                self.block(node.body, own | self.bound(node.body))
        elif isinstance(node, ast.ClassDef):
            self.block([*node.bases, *node.decorator_list], known)
            # names of a class body are seen by its own statements, not by its methods
            inside = known | self.bound(node.body)
            for s in node.body:
                self.look(
                    s, known if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef)) else inside
                )
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            own = set(known)
            for g in node.generators:
                self.look(g.iter, own)
                own |= {n.id for n in ast.walk(g.target) if isinstance(n, ast.Name)}
                self.block(g.ifs, own)
            for part in ("elt", "key", "value"):
                if hasattr(node, part):
                    self.look(getattr(node, part), own)
        else:
            self.block(list(ast.iter_child_nodes(node)), known)
