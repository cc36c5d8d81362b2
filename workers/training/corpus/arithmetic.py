"""Small functions of arithmetic in many shapes, for bugs to be put in.

Never those of the mutation benchmark, the parity of four bits and the quadratic of three
coefficients: ``is_benchmark`` knows them by what they compute, under any names.
"""

from dataclasses import dataclass
from itertools import permutations, product
from random import Random

from workers.training.corpus import draw

_LETTERS = "adefghkmnpqrstuvwxyz"
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_NUMBERS = ((0, 1, 2, 3, 4, 5), (1, 0, 3, 5, 2, 4), (2, 3, 1, 4, 6, 1), (5, 2, 7, 1, 3, 8), (3, 7, 2, 9, 1, 6),
            (-1, 4, 2, -3, 5, 2), (6, 6, 6, 6, 6, 6), (9, 1, 4, 2, 8, 3), (1, 1, 0, 1, 0, 1), (0, 0, 1, 0, 1, 1))  # fmt: skip
# tuples: a bug that appends to what a loop runs over must not run for ever
_LISTS = ((3, 1, 2), (1, 4, 4, 0, 7), (5,), (2, 9, 6, 3), (-1, 8, 0, 5, 2, 2))


@dataclass(frozen=True)
class Small:
    """A small function; ``arguments`` has a letter for each: ``n`` a number, ``l`` a list of them."""

    source: str
    arguments: str


def _letters(rng: Random, count: int) -> list[str]:
    """Return parameter names in one of the ways in which people count them."""
    style = rng.random()
    if style < 0.3:
        start = rng.randrange(len(_LETTERS) - count)
        return list(_LETTERS[start : start + count])
    if style < 0.6:
        letter = rng.choice((*_LETTERS, "val", "arg", "num", "bit", "in", "side", "x_"))
        first = rng.choice((0, 1, 1))
        return [f"{letter}{k + first}" for k in range(count)]
    if style < 0.7:
        return list(_ORDINALS[:count])
    taken: set[str] = {"sum", "min", "max", "abs", "in", "is", "if", "or", "as"}
    return [draw.name(rng, taken) for _ in range(count)]


def _define(rng: Random, name: str, parameters: list[str], doc: str, lines: list[str]) -> str:
    """Return a function; its name or a line of text tells what it should do."""
    has_name = rng.random() < 0.85
    if not has_name:
        name = draw.name(rng, {*parameters})
    comma = "," if rng.random() < 0.15 else ", "
    out = [f"def {name}({comma.join(parameters)}):"]
    style = rng.random()
    if style < 0.8 or not has_name:
        out.append(f'    """{doc}{rng.choice((".", "", "."))}"""')
    elif style < 0.9:
        out.append(f"    # {doc[0].lower()}{doc[1:]}")
    out += ["    " + line for line in lines]
    return "\n".join(out)


def _result(rng: Random, value: str) -> list[str]:
    """Return the statements that hand back ``value``."""
    if rng.random() < 0.7:
        return [f"return {value}"]
    name = rng.choice(("result", "res", "total", "out", "answer", "ret"))
    return [f"{name} = {value}", f"return {name}"]


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def modular_sum(rng: Random) -> Small:
    p = _letters(rng, rng.choice((2, 3, 3, 5, 6)))
    m = rng.choice((2, 2, 3, 4, 5, 7, 10))
    doc = rng.choice((f"Return the sum of {_listed(p)} modulo {m}", f"Sum of {_listed(p)}, modulo {m}", f"Returns {'+'.join(p)} mod {m}"))  # fmt: skip
    style = rng.random()
    if style < 0.5:
        body = _result(rng, f"({rng.choice((' + ', '+')).join(p)}) % {m}")
    elif style < 0.65:
        body = [f"total = {' + '.join(p)}", f"return total % {m}"]
    elif style < 0.8:
        body = _result(rng, f"sum([{', '.join(p)}]) % {m}")
    else:
        body = [f"total = {p[0]}", *(f"total += {v}" for v in p[1:]), f"return total % {m}"]
    name = rng.choice((f"sum_mod_{m}", "mod_sum", "checksum", "remainder", "residue", f"mod{m}"))
    return Small(_define(rng, name, p, doc, body), "n" * len(p))


