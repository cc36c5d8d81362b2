"""What programs may import: loaded once in the launcher, since later there is no file to load."""

import importlib
import importlib.util
import sys
from types import ModuleType

STANDARD = (
    "__future__", "abc", "array", "bisect", "cmath", "collections", "collections.abc", "colorsys",
    "contextlib", "copy", "ctypes", "dataclasses", "datetime", "decimal", "encodings.ascii",
    "encodings.latin_1", "encodings.unicode_escape", "encodings.utf_16", "enum", "fractions",
    "functools", "gc", "heapq", "inspect", "itertools", "json", "linecache", "logging", "math",
    "numbers", "operator", "pprint", "random", "re", "resource", "statistics", "string", "struct",
    "textwrap", "threading", "time", "traceback", "types", "typing", "warnings", "weakref",
)  # fmt: skip
NUMPY = (
    "numpy", "numpy.char", "numpy.exceptions", "numpy.fft", "numpy.linalg", "numpy.ma",
    "numpy.polynomial", "numpy.random", "numpy.rec", "numpy.strings", "numpy.typing",
)  # fmt: skip
WALKER_NAMES = ("walk_creator", "soda")  # what seed programs of the paper and OpenELM import


def load(walker_file: str) -> tuple[dict[str, object], list[str]]:
    """Import everything; return the names every program finds defined, and what was missing."""
    sys.modules["_hashlib"] = None  # type: ignore[assignment]  # no OpenSSL: 4 MB for nobody
    missing = [name for name in (*STANDARD, *NUMPY) if not _imported(name)]
    del sys.modules["_hashlib"]
    walker = _load_file(WALKER_NAMES[0], walker_file)
    for name in WALKER_NAMES:
        sys.modules[name] = walker
    names: dict[str, object] = {
        "math": sys.modules["math"],
        "walker_creator": walker.walker_creator,
        "query_cppn": walker.query_cppn,
    }
    if "numpy" in sys.modules:
        names["np"] = sys.modules["numpy"]
    return names, missing


def _imported(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def _load_file(name: str, path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
