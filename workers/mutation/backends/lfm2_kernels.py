"""What the bundled model does between its matrix products, as machine code.

These passes were dozens of torch's calls a layer and more than half of a step. Arrays are float32
and changed in place; N tokens, H heads of size S, width C = H * S.
"""

import numpy as np
from numba import njit

compiled = njit(cache=True, fastmath=True, error_model="numpy")


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
def swiglu(mixed, found):
    """Write SwiGLU of ``mixed`` (N, 2 F) to ``found`` (N, F): SiLU of one half times the other.

    The exponential is the 64th power of six terms of its series, which compiles to vector code;
    the relative error stays below 1e-5. Source: Shazeer 2020 (arXiv 2002.05202).
    """
    rows, width = found.shape
    for n in range(rows):
        for c in range(width):
            x = mixed[n, c]
            part = min(max(x, np.float32(-40)), np.float32(40)) * np.float32(-1 / 64)
            power = np.float32(1)
            for k in range(6, 0, -1):
                power = np.float32(1) + power * part * np.float32(1 / k)
            for _ in range(6):
                power *= power
            found[n, c] = x / (np.float32(1) + power) * mixed[n, c + width]


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