def xor_chain(rng: Random) -> Small:
    p = _letters(rng, rng.choice((2, 3, 3, 5)))
    sign, word, name = rng.choice(
        (
            ("^", "exclusive or", "exclusive_or"),
            ("^", "xor", "xor_all"),
            ("&", "bitwise and", "and_all"),
            ("|", "bitwise or", "or_all"),
        )
    )
    doc = f"Return the {word} of {_listed(p)}"
    if rng.random() < 0.7:
        body = _result(rng, f" {sign} ".join(p))
    else:
        body = [f"out = {p[0]}", *(f"out {sign}= {v}" for v in p[1:]), "return out"]
    return Small(_define(rng, name, p, doc, body), "n" * len(p))


def polynomial(rng: Random) -> Small:
    """A line, a cubic or higher, with numbers or with coefficients of its own names."""
    degrees = rng.choice(
        ((1, 0), (3, 1), (3, 0), (3, 2, 0), (4, 2), (3, 2, 1, 0), (4, 0), (2,), (5, 3, 1))
    )
    x, *names = _letters(rng, 1 + len(degrees))
    symbolic = rng.random() < 0.5 and len(degrees) != 2
    factors = names if symbolic else [str(rng.randint(2, 9)) for _ in degrees]
    power = rng.choice(("{x} ** {d}", "{x}**{d}", "pow({x}, {d})"))
    terms = []
    for f, d in zip(factors, degrees, strict=True):
        if d == 0:
            terms.append(f)
        else:
            terms.append(f"{f} * {x}" if d == 1 else f"{f} * {power.format(x=x, d=d)}")
    signs = [rng.choice("++-") for _ in terms[1:]]
    value = terms[0] + "".join(f" {s} {t}" for s, t in zip(signs, terms[1:], strict=True))
    if rng.random() < 0.15:
        value = value.replace(" * ", "*")
    doc = rng.choice((f"Return {value}", f"Evaluate {value}", f"The polynomial {value} at {x}"))
    parameters = [x, *names] if symbolic else [x]
    if symbolic and rng.random() < 0.5:
        parameters = [*names, x]
    name = rng.choice(("poly", "polynomial", "evaluate", "curve", "cubic" if 3 in degrees else "f"))
    if rng.random() < 0.25 and len(terms) > 2 and set(signs) == {"+"}:
        body = [f"value = {terms[0]}", *(f"value += {t}" for t in terms[1:]), "return value"]
    else:
        body = _result(rng, value)
    return Small(_define(rng, name, parameters, doc, body), "n" * len(parameters))


def horner(rng: Random) -> Small:
    x = rng.choice("xtuz")
    values = rng.choice(("coefficients", "coefs", "terms"))
    body = ["total = 0", f"for k in {values}:", f"    total = total * {x} + k", "return total"]
    doc = f"Evaluate a polynomial at {x}, highest power first"
    return Small(_define(rng, "horner", [values, x], doc, body), "ln")


def weighted(rng: Random) -> Small:
    p = _letters(rng, rng.choice((2, 3)))
    w = [str(rng.randint(2, 9)) for _ in p]
    value = " + ".join(f"{f} * {v}" for f, v in zip(w, p, strict=True))
    if rng.random() < 0.4:
        value = f"({value}) / {sum(map(int, w))}"
    doc = f"Return {value}" if rng.random() < 0.6 else f"Weighted sum with weights {', '.join(w)}"
    return Small(
        _define(
            rng, rng.choice(("weighted", "mix", "blend", "score")), p, doc, _result(rng, value)
        ),
        "n" * len(p),
    )


