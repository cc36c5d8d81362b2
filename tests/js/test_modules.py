"""The pure parts of the pages' scripts, run by node; skipped where there is none.

The same scripts run in a real browser in ``tests/browser``; here each rule is tried by itself.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.body import Body, build_body
from simulation.physics import simulate
from simulation.replay import encode_replay
from simulation.terrain import make_terrain
from tests.js.gif import decode_gif

STATIC = Path(__file__).parents[2] / "static" / "js"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="no node here; tests/browser covers the pages")

AXES = [
    {"name": "height", "unit": "u", "low": 0, "high": 30, "bins": 12},
    {"name": "width", "unit": "u", "low": 0, "high": 30, "bins": 12},
    {"name": "mass", "unit": "", "low": 0, "high": 240, "bins": 12},
]
TRIANGLE = {
    "joints": [[0, 0], [8, 0], [4, 7]],
    "muscles": [
        [0, 1, {"type": "distance", "amplitude": 0.0, "phase": 0.0}],
        [0, 2, {"type": "muscle", "amplitude": 4.0, "phase": 0.0}],
        [1, 2, {"type": "muscle", "amplitude": 4.0, "phase": 0.5}],
    ],
}


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts in a folder that node takes for modules."""
    folder = tmp_path_factory.mktemp("js")
    shutil.copytree(STATIC, folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


def run(scripts: Path, code: str) -> Any:
    """Return what ``code`` gives to ``show``, as JSON."""
    prelude = f"const AXES = {json.dumps(AXES)};\n"
    prelude += "const show = (x) => console.log(JSON.stringify(x));\n"
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", prelude + code],
        cwd=scripts, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_decoded_replay_is_the_simulated_motion(scripts: Path) -> None:
    body, terrain = build_body(TRIANGLE), make_terrain("bumpy:0.5:1")
    assert isinstance(body, Body)
    trajectory = simulate(body, terrain)
    (scripts / "replay.bin").write_bytes(encode_replay(body, trajectory, terrain))
    shown = run(
        scripts,
        """
        import { readFileSync } from "node:fs";
        import { decodeReplay, distanceAt } from "./replay.js";
        const bytes = readFileSync("replay.bin");
        const replay = decodeReplay(new Uint8Array(bytes).buffer);
        const { xs, ys, duration } = replay;
        show({ xs: [...xs], ys: [...ys], duration, distance: distanceAt(replay, duration) });
        """,
    )
    frames, joints, _ = trajectory.frames.shape
    for axis, name in enumerate(("xs", "ys")):
        decoded = np.array(shown[name]).reshape(joints, frames)
        assert np.abs(decoded - trajectory.frames[:, :, axis].T).max() <= 0.0051  # half a unit
    assert shown["duration"] == pytest.approx(10, abs=0.05)
    assert shown["distance"] == pytest.approx(trajectory.signed_distance, abs=0.05)


def test_poses_between_frames_lie_between_their_positions(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        import { poseAt } from "./replay.js";
        const replay = { joints: 1, frames: 3, fps: 2, start: -0.5, xs: [0, 2, 6], ys: [1, 1, 5] };
        show([-9, -0.5, -0.25, 0, 0.25, 9].map((t) => [...poseAt(replay, t)]));
        """,
    )
    assert shown == [[0, 1], [0, 1], [1, 1], [2, 1], [4, 3], [6, 5]]


def test_every_cell_of_the_slabs_is_found_where_it_is_drawn(scripts: Path) -> None:
    misses = run(
        scripts,
        """
        import { cellAt, cellCorner, layOut } from "./slab-layout.js";
        const misses = [];
        for (const width of [300, 366, 480, 900]) {
          const layout = layOut(AXES, width);
          for (let index = 0; index < 1728; index++) {
            const [x, y] = cellCorner(layout, index);
            const isInside = x >= 0 && x + layout.cell <= width && y + layout.cell <= layout.height;
            if (!isInside || cellAt(layout, x + 1, y + 1) !== index) misses.push([width, index]);
          }
        }
        show(misses);
        """,
    )
    assert misses == []


def test_arrow_keys_move_one_cell_and_stop_at_the_edges(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        import { moved } from "./slab-layout.js";
        show(["ArrowUp", "ArrowDown", "ArrowRight", "ArrowLeft", "PageDown", "PageUp", "x"]
          .map((key) => [moved(AXES, 0, key), moved(AXES, 1727, key)]));
        """,
    )
    assert shown == [
        [144, 1727], [0, 1583], [12, 1727], [0, 1715], [1, 1727], [0, 1726], [None, None],
    ]  # fmt: skip


FRAMES = """
    import { applyFrame, fits, fromSnapshot } from "./store.js";
    const rest = { kpi: {}, outcomes: {}, examples: {}, messages: [], workers: {} };
    const curve = (seq) => ({ seq, qd_score: [...seq], coverage: [...seq], max_fitness: [...seq] });
    const state = fromSnapshot({ run: { state: "running" }, seq: 4, grid: { axes: AXES },
      cells: [[7, 2.5, 3, 1, 3]], curve: curve([0, 3]), feed: [{ seq: 4 }], ...rest });
    const frame = (from, seq, cells) => ({ from, seq, cells, run: { state: "paused" },
      curve: curve([3, seq]), feed: [{ seq }, { seq: 4 }], ...rest });
"""


def test_frames_are_applied_in_order_skipped_when_old_and_refetched_after_a_gap(
    scripts: Path,
) -> None:
    shown = run(
        scripts,
        FRAMES
        + """
        const ends = [[4, 6], [4, 4], [2, 6], [2, 3], [5, 6]];
        show(ends.map(([from, seq]) => fits(state, frame(from, seq, []))));
        """,
    )
    assert shown == ["apply", "apply", "apply", "skip", "gap"]


def test_a_frame_says_which_cells_are_new_and_which_are_better(scripts: Path) -> None:
    shown = run(
        scripts,
        FRAMES
        + """
        const cells = [[7, 3.5, 5, 2, 5], [8, 1, 6, 1, 6], [7, 3.5, 5, 3, 5]];
        const changes = applyFrame(state, frame(4, 6, cells));
        show({ changes, fitness: state.fitness[7], visits: state.visits[7],
               curve: state.curve.seq, feed: state.feed.map(({ seq }) => seq),
               run: state.run.state, seq: state.seq });
        """,
    )
    assert shown == {
        "changes": [{"index": 7, "kind": "better"}, {"index": 8, "kind": "new"}],
        "fitness": 3.5,
        "visits": 3,
        "curve": [0, 3, 6],
        "feed": [6, 4],
        "run": "paused",
        "seq": 6,
    }


def test_the_colour_scale_grows_in_round_steps(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        import { scaleTop } from "./colours.js";
        show([0, 9, 11, 39.2, 41, 78, 99, 150, 151].map(scaleTop));
        """,
    )
    assert shown == [10, 10, 15, 40, 50, 80, 100, 150, 200]


def test_tab_indents_and_shift_tab_takes_it_back(scripts: Path) -> None:
    shown = run(
        scripts,
        r"""
        import { indented, newLine } from "./editor.js";
        const there = indented("a\nb\nc", 0, 3, false);
        show([indented("ab", 1, 1, false).text, there.text,
              indented(there.text, there.start, there.end, true).text,
              newLine("  if x:"), newLine("  y")]);
        """,
    )
    assert shown == ["a    b", "    a\n    b\nc", "a\nb\nc", "\n      ", "\n  "]


def test_a_gesture_covers_the_cells_whose_middle_lies_inside(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        import { boxBetween, combined, covered, isInside } from "./brush-geometry.js";
        import { cellCorner, layOut } from "./slab-layout.js";
        const layout = layOut(AXES, 480);
        const all = Array.from({ length: 1728 }, (_, n) => n);
        const [x, y] = cellCorner(layout, 0); // lower left of the first slab
        const side = layout.cell;
        const half = side / 2;
        const rectangle = [[x + 2 * side, y + side], [x - 1, y - side - 1]]; // drawn backwards
        const lasso = [[x - 1, y - 1], [x + side, y - 1], [x + side, y + side], [x - 1, y + side]];
        const tap = [[x + half, y + half]];
        const chosen = combined(new Set([5, 7]), [7, 8], "remove");
        show({
          rectangle: covered(layout, "rectangle", rectangle, all),
          lasso: covered(layout, "lasso", lasso, all),
          tap: covered(layout, "cell", tap, all),
          occupied: covered(layout, "rectangle", rectangle, [1]),
          box: boxBetween(AXES, 13, 0, all),
          chosen: [...chosen], added: [...combined(chosen, [8], "add")],
          outside: isInside([5, 5], [[0, 0], [1, 0], [1, 1]]),
        });
        """,
    )
    assert shown == {
        "rectangle": [0, 12, 144, 156],
        "lasso": [0],
        "tap": [0],
        "occupied": [],
        "box": [0, 1, 12, 13],
        "chosen": [5],
        "added": [5, 8],
        "outside": False,
    }


def test_a_mix_of_models_is_judged_while_it_is_typed(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        import { mixProblem, sharesOf } from "./model-mix.js";
        const mix = (...rows) => rows.map(([name, weight]) => ({ name, weight }));
        show([mix(["a", ""]), mix(["a", "3"], ["b", "0,5"]), mix(), mix(["a", "x"], ["b", "1"]),
              mix(["a", "0"], ["b", "0"]), mix(["a", "1"], ["a", "1"])]
          .map((rows) => [mixProblem(rows), sharesOf(rows)]));
        """,
    )
    problems = [problem for problem, _ in shown]
    assert problems[:3] == ["", "", "A run needs a model."]
    assert problems[3] == "The weight of “a” must be a number from 0 up, got “x”."
    assert problems[4] == "At least one model needs a weight above 0."
    assert problems[5] == "“a” is there twice: add up the weights instead."
    assert shown[0][1] == [1]
    assert shown[1][1] == pytest.approx([6 / 7, 1 / 7])


def test_the_axis_of_a_curve_spans_its_values_in_round_steps(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        import { marksBetween, pointsOf } from "./training-curves.js";
        const tidy = (marks) => marks.map((x) => +x.toFixed(6));
        const metrics = [{ step: 0, train: 2 }, { step: 5 }, { step: 9, train: null },
                         { step: 12, train: 1 }];
        show({ wide: tidy(marksBetween(0.41, 0.49)), one: tidy(marksBetween(0.5, 0.5)).length,
               points: pointsOf(metrics, "train") });
        """,
    )
    assert shown["wide"] == [0.4, 0.425, 0.45, 0.475, 0.5]
    assert shown["one"] >= 2
    assert shown["points"] == [[0, 2], [12, 1]]


def test_numbers_are_written_as_people_read_them(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        import { amount, duration, percent, signed } from "./format.js";
        show([amount(1234.5), amount(12.34), amount(0.5), amount(null), duration(59.6),
              duration(3700), percent(0.0004), percent(0.5), percent(null), signed(-1.26)]);
        """,
    )
    assert shown == [
        "1,235", "12.3", "0.50", "–", "1 min 00 s", "1 h 01 min", "0.04 %", "50.0 %",
        "–", "−1.3",
    ]  # fmt: skip


def test_contacts_are_the_joints_that_stand_on_the_ground(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        import { contacts } from "./replay.js";
        const slope = [[-100, -100], [100, 100]];
        const header = { terrain: [[[-100, 0], [100, 0]]], radius: 0.4, ground_radius: 0.3 };
        const on = (terrain, pose) =>
          contacts({ joints: pose.length / 2, header: { ...header, terrain: [terrain] } }, pose);
        show([
          on(header.terrain[0], [0, 0.7, 5, 0.76, 9, 0.9]),
          on(slope, [0, 0.7 * Math.SQRT2, 3, 4.5]),
        ]);
        """,
    )
    flat, slope = shown
    assert [round(x, 3) for x, _ in flat] == [0, 5]
    assert all(y == pytest.approx(0.3) for _, y in flat)
    ((x, y),) = slope
    assert (x, y) == pytest.approx((0.35 * 2**0.5 - 0.15 * 2**0.5, 0.35 * 2**0.5 + 0.15 * 2**0.5))


RACERS = """
const racer = (key, xs) => ({
  key, name: key, replay: {
    joints: 1, frames: 3, fps: 1, start: 0, duration: 2, xs: Float32Array.from(xs),
    ys: new Float32Array(3), com: Float32Array.from(xs.flatMap((x) => [x, 0])),
    header: { fitness: Math.abs(xs[2] - xs[0]), signed_distance: xs[2] - xs[0], halves: [0, 0],
              airborne: 0, trajectory_hash: key, terrain: [[[-50, 0], [50, 0]]] },
  },
});
"""


def test_the_ranking_counts_distance_either_way_and_changes_as_the_race_goes_on(
    scripts: Path,
) -> None:
    shown = run(
        scripts,
        RACERS
        + """
        import { resultRows, standingsAt } from "./race-view.js";
        const racers = [racer("left", [0, -1, -9]), racer("right", [2, 6, 7]),
                        { key: "out", name: "out", replay: null, out: "It does not fit." }];
        show({ early: standingsAt(racers, 1), late: standingsAt(racers, 2),
               result: resultRows(racers).map(({ key, rank, distance, out }) => [key, rank, distance, out]) });
        """,  # noqa: E501
    )
    assert shown["early"] == [{"n": 1, "at": 4}, {"n": 0, "at": 1}, {"n": 2, "at": None}]
    assert [row["n"] for row in shown["late"]] == [0, 1, 2]
    assert shown["result"] == [
        ["left", 1, 9, None],
        ["right", 2, 5, None],
        ["out", None, None, "It does not fit."],
    ]


def test_equal_distances_share_a_rank(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        import { ranked } from "./race-view.js";
        show(ranked([9, 9, 5, null].map((distance) => ({ distance }))).map(({ rank }) => rank));
        """,
    )
    assert shown == [1, 1, 3, None]


def test_lanes_share_scale_and_start_so_that_further_right_is_further_ahead(scripts: Path) -> None:
    shown = run(
        scripts,
        RACERS
        + """
        import { projection } from "./camera.js";
        import { CAMERAS, laneCameras, trackCamera } from "./race-view.js";
        const replays = [racer("left", [0, -4, -30]), racer("right", [5, 10, 45])].map((r) => r.replay);
        const at = [-30, 45];
        show(CAMERAS.map((mode) => {
          const lanes = laneCameras(replays, 600, 100, mode)(2);
          const starts = [0, 5].map((x, n) => projection(lanes[n], 600, 100)(x, 0)[0]);
          const ends = at.map((x, n) => projection(lanes[n], 600, 100)(x, 0)[0]);
          const track = trackCamera(replays, 600, 300, mode)(2);
          const tracked = at.map((x) => projection(track, 600, 300)(x, 0)[0]);
          return { starts, ends, tracked, scale: lanes.map((lane) => lane.scale) };
        }));
        """,  # noqa: E501
    )
    for view in shown:
        assert view["starts"][0] == pytest.approx(view["starts"][1])
        assert view["scale"][0] == view["scale"][1]
        way = [end - view["starts"][0] for end in view["ends"]]
        assert way == pytest.approx([30 * view["scale"][0], 40 * view["scale"][0]])
    field, leader, whole = shown
    for view in (field, whole):
        assert all(0 < x < 600 for x in view["ends"] + view["tracked"])
    assert 0 < leader["ends"][1] < 600


def test_a_pick_goes_in_and_out_and_the_ninth_is_refused(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        globalThis.localStorage = { getItem: () => null };
        const { raceUrl, toggled } = await import("./tray.js");
        const entry = (n) => ({ key: `1-${n}`, name: `child ${n}` });
        let entries = [];
        const verdicts = [];
        for (const n of [1, 2, 1, 3, 4, 5, 6, 7, 8, 9, 10]) {
          const next = toggled(entries, entry(n));
          entries = next.entries;
          verdicts.push(next.isIn);
        }
        show({ verdicts, url: raceUrl(entries.slice(0, 2), "hills:0.3:2") });
        """,
    )
    assert shown["verdicts"] == [True, True, False, *[True] * 7, None]
    assert shown["url"] == "/races/?walkers=1-2,1-3&terrain=hills:0.3:2"


@settings(max_examples=8)
@given(
    width=st.integers(1, 40),
    height=st.integers(1, 30),
    frames=st.integers(1, 4),
    rng_seed=st.integers(0, 2**32 - 1),
    coarse=st.integers(1, 60),
)
def test_a_gif_holds_every_picture(
    width: int, height: int, frames: int, rng_seed: int, coarse: int, scripts: Path
) -> None:
    """Pictures of few colours (noise, or in patches) come back exactly; read by our own decoder."""
    rng = np.random.default_rng(rng_seed)
    shades = rng.integers(0, 32, (12, 3)) * 8
    patches = rng.integers(0, 12, (frames, -(-height // coarse), -(-width // coarse)))
    indices = patches.repeat(coarse, 1).repeat(coarse, 2)[:, :height, :width]
    pictures = np.full((frames, height, width, 4), 255, np.uint8)
    pictures[..., :3] = shades[indices]
    (scripts / "pictures.bin").write_bytes(pictures.tobytes())
    run(
        scripts,
        f"""
        import {{ readFileSync, writeFileSync }} from "node:fs";
        import {{ paletteOf, startGif }} from "./gif.js";
        const all = new Uint8Array(readFileSync("pictures.bin"));
        const [size, frames] = [{width * height * 4}, {frames}];
        const picture = (_, n) => all.slice(n * size, (n + 1) * size);
        const pictures = Array.from({{ length: frames }}, picture);
        const gif = startGif({width}, {height}, paletteOf(pictures), 4);
        for (const one of pictures) gif.add(one);
        writeFileSync("pictures.gif", gif.bytes());
        show(true);
        """,
    )
    shown = decode_gif((scripts / "pictures.gif").read_bytes())
    np.testing.assert_array_equal(shown, pictures[..., :3])


def test_a_gif_of_noise_fills_the_code_table_more_than_once(scripts: Path) -> None:
    test_a_gif_holds_every_picture.hypothesis.inner_test(200, 150, 2, 1, 1, scripts)


def test_a_pen_changes_the_ground_where_it_goes_and_nowhere_else(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        import { heightAt, stroke } from "./polyline.js";
        const limits = { reach: 240, low: -60, high: 60 };
        const flat = [[-240, 0], [240, 0]];
        let drawn = stroke(flat, [20, 4], [20, 4], limits);
        drawn = stroke(drawn, [20, 4], [30.2, 8], limits);
        drawn = stroke(drawn, [30.2, 8], [12, -99], limits);
        const xs = [-240, 11, 11.5, 12, 30, 30.5, 240];
        const edge = stroke(flat, [239, 5], [900, 5], limits);
        show({
          heights: xs.map((x) => heightAt(drawn, x)),
          grows: drawn.every(([x], n) => n === 0 || x > drawn[n - 1][0]),
          edge: edge.at(-1),
        });
        """,
    )
    assert shown["heights"] == [0, 0, 0, -60, 8, 0, 0]
    assert shown["grows"]
    assert shown["edge"] == [240, 5]


def test_simplified_ground_stays_within_the_tolerance_and_the_number_of_points(
    scripts: Path,
) -> None:
    shown = run(
        scripts,
        """
        import { heightAt, simplified } from "./polyline.js";
        const points = Array.from({ length: 961 }, (_, n) => [n / 2 - 240, 5 * Math.sin(n / 40)]);
        const fewer = simplified(points, 500);
        const rough = points.map(([x], n) => [x, (n % 2) * 9]);
        show({
          points: fewer.length,
          off: Math.max(...points.map(([x, y]) => Math.abs(y - heightAt(fewer, x)))),
          ends: [fewer[0], fewer.at(-1)].map(([x]) => x),
          most: simplified(rough, 500).length,
        });
        """,
    )
    assert shown["points"] < 120
    assert shown["off"] <= 0.0401
    assert shown["ends"] == [-240, 240]
    assert shown["most"] <= 500


def test_the_map_is_filtered_by_figures_and_flags(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        import { ALL, fromText, passes, toText } from "./filters.js";
        const state = {
          figures: { distance: [5, 20, 40, NaN], airborne: [0.1, 0.7, 0.3, NaN] },
          flagNames: ["first_half", "second_half", "airborne"], flags: [0, 0b100, 0b001, 0],
        };
        const kept = (text) => [0, 1, 2, 3].filter((n) => passes(state, n, fromText(text)));
        const texts = ["", "distance:10::", "airborne::35:", "distance:::clean", "distance:::any",
          "distance:::first_half", "distance:10:30:airborne", "nonsense:x:y:z"];
        show({ kept: texts.map(kept), texts: texts.map((text) => toText(fromText(text))) });
        """,
    )
    assert shown["kept"] == [
        [0, 1, 2, 3], [1, 2], [0, 2], [0, 3], [1, 2], [2], [1], [0, 1, 2, 3],
    ]  # fmt: skip
    assert shown["texts"][1:7] == [
        "distance:10::", "airborne::35:", "distance:::clean", "distance:::any",
        "distance:::first_half", "distance:10:30:airborne",
    ]  # fmt: skip
    assert shown["texts"][0] == shown["texts"][7] == ""


def test_wrong_terrains_of_a_new_run_are_said_while_typing(scripts: Path) -> None:
    shown = run(
        scripts,
        """
        import { terrainProblem } from "./terrain-rows.js";
        const row = (terrain, difficulty = "0.5", terrain_seed = "0") =>
          ({ terrain, difficulty, terrain_seed });
        show([[], [row("flat", "x")], [row("flat"), row("flat")], [row("hills", "2")],
          [row("hills"), row("hills", "0,7")], [row("bumpy", "", "-1")],
          [row("saved:3"), row("flat")],
        ].map(terrainProblem));
        """,
    )
    assert [bool(sentence) for sentence in shown] == [True, False, True, True, False, True, False]
