"""Small functions that compare, decide or loop."""

from random import Random

from workers.training.corpus.small import Small, define, joined_words, letters, result


def horner(rng: Random) -> Small:
    x = rng.choice("xtuz")
    values = rng.choice(("coefficients", "coefs", "terms"))
    body = ["total = 0", f"for k in {values}:", f"    total = total * {x} + k", "return total"]
    doc = f"Evaluate a polynomial at {x}, highest power first"
    return Small(define(rng, "horner", [values, x], doc, body), "ln")


def extreme(rng: Random) -> Small:
    """The least or greatest of two or three, written out."""
    p = letters(rng, rng.choice((2, 3)))
    great = rng.random() < 0.5
    sign, word = (">", "greatest") if great else ("<", "least")
    style = rng.random()
    if style < 0.35 and len(p) == 2:
        body = [f"if {p[0]} {sign} {p[1]}:", f"    return {p[0]}", f"return {p[1]}"]
    elif style < 0.6 and len(p) == 2:
        body = [f"return {p[0]} if {p[0]} {sign} {p[1]} else {p[1]}"]
    elif style < 0.75:
        body = result(rng, f"{'max' if great else 'min'}({', '.join(p)})")
    else:
        body = [f"best = {p[0]}"]
        for v in p[1:]:
            body += [f"if {v} {sign} best:", f"    best = {v}"]
        body.append("return best")
    name = rng.choice(
        ("maximum", "largest", "biggest") if great else ("minimum", "smallest", "lowest")
    )
    return Small(
        define(rng, name, p, f"Return the {word} of {joined_words(p)}", body), "n" * len(p)
    )


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
        define(rng, rng.choice(("clamp", "clip", "limit", "bound")), [x, low, high], doc, body),
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
        define(
            rng,
            rng.choice(("between", "in_range", "is_inside", "contains")),
            [x, low, high],
            doc,
            body,
        ),
        "nnn",
    )


def ordered(rng: Random) -> Small:
    p = letters(rng, 3)
    up = rng.random() < 0.6
    s = "<" if up else ">"
    body = rng.choice(
        (
            [f"return {p[0]} {s} {p[1]} {s} {p[2]}"],
            [f"return {p[0]} {s} {p[1]} and {p[1]} {s} {p[2]}"],
        )
    )
    doc = f"Whether {joined_words(p)} {'rise' if up else 'fall'}"
    return Small(define(rng, "is_rising" if up else "is_falling", p, doc, body), "nnn")


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
        define(rng, name, [x], f"Whether {x} is {'even' if even else f'divisible by {m}'}", body),
        "n",
    )


def difference(rng: Random) -> Small:
    a, b = letters(rng, 2)
    style = rng.random()
    if style < 0.4:
        body = [f"return abs({a} - {b})"]
    elif style < 0.7:
        body = [f"if {a} > {b}:", f"    return {a} - {b}", f"return {b} - {a}"]
    else:
        body = [f"return {a} - {b} if {a} > {b} else {b} - {a}"]
    return Small(
        define(
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
        define(rng, "sign", [x], f"Return 1, 0 or -1 as {x} is positive, zero or negative", body),
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
    return Small(define(rng, name, [n], f"Return {doc}", body), "n")


def factorial(rng: Random) -> Small:
    n = rng.choice("nkm")
    body = rng.choice(
        (
            ["product = 1", f"for i in range(2, {n} + 1):", "    product *= i", "return product"],
            [f"if {n} <= 1:", "    return 1", f"return {n} * factorial({n} - 1)"],
            [f"return 1 if {n} < 2 else {n} * factorial({n} - 1)"],
        )
    )
    source = define(rng, "factorial", [n], f"Return the product of 1 to {n}", body)
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
        define(rng, rng.choice(("fib", "fibonacci")), [n], f"Return Fibonacci number {n}", body),
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
    return Small(define(rng, name, [v], doc, body), "l")


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
    return Small(define(rng, "dot", [a, b], f"Return the inner product of {a} and {b}", body), "ll")


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
    return Small(define(rng, "is_prime", [n], f"Whether {n} is a prime number", body), "n")


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
    return Small(define(rng, "is_leap", [y], f"Whether {y} is a leap year", body), "n")


def logic(rng: Random) -> Small:
    p = letters(rng, rng.choice((2, 3)))
    name, doc, value = rng.choice(
        (
            ("all_true", f"Whether {joined_words(p)} are all true", " and ".join(p)),
            ("any_true", f"Whether one of {joined_words(p)} is true", " or ".join(p)),
            ("none_true", f"Whether none of {joined_words(p)} is true", f"not ({' or '.join(p)})"),
            (
                "not_all",
                f"Whether not all of {joined_words(p)} are true",
                f"not ({' and '.join(p)})",
            ),
            ("all_equal", f"Whether {joined_words(p)} are equal", " == ".join(p)),
        )
    )
    return Small(define(rng, name, p, doc, [f"return {value}"]), "n" * len(p))


def median(rng: Random) -> Small:
    p = letters(rng, 3)
    body = rng.choice(
        (
            [f"return sorted([{', '.join(p)}])[1]"],
            [f"return {' + '.join(p)} - min({', '.join(p)}) - max({', '.join(p)})"],
            [f"return max(min({p[0]}, {p[1]}), min(max({p[0]}, {p[1]}), {p[2]}))"],
        )
    )
    return Small(
        define(
            rng,
            rng.choice(("median", "middle")),
            p,
            f"Return the middle one of {joined_words(p)}",
            body,
        ),
        "nnn",
    )
