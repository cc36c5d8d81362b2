"""A Warren truss bridge that crawls away on its abutments."""

from typing import List, Tuple

from walk_creator import walker_creator

Joint = int
Chord = List[Joint]


def chord(wc: walker_creator, start: Tuple[float, float], bays: int, width: float) -> Chord:
    """Return the joints of one horizontal chord."""
    x, y = start
    return [wc.add_joint(x + i * width, y) for i in range(bays)]


def brace(wc: walker_creator, lower: Chord, upper: Chord) -> None:
    """Connect two chords with diagonals."""
    for i in range(len(upper)):
        wc.add_muscle(lower[i], upper[i])
        wc.add_muscle(upper[i], lower[i + 1])


def make_walker() -> dict:
    wc = walker_creator()
    bays: int = 5
    width: float = 4.0
    lower: Chord = chord(wc, (0.0, 4.0), bays, width)
    upper: Chord = chord(wc, (2.0, 7.0), bays - 1, width)
    for row in (lower, upper):
        for a, b in zip(row[:-1], row[1:]):
            wc.add_muscle(a, b)
    brace(wc, lower, upper)

    for i, end in enumerate((0, bays - 1)):
        pier: Joint = wc.add_joint(end * width, 0.0)
        inner: Joint = lower[1] if end == 0 else lower[-2]
        wc.add_muscle(lower[end], pier, is_distance=False, amplitude=8.0, phase=0.5 * i)
        wc.add_muscle(inner, pier, is_distance=False, amplitude=5.0, phase=0.5 * i + 0.25)
    return wc.get_walker()