def squares(rng: Random) -> Small:
    p = _letters(rng, rng.choice((2, 3)))
    form = rng.choice(("{0} * {0}", "{0} ** 2", "{0}**2"))
    value = " + ".join(form.format(v) for v in p)
    root = rng.random() < 0.4
    vector = f"length of the vector ({', '.join(p)})"
    doc = f"Return the {vector if root else f'sum of the squares of {_listed(p)}'}"
    value = f"({value}) ** 0.5" if root else value
    return Small(
        _define(
            rng,
            rng.choice(("norm", "length", "sum_of_squares", "energy")),
            p,
            doc,
            _result(rng, value),
        ),
        "n" * len(p),
    )


def extreme(rng: Random) -> Small:
    """The least or greatest of two or three, written out."""
    p = _letters(rng, rng.choice((2, 3)))
    great = rng.random() < 0.5
    sign, word = (">", "greatest") if great else ("<", "least")
    style = rng.random()
    if style < 0.35 and len(p) == 2:
        body = [f"if {p[0]} {sign} {p[1]}:", f"    return {p[0]}", f"return {p[1]}"]
    elif style < 0.6 and len(p) == 2:
        body = [f"return {p[0]} if {p[0]} {sign} {p[1]} else {p[1]}"]
    elif style < 0.75:
        body = _result(rng, f"{'max' if great else 'min'}({', '.join(p)})")
    else:
        body = [f"best = {p[0]}"]
        for v in p[1:]:
            body += [f"if {v} {sign} best:", f"    best = {v}"]
        body.append("return best")
    name = rng.choice(
        ("maximum", "largest", "biggest") if great else ("minimum", "smallest", "lowest")
    )
    return Small(_define(rng, name, p, f"Return the {word} of {_listed(p)}", body), "n" * len(p))


def clamp(rng: Random) -> Small:
    x, low, high = rng.choice(
        (("x", "low", "high"), ("value", "lo", "hi"), ("v", "a", "z"), ("n", "bottom", "top"))
    )
    body = rng.choice(
        (
            [f"return max({low}, min({x}, {high}))"],
            [f"return min(max({x}, {low}), {high})"],
            [
                f"if {x} < {low}:",
                f"    return {low}",
                f"if {x} > {high}:",
                f"    return {high}",
                f"return {x}",
            ],
        )
    )
    doc = f"Return {x}, but at least {low} and at most {high}"
    return Small(
        _define(rng, rng.choice(("clamp", "clip", "limit", "bound")), [x, low, high], doc, body),
        "nnn",
    )


def between(rng: Random) -> Small:
    x, low, high = rng.choice(
        (("x", "low", "high"), ("n", "start", "stop"), ("k", "i", "j"), ("v", "left", "right"))
    )
    body = rng.choice(
        (
            [f"return {low} <= {x} <= {high}"],
            [f"return {low} <= {x} and {x} <= {high}"],
            [f"return {x} >= {low} and {x} <= {high}"],
            [f"if {x} < {low} or {x} > {high}:", "    return False", "return True"],
        )
    )
    doc = f"Whether {x} lies from {low} to {high}"
    return Small(
        _define(
            rng,
            rng.choice(("between", "in_range", "is_inside", "contains")),
            [x, low, high],
            doc,
            body,
        ),
        "nnn",
    )


def ordered(rng: Random) -> Small:
    p = _letters(rng, 3)
    up = rng.random() < 0.6
    s = "<" if up else ">"
    body = rng.choice(
        (
            [f"return {p[0]} {s} {p[1]} {s} {p[2]}"],
            [f"return {p[0]} {s} {p[1]} and {p[1]} {s} {p[2]}"],
        )
    )
    doc = f"Whether {_listed(p)} {'rise' if up else 'fall'}"
    return Small(_define(rng, "is_rising" if up else "is_falling", p, doc, body), "nnn")


