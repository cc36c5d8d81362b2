"""The inner loops of the bundled model as machine code: matrix products and what lies between.

A step of a few rows reads all weights for little arithmetic, so it is as fast as its weights are
small: with weights of one byte, products take a third (1 row) to nine tenths (32 rows) of the time
of oneDNN's in float32. The passes between were dozens of torch's calls a layer and more than half
of a step. Arrays are float32 and changed in place; N tokens, H heads of size S, width C = H * S.
"""

import numpy as np
from numba import njit

compiled = njit(cache=True, fastmath=True, error_model="numpy")


ROWS_AT_ONCE = 32  # of a product; they stay in the first-level cache while weights pass by


@compiled
def product(x, weight, scale, found):
    """Write ``x`` (N, K) times the transpose of ``weight`` (J, K), each of its rows scaled.

    Two rows of weights meet four of ``x`` at a time: as many sums as registers hold. What a row
    becomes does not depend on the others.

    Args:
        weight: int8 or float32.
        scale: (J,)
        found: (N, J), written.
    """
    count, size = x.shape
    for first in range(0, count, ROWS_AT_ONCE):
        end = min(first + ROWS_AT_ONCE, count)
        for j in range(0, len(weight), 2):
            i = min(j + 1, len(weight) - 1)
            one, two = weight[j], weight[i]
            for n in range(first, end, 4):
                n1, n2, n3 = min(n + 1, end - 1), min(n + 2, end - 1), min(n + 3, end - 1)
                a, b, c, d = x[n], x[n1], x[n2], x[n3]
                a1 = b1 = c1 = d1 = a2 = b2 = c2 = d2 = np.float32(0)
                for k in range(size):
                    v, u = np.float32(one[k]), np.float32(two[k])
                    a1 += a[k] * v
                    b1 += b[k] * v
                    c1 += c[k] * v
                    d1 += d[k] * v
                    a2 += a[k] * u
                    b2 += b[k] * u
                    c2 += c[k] * u
                    d2 += d[k] * u
                found[n3, j], found[n3, i] = d1 * scale[j], d2 * scale[i]
                found[n2, j], found[n2, i] = c1 * scale[j], c2 * scale[i]
                found[n1, j], found[n1, i] = b1 * scale[j], b2 * scale[i]
                found[n, j], found[n, i] = a1 * scale[j], a2 * scale[i]


@compiled
def add_and_norm(x, more, weight, eps, normed):
    """Add ``more`` to ``x`` (N, C); ``normed`` is the sum over its root mean square, weighted."""
    rows, width = x.shape
    for n in range(rows):
        total = np.float32(0)
        for c in range(width):
            value = x[n, c] + more[n, c]
            x[n, c] = value
            total += value * value
        scale = np.float32(1) / np.sqrt(total / np.float32(width) + np.float32(eps))
        for c in range(width):
            normed[n, c] = x[n, c] * scale * weight[c]


@compiled
def convolve(mixed, taps, inputs, row_of, at, found):
    """Keep each token's gated input and write the gated sum over its window.

    Args:
        mixed: (N, 3 C): the gate before, the gate after, the value.
        taps: (window, C).
        inputs: (rows, window - 1 + longest, C): of each row what it kept; its first token's window
            begins at 0.
        row_of, at: (N,): a token's row and its place there, counted from 0.
        found: (N, C)
    """
    window, width = taps.shape
    for n in range(len(at)):
        kept = inputs[row_of[n], at[n] : at[n] + window]
        for c in range(width):
            kept[window - 1, c] = mixed[n, c] * mixed[n, 2 * width + c]
            found[n, c] = kept[0, c] * taps[0, c]
        for w in range(1, window):
            for c in range(width):
                found[n, c] += kept[w, c] * taps[w, c]
        for c in range(width):
            found[n, c] *= mixed[n, width + c]


@compiled
def norm_and_turn(qkv, norms, eps, cos, sin, positions):
    """Norm queries and keys of ``qkv`` (N, 3, H, S) by ``norms`` (2, S) and turn them in place.

    Args:
        cos, sin: (positions, S), signed, see ``lfm2._rotations``.
        positions: (N,)
    """
    count, _, heads, size = qkv.shape
    half = size // 2
    for n in range(count):
        turn, lift = cos[positions[n]], sin[positions[n]]
        for part in range(2):
            weight = norms[part]
            for h in range(heads):
                x = qkv[n, part, h]
                total = np.float32(0)
                for i in range(size):
                    total += x[i] * x[i]
                scale = np.float32(1) / np.sqrt(total / np.float32(size) + np.float32(eps))
                for i in range(half):
                    a = x[i] * scale * weight[i]
                    b = x[i + half] * scale * weight[i + half]
                    x[i] = a * turn[i] + b * lift[i]
                    x[i + half] = b * turn[i + half] + a * lift[i + half]


@compiled
def keep_and_score(qkv, keys, values, at, where, queries, scores):
    """Keep keys and values of new tokens, one a row, and score each row's own tokens.

    Args:
        qkv: (N, 3, H, S)
        keys, values: (rows, H, longest, S)
        at: (N,): the new token's place in its row.
        where: (N, 2): a row's place in the table: its prompt, and which of the prompt's rows it is.
        queries: (prompts, H, rows of a prompt, S), written.
        scores: (prompts, H, rows of a prompt, tokens), written; minus infinity beyond a row's end.
    """
    _, _, heads, size = qkv.shape
    for n in range(len(at)):
        prompt, place, end = where[n, 0], where[n, 1], at[n]
        for h in range(heads):
            query, of_row = qkv[n, 0, h], keys[n, h]
            for i in range(size):
                of_row[end, i] = qkv[n, 1, h, i]
                values[n, h, end, i] = qkv[n, 2, h, i]
                queries[prompt, h, place, i] = query[i]
            for t in range(end + 1):
                total = np.float32(0)
                for i in range(size):
                    total += query[i] * of_row[t, i]
                scores[prompt, h, place, t] = total
            for t in range(end + 1, scores.shape[3]):
                scores[prompt, h, place, t] = -np.inf


@compiled
def add_own(shared, weights, first, values, at, where, found):
    """Add to what rows found in their prompts what they find in their own tokens.

    Args:
        shared: (prompts, H, rows of a prompt, S)
        weights: (prompts, H, rows of a prompt, prompt and own tokens); own ones from ``first`` on.
        values, at, where: as in ``keep_and_score``.
        found: (N, C), written.
    """
    heads, size = shared.shape[1], shared.shape[3]
    for n in range(len(at)):
        prompt, place = where[n, 0], where[n, 1]
        for h in range(heads):
            begin = h * size
            for i in range(size):
                found[n, begin + i] = shared[prompt, h, place, i]
            for t in range(at[n] + 1):
                weight = weights[prompt, h, place, first + t]
                for i in range(size):
                    found[n, begin + i] += weight * values[n, h, t, i]
