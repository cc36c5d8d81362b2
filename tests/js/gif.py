"""An independent reader of animated GIFs, for what ``static/js/gif.js`` writes."""

import struct

import numpy as np


def decode_gif(data: bytes) -> np.ndarray:
    """Return the pictures (F, H, W, 3) as a viewer shows them, one laid over the other."""
    assert data[:6] == b"GIF89a"
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13
    palette = np.frombuffer(data, np.uint8, 3 * 2 ** ((flags & 7) + 1), at).reshape(-1, 3)
    at += palette.size
    canvas, shown, clear = np.zeros((height, width, 3), np.uint8), [], None
    while data[at] != 0x3B:
        if data[at] == 0x21:
            if data[at + 1] == 0xF9:
                clear = data[at + 6] if data[at + 3] & 1 else None
            _, at = _blocks(data, at + 2)
            continue
        assert data[at] == 0x2C
        left, top, wide, tall = struct.unpack_from("<HHHH", data, at + 1)
        packed, after = _blocks(data, at + 11)
        indices = np.array(_unpack(packed, data[at + 10])).reshape(tall, wide)
        is_seen = indices != clear
        canvas[top : top + tall, left : left + wide][is_seen] = palette[indices[is_seen]]
        shown.append(canvas.copy())
        at = after
    return np.array(shown)


def _blocks(data: bytes, at: int) -> tuple[bytes, int]:
    """Return the bytes of the blocks from ``at`` on, and where they end."""
    parts = []
    while size := data[at]:
        parts.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    return b"".join(parts), at + 1


def _unpack(packed: bytes, depth: int) -> list[int]:
    clear, end = 1 << depth, (1 << depth) + 1
    at, size, table, before, out = 0, depth + 1, [], None, []
    raw = [*((n,) for n in range(clear)), (), ()]
    while True:
        window = int.from_bytes(packed[at // 8 : at // 8 + 3], "little")
        code = window >> at % 8 & (1 << size) - 1
        at += size
        if code == clear:
            table, size, before = list(raw), depth + 1, None
            continue
        if code == end:
            return out
        entry = table[code] if code < len(table) else (*before, before[0])
        out += entry
        if before is not None and len(table) < 4096:
            table.append((*before, entry[0]))
            if len(table) == 1 << size and size < 12:
                size += 1
        before = entry