def divisible(rng: Random) -> Small:
    x = rng.choice(("n", "x", "number", "k", "year"))
    m = rng.randint(2, 12)
    even = m == 2
    body = rng.choice(
        (
            [f"return {x} % {m} == 0"],
            [f"if {x} % {m} == 0:", "    return True", "return False"],
            [f"rest = {x} % {m}", "return rest == 0"],
        )
    )
    name = "is_even" if even else rng.choice((f"divisible_by_{m}", f"is_multiple_of_{m}"))
    return Small(
        _define(rng, name, [x], f"Whether {x} is {'even' if even else f'divisible by {m}'}", body),
        "n",
    )


def average(rng: Random) -> Small:
    p = _letters(rng, rng.choice((2, 3, 5)))
    n = len(p)
    body = rng.choice(
        (
            [f"return ({' + '.join(p)}) / {n}"],
            [f"total = {' + '.join(p)}", f"return total / {n}"],
        )
    )
    return Small(
        _define(
            rng, rng.choice(("mean", "average", "mid")), p, f"Return the mean of {_listed(p)}", body
        ),
        "n" * n,
    )


def rectangle(rng: Random) -> Small:
    w, h, *d = rng.choice(
        (
            ("w", "h"),
            ("width", "height"),
            ("length", "width"),
            ("width", "height", "depth"),
            ("x", "y", "z"),
        )
    )
    name, doc, value = rng.choice(
        (
            ("area", "area", f"{w} * {h}"),
            ("perimeter", "length around", f"2 * ({w} + {h})"),
            ("perimeter", "length around", f"2 * {w} + 2 * {h}"),
        )
        if not d
        else (
            ("volume", "volume", f"{w} * {h} * {d[0]}"),
            ("surface", "surface", f"2 * ({w} * {h} + {h} * {d[0]} + {w} * {d[0]})"),
        )
    )
    p = [w, h, *d]
    doc = f"Return the {doc} of a {'box' if d else 'rectangle'} of {' by '.join(p)}"
    return Small(_define(rng, name, p, doc, _result(rng, value)), "n" * len(p))


def distance(rng: Random) -> Small:
    p = rng.choice(
        (
            ["x0", "y0", "x1", "y1"],
            ["x1", "y1", "x2", "y2"],
            ["px", "py", "qx", "qy"],
            ["ax", "ay", "mx", "my"],
        )
    )
    a, b, c, d = p
    style = rng.random()
    if style < 0.35:
        name, doc, body = (
            "manhattan",
            "city block distance",
            [f"return abs({a} - {c}) + abs({b} - {d})"],
        )
    elif style < 0.6:
        name, doc, body = (
            "distance",
            "distance",
            [f"dx = {c} - {a}", f"dy = {d} - {b}", "return (dx * dx + dy * dy) ** 0.5"],
        )
    elif style < 0.8:
        name, doc, body = (
            "squared_distance",
            "squared distance",
            [f"return ({a} - {c}) ** 2 + ({b} - {d}) ** 2"],
        )
    else:
        name, doc, body = (
            "chebyshev",
            "greater of the two differences",
            [f"return max(abs({a} - {c}), abs({b} - {d}))"],
        )
    return Small(
        _define(rng, name, p, f"Return the {doc} of ({a}, {b}) and ({c}, {d})", body), "nnnn"
    )


def slope(rng: Random) -> Small:
    p = a, b, c, d = rng.choice(
        (["x", "y", "u", "v"], ["x0", "y0", "x1", "y1"], ["px", "py", "qx", "qy"])
    )
    value = rng.choice((f"({d} - {b}) / ({c} - {a})", f"({b} - {d}) / ({a} - {c})"))
    doc = f"Return the slope of the line from ({a}, {b}) to ({c}, {d})"
    return Small(
        _define(rng, rng.choice(("slope", "gradient")), p, doc, _result(rng, value)), "nnnn"
    )


