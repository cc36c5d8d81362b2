"""Small functions that compute one formula."""

from random import Random

from workers.training.corpus.small import Small, define, joined_words, letters, result


def modular_sum(rng: Random) -> Small:
    p = letters(rng, rng.choice((2, 3, 3, 5, 6)))
    m = rng.choice((2, 2, 3, 4, 5, 7, 10))
    doc = rng.choice((f"Return the sum of {joined_words(p)} modulo {m}", f"Sum of {joined_words(p)}, modulo {m}", f"Returns {'+'.join(p)} mod {m}"))  # fmt: skip
    style = rng.random()
    if style < 0.5:
        body = result(rng, f"({rng.choice((' + ', '+')).join(p)}) % {m}")
    elif style < 0.65:
        body = [f"total = {' + '.join(p)}", f"return total % {m}"]
    elif style < 0.8:
        body = result(rng, f"sum([{', '.join(p)}]) % {m}")
    else:
        body = [f"total = {p[0]}", *(f"total += {v}" for v in p[1:]), f"return total % {m}"]
    name = rng.choice((f"sum_mod_{m}", "mod_sum", "checksum", "remainder", "residue", f"mod{m}"))
    return Small(define(rng, name, p, doc, body), "n" * len(p))


def xor_chain(rng: Random) -> Small:
    p = letters(rng, rng.choice((2, 3, 3, 5)))
    sign, word, name = rng.choice(
        (
            ("^", "exclusive or", "exclusive_or"),
            ("^", "xor", "xor_all"),
            ("&", "bitwise and", "and_all"),
            ("|", "bitwise or", "or_all"),
        )
    )
    doc = f"Return the {word} of {joined_words(p)}"
    if rng.random() < 0.7:
        body = result(rng, f" {sign} ".join(p))
    else:
        body = [f"out = {p[0]}", *(f"out {sign}= {v}" for v in p[1:]), "return out"]
    return Small(define(rng, name, p, doc, body), "n" * len(p))


def polynomial(rng: Random) -> Small:
    """A line, a cubic or higher, with numbers or with coefficients of its own names."""
    degrees = rng.choice(
        ((1, 0), (3, 1), (3, 0), (3, 2, 0), (4, 2), (3, 2, 1, 0), (4, 0), (2,), (5, 3, 1))
    )
    x, *names = letters(rng, 1 + len(degrees))
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
        body = result(rng, value)
    return Small(define(rng, name, parameters, doc, body), "n" * len(parameters))


def weighted(rng: Random) -> Small:
    p = letters(rng, rng.choice((2, 3)))
    w = [str(rng.randint(2, 9)) for _ in p]
    value = " + ".join(f"{f} * {v}" for f, v in zip(w, p, strict=True))
    if rng.random() < 0.4:
        value = f"({value}) / {sum(map(int, w))}"
    doc = f"Return {value}" if rng.random() < 0.6 else f"Weighted sum with weights {', '.join(w)}"
    return Small(
        define(rng, rng.choice(("weighted", "mix", "blend", "score")), p, doc, result(rng, value)),
        "n" * len(p),
    )


def squares(rng: Random) -> Small:
    p = letters(rng, rng.choice((2, 3)))
    form = rng.choice(("{0} * {0}", "{0} ** 2", "{0}**2"))
    value = " + ".join(form.format(v) for v in p)
    root = rng.random() < 0.4
    vector = f"length of the vector ({', '.join(p)})"
    doc = f"Return the {vector if root else f'sum of the squares of {joined_words(p)}'}"
    value = f"({value}) ** 0.5" if root else value
    return Small(
        define(
            rng,
            rng.choice(("norm", "length", "sum_of_squares", "energy")),
            p,
            doc,
            result(rng, value),
        ),
        "n" * len(p),
    )


def average(rng: Random) -> Small:
    p = letters(rng, rng.choice((2, 3, 5)))
    n = len(p)
    body = rng.choice(
        (
            [f"return ({' + '.join(p)}) / {n}"],
            [f"total = {' + '.join(p)}", f"return total / {n}"],
        )
    )
    return Small(
        define(
            rng,
            rng.choice(("mean", "average", "mid")),
            p,
            f"Return the mean of {joined_words(p)}",
            body,
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
    return Small(define(rng, name, p, doc, result(rng, value)), "n" * len(p))


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
        define(rng, name, p, f"Return the {doc} of ({a}, {b}) and ({c}, {d})", body), "nnnn"
    )


def slope(rng: Random) -> Small:
    p = a, b, c, d = rng.choice(
        (["x", "y", "u", "v"], ["x0", "y0", "x1", "y1"], ["px", "py", "qx", "qy"])
    )
    value = rng.choice((f"({d} - {b}) / ({c} - {a})", f"({b} - {d}) / ({a} - {c})"))
    doc = f"Return the slope of the line from ({a}, {b}) to ({c}, {d})"
    return Small(define(rng, rng.choice(("slope", "gradient")), p, doc, result(rng, value)), "nnnn")


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
    return Small(define(rng, name, [x], f"Return {x} in {doc}", result(rng, value)), "n")


def interpolate(rng: Random) -> Small:
    a, z, t = rng.choice(
        (("a", "z", "t"), ("start", "end", "t"), ("low", "high", "share"), ("p", "q", "s"))
    )
    value = rng.choice(
        (f"{a} + ({z} - {a}) * {t}", f"{a} * (1 - {t}) + {z} * {t}", f"(1 - {t}) * {a} + {t} * {z}")
    )
    doc = f"Return the number that lies {t} of the way from {a} to {z}"
    return Small(
        define(rng, rng.choice(("lerp", "interpolate", "mix")), [a, z, t], doc, result(rng, value)),
        "nnn",
    )


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
        define(
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
    p = letters(rng, rng.randint(2, 3))
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
        define(
            rng,
            rng.choice(("f", "g", "formula", "combine", "calc")),
            p,
            f"Return {value}",
            result(rng, value),
        ),
        "n" * len(p),
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
        define(
            rng,
            rng.choice(("raised", "with_tax") if up else ("reduced", "after_discount")),
            [p, r],
            doc,
            result(rng, value),
        ),
        "nn",
    )
