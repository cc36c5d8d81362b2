"""Write the golden trajectories anew: ``python -m tests.golden.regenerate``.

Do it only when the world is meant to change, and say why in the commit.
"""

import json
from pathlib import Path

from simulation.body import Body, build_body
from simulation.physics import WORLD_VERSION, simulate
from simulation.seeds import SEED_PROGRAMS
from simulation.terrain import make_terrain
from tests.simulation.programs import run_seed_program

FOLDER = Path(__file__).parent
TIMES = (0, 0.5, 1, 2, 5, 10)  # [s] after the muscles start


def golden(name: str) -> dict:
    """Return what the golden file of a seed program on its own terrain holds."""
    body = build_body(run_seed_program(name))
    assert isinstance(body, Body), body
    trajectory = simulate(body, make_terrain(SEED_PROGRAMS[name].terrain))
    at = {t: trajectory.frames[trajectory.settle_frames + int(t * trajectory.fps)] for t in TIMES}
    return {
        "world_version": WORLD_VERSION,
        "terrain": SEED_PROGRAMS[name].terrain,
        "settle_frames": trajectory.settle_frames,
        "signed_distance": round(trajectory.signed_distance, 6),
        "positions": {f"{t:g}": positions.round(6).tolist() for t, positions in at.items()},
    }


def main() -> None:
    for name in SEED_PROGRAMS:
        text = json.dumps(golden(name), indent=1)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        print(f"{name}: written")


if __name__ == "__main__":
    main()