def convert(rng: Random) -> Small:
    name, x, value, doc = rng.choice(
        (
            ("to_fahrenheit", "celsius", "celsius * 9 / 5 + 32", "degrees Fahrenheit"),
            ("to_celsius", "fahrenheit", "(fahrenheit - 32) * 5 / 9", "degrees Celsius"),
            ("to_seconds", "minutes", "minutes * 60", "seconds"),
            ("hours", "seconds", "seconds // 3600", "whole hours"),
            ("to_meters", "feet", "feet * 0.3048", "meters"),
            ("to_grams", "ounces", "ounces * 28.35", "grams"),
            ("to_radians", "degrees", "degrees * 3.14159 / 180", "radians"),
            ("to_percent", "share", "share * 100", "percent"),
            ("days", "weeks", "weeks * 7", "days"),
        )
    )
    if rng.random() < 0.4:
        new = rng.choice(("x", "n", "t", "value", "amount"))
        value, x = value.replace(x, new), new
    return Small(_define(rng, name, [x], f"Return {x} in {doc}", _result(rng, value)), "n")


def interpolate(rng: Random) -> Small:
    a, z, t = rng.choice(
        (("a", "z", "t"), ("start", "end", "t"), ("low", "high", "share"), ("p", "q", "s"))
    )
    value = rng.choice(
        (f"{a} + ({z} - {a}) * {t}", f"{a} * (1 - {t}) + {z} * {t}", f"(1 - {t}) * {a} + {t} * {z}")
    )
    doc = f"Return the number that lies {t} of the way from {a} to {z}"
    return Small(
        _define(
            rng, rng.choice(("lerp", "interpolate", "mix")), [a, z, t], doc, _result(rng, value)
        ),
        "nnn",
    )


def difference(rng: Random) -> Small:
    a, b = _letters(rng, 2)
    style = rng.random()
    if style < 0.4:
        body = [f"return abs({a} - {b})"]
    elif style < 0.7:
        body = [f"if {a} > {b}:", f"    return {a} - {b}", f"return {b} - {a}"]
    else:
        body = [f"return {a} - {b} if {a} > {b} else {b} - {a}"]
    return Small(
        _define(
            rng,
            rng.choice(("gap", "difference", "spread")),
            [a, b],
            f"Return how far {a} and {b} are apart",
            body,
        ),
        "nn",
    )


def sign(rng: Random) -> Small:
    x = rng.choice("xnvt")
    body = rng.choice(
        (
            [f"if {x} > 0:", "    return 1", f"if {x} < 0:", "    return -1", "return 0"],
            [f"if {x} < 0:", "    return -1", f"elif {x} > 0:", "    return 1", "return 0"],
            [f"return ({x} > 0) - ({x} < 0)"],
        )
    )
    return Small(
        _define(rng, "sign", [x], f"Return 1, 0 or -1 as {x} is positive, zero or negative", body),
        "n",
    )


def sum_loop(rng: Random) -> Small:
    n, i = rng.choice("nmk"), rng.choice("ijx")
    name, doc, term, start = rng.choice(
        (
            ("sum_to", "the sum of the numbers from 1 to {n}", "{i}", 1),
            ("sum_of_squares", "the sum of the squares from 1 to {n}", "{i} * {i}", 1),
            ("sum_of_cubes", "the sum of the cubes from 1 to {n}", "{i} ** 3", 1),
            ("sum_of_odds", "the sum of the first {n} odd numbers", "2 * {i} + 1", 0),
            ("sum_below", "the sum of the numbers below {n}", "{i}", 0),
            ("sum_of_evens", "the sum of the first {n} even numbers", "2 * {i}", 1),
        )
    )
    term, doc = term.format(i=i), doc.format(n=n)
    ends = f"1, {n} + 1" if start else n
    if rng.random() < 0.35:
        body = [f"return sum({term} for {i} in range({ends}))"]
    else:
        body = ["total = 0", f"for {i} in range({ends}):", f"    total += {term}", "return total"]
    return Small(_define(rng, name, [n], f"Return {doc}", body), "n")


