"""Huge pages change how a zygote's memory lies, and nothing that is in it."""

import mmap

from simulation.sandbox.inside import memory


def test_gathering_memory_leaves_what_is_in_it_as_it_was() -> None:
    pattern = bytes(range(256)) * 16
    with mmap.mmap(-1, 8 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as piece:
        piece.write(pattern * (len(piece) // len(pattern)))
        blocks = memory.blocks()
        assert blocks
        assert all(block % 2**21 == 0 for block in blocks)
        assert 0 <= memory.gather(blocks) <= len(blocks)
        assert piece[:] == pattern * (len(piece) // len(pattern))


def test_memory_that_is_not_there_is_passed_over() -> None:
    assert memory.gather([2**46]) == 0
