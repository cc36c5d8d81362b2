"""The paper's figures of the diff model before and after fine-tuning, for comparison.

Lehman et al. 2022 (arXiv 2206.08896), figures 8 to 11, section 5.1; it prints none of them as
numbers: read off the plots, to about half a percent of the axis. Means of three runs of 1,024,000
evaluations. It has no run with random edits and none without an archive.
"""

EVALUATIONS = 1_024_000  # of a run
READING_ERROR = 0.005  # of the axis

# (before, after) fine-tuning, at the end of the runs.
FINAL: dict[str, dict[str, tuple[float, float]]] = {
    "coverage": {  # figure 8
        "square": (0.415, 0.620),
        "radial": (0.935, 0.963),
        "cppn_fixed": (0.963, 0.974),
        "cppn_mutable": (0.967, 0.974),
    },
    "max_fitness": {  # figure 9
        "square": (1388, 1446),
        "radial": (1225, 1420),
        "cppn_fixed": (967, 1178),
        "cppn_mutable": (1267, 1330),
    },
    "qd_score": {  # figure 10
        "square": (374e3, 657e3),
        "radial": (673e3, 1073e3),
        "cppn_fixed": (455e3, 786e3),
        "cppn_mutable": (607e3, 918e3),
    },
}
# Figure 11: all four seed programs together.
RATES = {"valid": (0.625, 0.95), "runnable": (0.22, 0.81)}
EARLY = {  # (evaluations, before, after): the first point that can be read
    "coverage": (12_800, 0.18, 0.34),
    "qd_score": (51_200, 58e3, 167e3),
}


def ratio(metric: str, program: str | None = None) -> float | None:
    """Return after over before fine-tuning at the end, of one seed program or of all (None).

    None where the paper does not say.
    """
    if program is not None:
        pair = FINAL.get(metric, {}).get(program)
    elif metric in RATES:
        pair = RATES[metric]
    else:
        columns = list(zip(*FINAL.get(metric, {}).values(), strict=True))
        pair = (sum(columns[0]), sum(columns[1])) if columns else None
    return pair[1] / pair[0] if pair else None
