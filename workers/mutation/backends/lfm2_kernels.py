"""The inner loops of the bundled model as machine code: matrix products and what lies between.

A step of a few rows reads all weights for little arithmetic, so it is as fast as its weights are
small: with weights of one byte, products take a third (1 row) to nine tenths (32 rows) of the time
of oneDNN's in float32. The passes between were dozens of torch's calls a layer and more than half
of a step. Arrays are float32 and changed in place; N tokens, H heads of size S, width C = H * S.
"""

import numpy as np
from numba import njit

compiled = njit(cache=True, fastmath=True, error_model="numpy")
ROWS_AT_ONCE = 36  # of a product; they stay in the first-level cache while weights pass by


@compiled
def product(x, weight, scale, found):
    """Write ``x`` (N, K) times the transpose of ``weight`` (J, K), each of its rows scaled.

    Three rows of weights meet three of ``x`` at a time: as many sums as registers hold. What a
    row becomes does not depend on the others.

    Args:
        weight: int8 or float32.
        scale: (J,) or longer.
        found: (N, J), written.
    """
    count, outputs = found.shape
    for first in range(0, count, ROWS_AT_ONCE):
        end = min(first + ROWS_AT_ONCE, count)
        for j in range(0, outputs, 3):
            j1, j2 = min(j + 1, outputs - 1), min(j + 2, outputs - 1)
            u, v, w = weight[j], weight[j1], weight[j2]
            su, sv, sw = scale[j], scale[j1], scale[j2]
            for n in range(first, end, 3):
                n1, n2 = min(n + 1, end - 1), min(n + 2, end - 1)
                a, b, c = x[n], x[n1], x[n2]
                au = av = aw = bu = bv = bw = cu = cv = cw = np.float32(0)
                for k in range(x.shape[1]):
                    p, q, r = np.float32(u[k]), np.float32(v[k]), np.float32(w[k])
                    au += a[k] * p
                    av += a[k] * q
                    aw += a[k] * r
                    bu += b[k] * p
                    bv += b[k] * q
                    bw += b[k] * r
                    cu += c[k] * p
                    cv += c[k] * q
                    cw += c[k] * r
                # Where fewer than three are left, the last one was taken again: the same numbers.
                found[n, j], found[n, j1], found[n, j2] = au * su, av * sv, aw * sw
                found[n1, j], found[n1, j1], found[n1, j2] = bu * su, bv * sv, bw * sw
                found[n2, j], found[n2, j1], found[n2, j2] = cu * su, cv * sv, cw * sw


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
def score(qkv, prompts, of_prompt, own, at, scores):
    """Keep keys and values of new tokens, one a row, and score what each row can see.

    Args:
        qkv: (N, 3, H, S)
        prompts: keys (prompts, H, tokens, S), int8 or float32, and their scales (prompts, H,
            tokens).
        of_prompt: the rows, those of a prompt side by side (N,); where each prompt's begin there,
            and the end (prompts + 1,); tokens of each prompt (prompts,).
        own: keys and values (rows, H, longest, S).
        at: (N,): the new token's place in its row.
        scores: (N, H, tokens), written: the longest prompt's tokens, then the longest row's;
            minus infinity where a prompt or row is shorter.
    """
    keys, scales = prompts
    rows, starts, lengths = of_prompt
    own_keys, own_values = own
    _, _, heads, size = qkv.shape
    widest = lengths.max()
    for p in range(len(lengths)):
        members, length = rows[starts[p] : starts[p + 1]], lengths[p]
        queries = np.empty((len(members), size), np.float32)
        found = np.empty((len(members), length), np.float32)
        for h in range(heads):
            for k, n in enumerate(members):
                queries[k] = qkv[n, 0, h]
            product(queries, keys[p, h, :length], scales[p, h], found)
            for k, n in enumerate(members):
                scores[n, h, :length] = found[k]
                scores[n, h, length:widest] = -np.inf
    for n in range(len(at)):
        end = at[n]
        for h in range(heads):
            query, s = qkv[n, 0, h], scores[n, h, widest:]
            own_keys[n, h, end] = qkv[n, 1, h]
            own_values[n, h, end] = qkv[n, 2, h]
            for t in range(end + 1):
                total = np.float32(0)
                for i in range(size):
                    total += query[i] * own_keys[n, h, t, i]
                s[t] = total
            s[end + 1 :] = -np.inf


@compiled
def gather(weights, prompts, of_prompt, own_values, at, found):
    """Write what rows find in their prompts and in their own tokens.

    Args:
        weights: (N, H, tokens), as the scores of ``score``.
        prompts: values and their scales, as the keys there.
        of_prompt, own_values, at: as there.
        found: (N, C), written.
    """
    values, scales = prompts
    rows, starts, lengths = of_prompt
    _, heads, _, size = values.shape
    widest = lengths.max()
    sums = np.empty((3, size), np.float32)
    for p in range(len(lengths)):
        for h in range(heads):
            here = slice(h * size, (h + 1) * size)
            for first in range(starts[p], starts[p + 1], 3):
                last = starts[p + 1] - 1
                n, n1, n2 = rows[first], rows[min(first + 1, last)], rows[min(first + 2, last)]
                w, w1, w2 = weights[n, h], weights[n1, h], weights[n2, h]
                s, s1, s2 = sums[0], sums[1], sums[2]
                sums[:] = 0
                for t in range(lengths[p]):
                    value, scale = values[p, h, t], scales[p, h, t]
                    a, b, c = w[t] * scale, w1[t] * scale, w2[t] * scale
                    for i in range(size):
                        v = np.float32(value[i])
                        s[i] += a * v
                        s1[i] += b * v
                        s2[i] += c * v
                found[n2, here] = s2
                found[n1, here] = s1
                found[n, here] = s
    for n in range(len(at)):
        for h in range(heads):
            s = found[n, h * size : (h + 1) * size]
            for t in range(at[n] + 1):
                weight = weights[n, h, widest + t]
                for i in range(size):
                    s[i] += weight * own_values[n, h, t, i]
