"""Programs that come with Sodarace, one a file: where evolution starts, and two to look at.

The four seed programs follow the structure of the paper's (Lehman et al. 2022, appendix B) in
words of our own. Their numbers were chosen so that each walks a little and can get better.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SeedInfo:
    """A program that comes with the domain."""

    name: str
    title: str
    description: str  # one line
    source: str
    is_gallery: bool = False  # a good walker to look at rather than a place to start from


def _load(name: str, title: str, description: str, *, is_gallery: bool = False) -> SeedInfo:
    source = (Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8")
    return SeedInfo(name, title, description, source, is_gallery)


SEED_PROGRAMS = {
    seed.name: seed
    for seed in (
        _load("square", "Square", "Four sides around a center that three muscles push about."),
        _load("radial", "Radial", "A ring of joints with a pulse running round its spokes."),
        _load("cppn_fixed", "CPPN-Fixed", "A lattice whose muscles follow from three functions."),
        _load(
            "cppn_mutable",
            "CPPN-Mutable",
            "The same lattice with the code that builds it in the program, open to change.",
        ),
        _load("galloper", "Galloper", "A stiff truss that bounds on two legs.", is_gallery=True),
        _load("runner", "Runner", "A stiff truss that runs on four legs.", is_gallery=True),
    )
}