def factorial(rng: Random) -> Small:
    n = rng.choice("nkm")
    body = rng.choice(
        (
            ["product = 1", f"for i in range(2, {n} + 1):", "    product *= i", "return product"],
            [f"if {n} <= 1:", "    return 1", f"return {n} * factorial({n} - 1)"],
            [f"return 1 if {n} < 2 else {n} * factorial({n} - 1)"],
        )
    )
    source = _define(rng, "factorial", [n], f"Return the product of 1 to {n}", body)
    return Small("\n".join(["def factorial" + source[source.index("(") :]]), "n")


def fibonacci(rng: Random) -> Small:
    n = rng.choice("nkm")
    a, b = rng.choice((("a", "b"), ("prev", "cur"), ("x", "y")))
    body = [
        f"{a}, {b} = 0, 1",
        f"for _ in range({n}):",
        f"    {a}, {b} = {b}, {a} + {b}",
        f"return {a}",
    ]
    return Small(
        _define(rng, rng.choice(("fib", "fibonacci")), [n], f"Return Fibonacci number {n}", body),
        "n",
    )


def over_list(rng: Random) -> Small:
    """One pass over a list."""
    v, x = rng.choice(
        (("values", "v"), ("numbers", "n"), ("items", "item"), ("xs", "x"), ("data", "d"))
    )
    k = rng.randint(1, 6)
    name, doc, body = rng.choice(
        (
            ("total", f"Return the sum of {v}", ["total = 0", f"for {x} in {v}:", f"    total += {x}", "return total"]),
            ("product", f"Return the product of {v}", ["result = 1", f"for {x} in {v}:", f"    result *= {x}", "return result"]),
            ("count_above", f"Count how many {v} are above {k}", ["count = 0", f"for {x} in {v}:", f"    if {x} > {k}:", "        count += 1", "return count"]),
            ("count_even", f"Count the even ones of {v}", ["count = 0", f"for {x} in {v}:", f"    if {x} % 2 == 0:", "        count += 1", "return count"]),
            ("largest", f"Return the largest of {v}", [f"best = {v}[0]", f"for {x} in {v}:", f"    if {x} > best:", f"        best = {x}", "return best"]),
            ("smallest", f"Return the smallest of {v}", [f"best = {v}[0]", f"for {x} in {v}[1:]:", f"    if {x} < best:", f"        best = {x}", "return best"]),
            ("mean", f"Return the mean of {v}", [f"return sum({v}) / len({v})"]),
            ("spread", f"Return the largest of {v} minus the smallest", [f"return max({v}) - min({v})"]),
            ("last", f"Return the last of {v}", [f"return {v}[len({v}) - 1]"]),
            ("doubled", f"Return {v} with every one doubled", [f"return [2 * {x} for {x} in {v}]"]),
            ("positive", f"Return those of {v} that are above 0", [f"return [{x} for {x} in {v} if {x} > 0]"]),
            ("shifted", f"Return {v} with {k} added to each", ["out = []", f"for {x} in {v}:", f"    out.append({x} + {k})", "return out"]),
            ("index_of_largest", f"Return where the largest of {v} stands", ["at = 0", f"for i in range(1, len({v})):", f"    if {v}[i] > {v}[at]:", "        at = i", "return at"]),
            ("steps", f"Return the differences of neighboring {v}", [f"return [{v}[i + 1] - {v}[i] for i in range(len({v}) - 1)]"]),
            ("running", f"Return the running sums of {v}", ["out = []", "total = 0", f"for {x} in {v}:", f"    total += {x}", "    out.append(total)", "return out"]),
            ("all_above", f"Whether all {v} are above {k}", [f"for {x} in {v}:", f"    if {x} <= {k}:", "        return False", "return True"]),
        )
    )  # fmt: skip
    return Small(_define(rng, name, [v], doc, body), "l")


