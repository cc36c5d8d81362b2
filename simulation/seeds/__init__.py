"""Programs that come with Sodarace, one a file: where evolution starts, and a gallery to look at.

The four seed programs follow the structure of the paper's (Lehman et al. 2022, appendix B) in
words of our own. Their numbers were chosen so that each walks a little and can get better. The
gallery's numbers were found by hill climbing on the terrain that each is shown on, for distance
without falling over (second half at least 0.7 of the first) and without flying.
"""

from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class SeedInfo:
    """A program that comes with the domain."""

    name: str
    title: str
    description: str  # one line
    source: str
    is_gallery: bool = False  # a good walker to look at rather than a place to start from
    terrain: str = "flat"  # where it shows what it can


def _load(name: str, title: str, description: str) -> SeedInfo:
    source = (Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8")
    return SeedInfo(name, title, description, source)


def _gallery(name: str, title: str, description: str, terrain: str = "flat") -> SeedInfo:
    return replace(_load(name, title, description), is_gallery=True, terrain=terrain)


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
        _gallery("galloper", "Galloper", "A stiff truss that bounds on two legs."),
        _gallery("runner", "Runner", "A stiff truss that runs on four legs."),
        _gallery("kangaroo", "Kangaroo", "Hops on one foot and balances with a long tail."),
        _gallery("wheel", "Wheel", "Rolls: a bulge runs round it and it falls after."),
        _gallery("cartwheel", "Cartwheel", "Turns cartwheels over hills.", "hills:0.3:2"),
        _gallery("strider", "Strider", "Strides over hills on long legs.", "hills:0.4:1"),
        _gallery("centipede", "Centipede", "A step runs along its ten legs.", "bumpy:0.3:1"),
        _gallery("spider", "Spider", "Crawls over rough ground on wide legs.", "bumpy:0.3:3"),
        _gallery("climber", "Climber", "Trots up steps on six legs.", "steps:0.2"),
        _gallery("hound", "Hound", "Bounds over waves with a bending back.", "sine:0.3"),
        _gallery("inchworm", "Inchworm", "Crawls through a low tunnel.", "tunnel:0.95"),
    )
}
