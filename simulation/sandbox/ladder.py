"""How much protection this machine gives, in one word and in sentences.

    strict   seccomp, namespaces and an empty root (and Landlock where there is)
    locked   seccomp and Landlock: plain docker, Ubuntu 24.04, Kubernetes
    boxed    seccomp, inside a container of its own that holds no secrets
    refused  programs are not run here

seccomp decides: without it nothing runs.
"""

from enum import StrEnum
from typing import Any


class Tier(StrEnum):
    STRICT = "strict"
    LOCKED = "locked"
    BOXED = "boxed"
    REFUSED = "refused"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    Tier.STRICT: "Programs run behind a system-call filter, in namespaces of their own and with an "
    "empty root directory. Nothing needs to be done.",
    Tier.LOCKED: "Programs run behind a system-call filter and Landlock. That is enough; this "
    "machine allows no namespaces as well (usual in containers and on Ubuntu 24.04).",
    Tier.BOXED: "Programs run behind a system-call filter, inside a container made for them. That "
    "is enough as long as the container holds no secrets and reaches nothing.",
    Tier.REFUSED: "Programs are not run on this machine; everything else works.",
}
_LAYERS = {
    "seccomp": "system-call filter: no file, network, process or signal call gets through",
    "landlock": "Landlock: the kernel refuses file access even if a call got through",
    "namespaces": "namespaces: no network, no other process and an empty root directory",
    "limits": "limits: memory, processor time, files and processes",
}
_LIMITS = (
    "a program may use {wall_s:g} s, {cpu_s} s of processor time and {memory_mb} MB, and answer "
    "with {max_joints} joints and {max_muscles} muscles; programs at a time, per process: {slots}"
)
_NOT_COVERED = (
    "Not covered: faults of the kernel in the about 40 system calls that a program may make, and "
    "what can be told from the processor's timing."
)
_TEXT = 500  # characters of a sentence from elsewhere
_NO_SECCOMP = (
    "The kernel gives no system-call filter (seccomp). Run ELMWeb on Linux 5.13 or newer, on "
    "x86_64 or aarch64, or use docker compose on such a machine."
)
_NO_SECOND_WALL = (
    "There is a system-call filter, but neither namespaces nor Landlock stand behind it. Allow "
    "user namespaces (sysctl user.max_user_namespaces), or use Linux 5.13 or newer with Landlock "
    "enabled, or run the sandbox in its own container with SANDBOX_OUTER=container."
)
_BROKEN = (
    "The self-test found that {what} is not blocked although every layer was put on. Please "
    "report this machine's `manage.py sandbox --check --json`; until then use another one."
)


def tier_of(report: dict[str, Any], outer: str) -> tuple[Tier, str]:
    """The tier that a launcher's report earns, and for REFUSED the reason with what to do.

    Args:
        outer: value of SANDBOX_OUTER; "container" says that a container of its own, without
            secrets, is around this sandbox.
    """
    layers, selftest = report["layers"], report["selftest"]
    if not layers["seccomp"]["holds"] or not layers["limits"]["holds"]:
        return Tier.REFUSED, _NO_SECCOMP
    open_doors = sorted(name for name, refused in selftest.items() if not refused)
    if open_doors or not selftest:
        return Tier.REFUSED, _BROKEN.format(what=", ".join(open_doors) or "anything")
    if layers["namespaces"]["holds"]:
        return Tier.STRICT, ""
    if layers["landlock"]["holds"]:
        return Tier.LOCKED, ""
    if outer == "container":
        return Tier.BOXED, ""
    return Tier.REFUSED, _NO_SECOND_WALL


def explain(report: dict[str, Any]) -> list[str]:
    """The report in sentences, one a line: tier, each layer, what to do, what programs may use."""
    tier = Tier(report["tier"])
    lines = [f"{tier}: {tier.sentence}"]
    if report.get("address"):
        lines.append(f"  asked: the sandbox service at {report['address']}")
    for name, meaning in _LAYERS.items():
        layer = report.get("layers", {}).get(name)
        if layer is not None:
            lines.append(f"  [{_state(layer)}] {meaning}{_remark(layer)}")
    if report.get("uid_note"):
        lines.append(f"  note: {report['uid_note']}")
    if report.get("missing_modules"):
        lines.append(f"  programs cannot import: {', '.join(report['missing_modules'])}")
    if report.get("limits"):
        lines.append(f"  {_LIMITS.format(**report['limits'], slots=report.get('slots', 1))}")
    if report.get("reason"):
        lines.append(report["reason"])
    if tier is not Tier.REFUSED:
        lines.append(_NOT_COVERED)
    return lines


def checked_report(value: Any) -> dict[str, Any]:
    """A report that came from elsewhere, rebuilt from the keys that ``explain`` shows.

    Raises:
        ValueError: it has no tier, or a part of it is not what it should be.
    """
    report = _fields(value, "the report", dict)
    tier = _fields(report.get("tier"), "the tier", str)
    if tier not in list(Tier):
        raise ValueError(f"there is no tier called {tier[:20]!r}")
    layers = {}
    for name, layer in _fields(report.get("layers"), "layers", dict).items():
        if name in _LAYERS:
            layer = _fields(layer, name, dict)
            refused = _fields(layer.get("refused"), "refused", dict)
            layers[name] = {
                "active": layer.get("active") is True,
                "holds": layer.get("holds") is True,
                "refused": {str(what)[:40]: no is True for what, no in refused.items()},
                "reason": str(layer.get("reason") or "")[:_TEXT],
            }
    missing = _fields(report.get("missing_modules", []), "missing_modules", list)
    return {
        "tier": tier,
        "reason": str(report.get("reason") or "")[:_TEXT],
        "layers": layers,
        "uid_note": str(report.get("uid_note") or "")[:_TEXT],
        "missing_modules": [str(name)[:40] for name in missing[:100]],
    }


def _fields(value: Any, what: str, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"{what}: expected a {kind.__name__}, got a {type(value).__name__}")
    return value


def _state(layer: dict[str, Any]) -> str:
    if layer["holds"]:
        return "holds"
    return "leaks" if layer["active"] else "absent"


def _remark(layer: dict[str, Any]) -> str:
    leaks = [name for name, refused in layer["refused"].items() if not refused]
    if leaks:
        return f" (not refused: {', '.join(leaks)})"
    return f" ({layer['reason']})" if layer.get("reason") else ""