def dot(rng: Random) -> Small:
    a, b = rng.choice((("u", "v"), ("xs", "ys"), ("p", "q"), ("first", "second")))
    body = rng.choice(
        (
            ["total = 0", f"for x, y in zip({a}, {b}):", "    total += x * y", "return total"],
            [f"return sum(x * y for x, y in zip({a}, {b}))"],
            [
                "total = 0",
                f"for i in range(min(len({a}), len({b}))):",
                f"    total += {a}[i] * {b}[i]",
                "return total",
            ],
        )
    )
    return Small(
        _define(rng, "dot", [a, b], f"Return the inner product of {a} and {b}", body), "ll"
    )


def prime(rng: Random) -> Small:
    n = rng.choice("nkp")
    body = [
        f"if {n} < 2:",
        "    return False",
        f"for d in range(2, {n}):",
        f"    if {n} % d == 0:",
        "        return False",
        "return True",
    ]
    return Small(_define(rng, "is_prime", [n], f"Whether {n} is a prime number", body), "n")


def leap(rng: Random) -> Small:
    y = rng.choice(("year", "y"))
    body = rng.choice(
        (
            [f"return {y} % 4 == 0 and ({y} % 100 != 0 or {y} % 400 == 0)"],
            [
                f"if {y} % 400 == 0:",
                "    return True",
                f"if {y} % 100 == 0:",
                "    return False",
                f"return {y} % 4 == 0",
            ],
        )
    )
    return Small(_define(rng, "is_leap", [y], f"Whether {y} is a leap year", body), "n")


def steps(rng: Random) -> Small:
    """Two or three operations, one after another, told in the docstring."""
    x = rng.choice(("x", "n", "value", "t", "amount"))
    y = rng.choice(("y", "result", "out", "v"))
    words = {"+": "add {}", "-": "subtract {}", "*": "multiply by {}", "//": "divide by {}"}
    signs = rng.choices(list(words), k=rng.choice((2, 2, 3)))
    values = [rng.randint(2, 12) for _ in signs]
    doc = ", ".join(words[s].format(v) for s, v in zip(signs, values, strict=True))
    body = [f"{y} = {x} {signs[0]} {values[0]}"]
    body += [f"{y} = {y} {s} {v}" for s, v in zip(signs[1:], values[1:], strict=True)]
    return Small(
        _define(
            rng,
            rng.choice(("apply", "transform", "steps", "compute")),
            [x],
            doc.capitalize(),
            [*body, f"return {y}"],
        ),
        "n",
    )


def expression(rng: Random) -> Small:
    """A formula at random; the docstring tells it."""
    p = _letters(rng, rng.randint(2, 3))
    value = rng.choice(p)
    for v in rng.sample([*p, str(rng.randint(2, 9))], len(p)):
        s = rng.choice(("+", "-", "*", "+", "*"))
        left = f"({value})" if " " in value and s == "*" else value
        value = (
            f"{left} {s} {v}"
            if rng.random() < 0.6
            else f"{v} {s} ({value})"
            if " " in value
            else f"{v} {s} {value}"
        )
    missing = [v for v in p if v not in value.replace("(", " ").replace(")", " ").split()]
    for v in missing:
        value = f"{value} + {v}"
    return Small(
        _define(
            rng,
            rng.choice(("f", "g", "formula", "combine", "calc")),
            p,
            f"Return {value}",
            _result(rng, value),
        ),
        "n" * len(p),
    )


def logic(rng: Random) -> Small:
    p = _letters(rng, rng.choice((2, 3)))
    name, doc, value = rng.choice(
        (
            ("all_true", f"Whether {_listed(p)} are all true", " and ".join(p)),
            ("any_true", f"Whether one of {_listed(p)} is true", " or ".join(p)),
            ("none_true", f"Whether none of {_listed(p)} is true", f"not ({' or '.join(p)})"),
            ("not_all", f"Whether not all of {_listed(p)} are true", f"not ({' and '.join(p)})"),
            ("all_equal", f"Whether {_listed(p)} are equal", " == ".join(p)),
        )
    )
    return Small(_define(rng, name, p, doc, [f"return {value}"]), "n" * len(p))


