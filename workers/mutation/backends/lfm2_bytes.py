"""Products with what is kept in bytes, weights and prompts, in whole numbers.

Vector units multiply sixteen pairs of 16-bit numbers and add neighbours in one instruction
(``vpmaddwd`` of AVX2), twice as much as they multiply and add in float32, so inputs are rounded to
16 bits: steps of 1 / 16,000 of a row's largest number or less, far below what bytes cost the
weights. No compiler in reach finds that instruction from a loop, so the innermost loop is written
in LLVM's language. A product is 2 to 3 times as fast as in float32 (docs/performance.md).

What is compiled here calls nothing compiled elsewhere: of a change in another file numba's cache
would not know. N tokens, H heads of size S, width C = H * S.
"""

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

compiled = njit(cache=True, fastmath=True, error_model="numpy")
ROWS, OUTPUTS = 4, 16  # of a tile: its sums fill half of the registers
ROWS_AT_ONCE = 36  # they stay in the first-level cache while weights pass by
LARGEST = 127  # of a weight

BYTE, SHORT, WORD, LONG = (ir.IntType(bits) for bits in (8, 16, 32, 64))
FLOAT = ir.FloatType()
PAIRS = ir.VectorType(SHORT, OUTPUTS)
SUMS = ir.VectorType(WORD, OUTPUTS // 2)
FLOATS = ir.VectorType(FLOAT, OUTPUTS // 2)


def stored(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``x`` (J, K) in int8 and the scales of its rows (J,).

    A scale is the 127th part of a row's largest number. Validity of children is the same with them
    (docs/performance.md).
    """
    numbers, scales = np.empty(x.shape, np.int8), np.empty(len(x), np.float32)
    for row in range(len(x)):
        scales[row] = _round(x[row], numbers[row])
    return numbers, scales


def pack(weight: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lay ``weight`` (J, K) and ``scale`` (J,) out for ``product_of_bytes``.

    Returns: (blocks, pairs, 16, 2), two inputs of sixteen outputs side by side, and
        (blocks * 16,); zeros where ``weight`` ends within a block or pair.
    """
    outputs, size = weight.shape
    padded = np.pad(weight, ((0, -outputs % OUTPUTS), (0, size % 2)))
    blocks = padded.reshape(-1, OUTPUTS, padded.shape[1] // 2, 2).swapaxes(1, 2)
    return np.ascontiguousarray(blocks), np.pad(scale, (0, -outputs % OUTPUTS))


@intrinsic
def _tile(typing, x, x_scale, weight, scale, found, row, block):
    """Write sixteen outputs, of block ``block``, of four rows, from ``row`` on.

    Args:
        x: int16 (rows, 2 * pairs)
        x_scale: (rows,)
        weight, scale: as ``pack`` makes them.
        found: (rows, blocks * 16), written.
    """
    signature = types.void(x, x_scale, weight, scale, found, types.intp, types.intp)
    return signature, _write_tile


def _write_tile(context, builder, signature, args):
    arrays = [
        context.make_array(kind)(context, builder, value)
        for kind, value in zip(signature.args[:5], args[:5], strict=True)
    ]
    row, block = args[5:]

    def address(array, *indices):
        place = builder.ptrtoint(arrays[array].data, LONG)
        strides = cgutils.unpack_tuple(builder, arrays[array].strides)
        for index, stride in zip(indices, strides, strict=False):
            place = builder.add(place, builder.mul(index, stride))
        return place

    def load(place, kind):
        found = builder.load(builder.inttoptr(place, kind.as_pointer()))
        found.align = 1
        return found

    def after(place, count):
        return builder.add(place, LONG(count))

    def everywhere(value, kind):
        nothing = ir.Constant(kind, ir.Undefined)
        first = builder.insert_element(nothing, value, WORD(0))
        return builder.shuffle_vector(first, nothing, ir.Constant(SUMS, [0] * SUMS.count))

    def prefetch(place):
        pointer = builder.inttoptr(place, BYTE.as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, WORD, WORD, WORD])
        name = "llvm.prefetch.p0"
        function = cgutils.get_or_insert_function(builder.module, kind, name)
        builder.call(function, [pointer, WORD(0), WORD(3), WORD(1)])

    block_size = cgutils.unpack_tuple(builder, arrays[2].strides)[0]
    rows = [builder.add(row, LONG(n)) for n in range(ROWS)]
    inputs = [address(0, n) for n in rows]
    weights = address(2, block)
    pairs = cgutils.unpack_tuple(builder, arrays[2].shape)[1]

    before = builder.basic_block
    loop, end = builder.append_basic_block("loop"), builder.append_basic_block("end")
    builder.branch(loop)
    builder.position_at_end(loop)
    pair = builder.phi(LONG)
    pair.add_incoming(LONG(0), before)
    sums = [builder.phi(SUMS) for _ in range(2 * ROWS)]
    here = builder.add(weights, builder.mul(pair, LONG(2 * OUTPUTS)))
    two = [
        builder.sext(load(after(here, n * OUTPUTS), ir.VectorType(BYTE, OUTPUTS)), PAIRS)
        for n in range(2)
    ]
    added = []
    for place in inputs:
        both = load(builder.add(place, builder.mul(pair, LONG(4))), WORD)
        spread = builder.bitcast(everywhere(both, SUMS), PAIRS)
        added += [_multiply_and_add_pairs(context, builder, spread, w) for w in two]
    added = [builder.add(s, a) for s, a in zip(sums, added, strict=True)]
    prefetch(builder.add(here, block_size))  # the next block is fetched while this one is used
    following = builder.add(pair, LONG(1))
    pair.add_incoming(following, loop)
    for s, a in zip(sums, added, strict=True):
        s.add_incoming(ir.Constant(SUMS, [0] * SUMS.count), before)
        s.add_incoming(a, loop)
    builder.cbranch(builder.icmp_signed("<", following, pairs), loop, end)

    builder.position_at_end(end)
    first = builder.mul(block, LONG(OUTPUTS))
    for n, index in enumerate(rows):
        of_row = everywhere(load(address(1, index), FLOAT), FLOATS)
        for half in range(2):
            column = after(first, half * SUMS.count)
            factor = builder.fmul(of_row, load(address(3, column), FLOATS))
            value = builder.fmul(builder.sitofp(added[2 * n + half], FLOATS), factor)
            to = builder.inttoptr(address(4, index, column), FLOATS.as_pointer())
            builder.store(value, to).align = 4
    return context.get_dummy_value()


def _multiply_and_add_pairs(context, builder, a, b):
    """Return the sums of neighbours of ``a * b``, both int16: eight int32."""
    features = context.codegen().magic_tuple()[2]
    if "+avx2" in features:
        kind = ir.FunctionType(SUMS, [PAIRS, PAIRS])
        name = "llvm.x86.avx2.pmadd.wd"
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [a, b])
    nothing = ir.Constant(PAIRS, ir.Undefined)
    halves = []
    for start in range(2):
        every_second = ir.Constant(SUMS, list(range(start, OUTPUTS, 2)))
        x, y = (builder.shuffle_vector(v, nothing, every_second) for v in (a, b))
        halves.append(builder.mul(builder.sext(x, SUMS), builder.sext(y, SUMS)))
    return builder.add(*halves)


@compiled
def _round(x, numbers):
    """Write ``x`` (K,) to ``numbers``, int8, and return its scale."""
    largest = np.float32(1e-12)
    for k in range(len(x)):
        largest = max(largest, abs(x[k]))
    scale = largest / np.float32(LARGEST)
    for k in range(len(x)):
        numbers[k] = np.int8(np.rint(x[k] / scale))
    return scale


@compiled
def product_of_bytes(x, weight, scale):
    """Return ``x`` (N, K) times the transpose of a weight (J, K), as ``pack`` lays them out.

    What a row becomes does not depend on the others.

    Returns: (N, J), or a few columns more, see ``pack``.
    """
    count, size = x.shape
    padded = (count + ROWS - 1) // ROWS * ROWS
    blocks, pairs = weight.shape[:2]
    rounded = np.zeros((padded, 2 * pairs), np.int16)
    x_scale = np.zeros(padded, np.float32)
    most = np.float32(min(32767, (2**31 - 1) // (LARGEST * size)))  # so that no sum overflows
    for n in range(count):
        largest = np.float32(1e-12)
        for k in range(size):
            largest = max(largest, abs(x[n, k]))
        x_scale[n] = largest / most
        steps = most / largest
        for k in range(size):
            rounded[n, k] = np.int16(np.rint(x[n, k] * steps))
    found = np.empty((padded, blocks * OUTPUTS), np.float32)
    for first in range(0, padded, ROWS_AT_ONCE):
        end = min(first + ROWS_AT_ONCE, padded)
        for block in range(blocks):
            for n in range(first, end, ROWS):
                _tile(rounded, x_scale, weight, scale, found, n, block)  # type: ignore[call-arg]
    return found[:count]


@compiled
def keep(keys, values, key_bytes, key_scales, value_bytes, value_scales):
    """Write a prompt's keys and values (H, tokens, S) to where ``score`` and ``gather`` read them.

    Args:
        key_bytes, key_scales: (H, blocks, pairs, 16, 2), of outputs that are tokens, (H, tokens).
        value_bytes, value_scales: the same of inputs that are tokens.

    Room beyond the prompt stays as it is: nothing of it is asked for, or it is multiplied by zero.
    """
    heads, length, size = keys.shape
    numbers = np.empty(size, np.int8)
    for h in range(heads):
        for t in range(length):
            key_scales[h, t] = _round(keys[h, t], numbers)
            for i in range(size):
                key_bytes[h, t // OUTPUTS, i // 2, t % OUTPUTS, i % 2] = numbers[i]
            value_scales[h, t] = _round(values[h, t], numbers)
            for i in range(size):
                value_bytes[h, i // OUTPUTS, t // 2, i % OUTPUTS, t % 2] = numbers[i]


@compiled
def score(qkv, prompts, of_prompt, own, at, scores):
    """Keep keys and values of new tokens, one a row, and score what each row can see.

    Args:
        qkv: (N, 3, H, S)
        prompts: bytes and scales of each prompt's keys, as ``keep`` writes them.
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
        blocks = (length + OUTPUTS - 1) // OUTPUTS
        queries = np.empty((len(members), size), np.float32)
        for h in range(heads):
            for k, n in enumerate(members):
                queries[k] = qkv[n, 0, h]
            found = product_of_bytes(queries, keys[p, h, :blocks], scales[p, h])
            for k, n in enumerate(members):
                scores[n, h, :length] = found[k, :length]
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
        prompts: bytes and scales of each prompt's values, as ``keep`` writes them.
        of_prompt, own_values, at: as there.
        found: (N, C), written.
    """
    values, scales = prompts
    rows, starts, lengths = of_prompt
    heads, size = weights.shape[1], own_values.shape[-1]
    widest = lengths.max()
    ones = np.ones(values.shape[2] * OUTPUTS, np.float32)
    for p in range(len(lengths)):
        members, length = rows[starts[p] : starts[p + 1]], lengths[p]
        pairs = (length + 1) // 2
        shares = np.empty((len(members), length), np.float32)
        for h in range(heads):
            for k, n in enumerate(members):
                shares[k] = weights[n, h, :length] * scales[p, h, :length]
            sums = product_of_bytes(shares, values[p, h, :, :pairs], ones)
            for k, n in enumerate(members):
                found[n, h * size : (h + 1) * size] = sums[k, :size]
    for n in range(len(at)):
        for h in range(heads):
            s = found[n, h * size : (h + 1) * size]
            for t in range(at[n] + 1):
                weight = weights[n, h, widest + t]
                for i in range(size):
                    s[i] += weight * own_values[n, h, t, i]