def median(rng: Random) -> Small:
    p = _letters(rng, 3)
    body = rng.choice(
        (
            [f"return sorted([{', '.join(p)}])[1]"],
            [f"return {' + '.join(p)} - min({', '.join(p)}) - max({', '.join(p)})"],
            [f"return max(min({p[0]}, {p[1]}), min(max({p[0]}, {p[1]}), {p[2]}))"],
        )
    )
    return Small(
        _define(
            rng, rng.choice(("median", "middle")), p, f"Return the middle one of {_listed(p)}", body
        ),
        "nnn",
    )


def price(rng: Random) -> Small:
    p, r = rng.choice(
        (("price", "percent"), ("amount", "rate"), ("cost", "discount"), ("sum_", "tax"))
    )
    up = rng.random() < 0.5
    s = "+" if up else "-"
    value = rng.choice(
        (f"{p} * (100 {s} {r}) / 100", f"{p} {s} {p} * {r} / 100", f"{p} * (1 {s} {r} / 100)")
    )
    doc = f"Return {p} {'raised' if up else 'reduced'} by {r} percent"
    return Small(
        _define(
            rng,
            rng.choice(("raised", "with_tax") if up else ("reduced", "after_discount")),
            [p, r],
            doc,
            _result(rng, value),
        ),
        "nn",
    )


SHAPES = (
    (modular_sum, 3), (xor_chain, 1.5), (polynomial, 3), (horner, 0.7), (weighted, 1.5),
    (squares, 1), (extreme, 1.5), (clamp, 1), (between, 1), (ordered, 1), (divisible, 1),
    (average, 1.2), (rectangle, 1), (distance, 1.2), (slope, 0.4), (convert, 1), (interpolate, 1),
    (difference, 1), (sign, 0.7), (sum_loop, 1.5), (factorial, 0.7), (fibonacci, 0.5),
    (over_list, 3), (dot, 0.7), (prime, 0.5), (leap, 0.4), (steps, 1.5), (expression, 3),
    (logic, 1.2), (median, 0.6), (price, 0.8),
)  # fmt: skip


def draw_small(rng: Random) -> Small:
    """Return a small function of a random shape."""
    shape = rng.choices([s for s, _ in SHAPES], [w for _, w in SHAPES])[0]
    return shape(rng)


def outcomes(small: Small) -> list[str]:
    """Return what a function of this package gives for fixed arguments: values or exceptions.

    They hold no while loop and loop over nothing that can grow, so a plain ``exec`` always ends.
    """
    return [_outcome(small.source, arguments) for arguments in _arguments(small.arguments)]


def _arguments(kinds: str) -> list[list]:
    rows = []
    for k, numbers in enumerate(_NUMBERS):
        lists = [_LISTS[k % len(_LISTS)], _LISTS[(k + 1) % len(_LISTS)]]
        rows.append(
            [lists[i % 2] if kind == "l" else numbers[i] for i, kind in enumerate(kinds)]
        )
    return rows


def _outcome(source: str, arguments) -> str:
    names: dict = {}
    try:
        exec(compile(source, "<corpus>", "exec", dont_inherit=True), names)
        function = next(v for k, v in names.items() if k != "__builtins__")
        return repr(function(*arguments))
    except Exception as error:
        return type(error).__name__


def is_benchmark(small: Small) -> bool:
    """Whether a function computes the parity of four bits or a quadratic of three coefficients."""
    if small.arguments != "nnnn":
        return False
    bits = list(product((0, 1), repeat=4))
    if all(_outcome(small.source, b) == repr(sum(b) % 2) for b in bits):
        return True
    points = [(2, 3, 5, 7), (1, 4, 6, 3), (5, 2, 1, 9)]
    found = [_outcome(small.source, point) for point in points]
    for order in permutations(range(4)):
        values = []
        for point in points:
            a, b, c, x = (point[k] for k in order)
            values.append(repr(a * x * x + b * x + c))
        if found == values:
            return True
    return False
