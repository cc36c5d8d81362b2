"""The attack programs of ``tests/hostile`` with what each may end in."""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "hostile"
_FIRST_LINE = re.compile(r"# expect: (\S+) ; must: (.+)")
_WALKER = 'def make_walker():\n    return {"joints": [[0, 0], [1, 1]], "muscles": []}\n'
_GENERATED = {  # too large to store
    "031_compile_bomb": "# expect: timeout,cpu_limit,error,crashed ; must: compiling is limited\n"
    f"x = {'-' * 60000}1\n{_WALKER}",
    "129_source_huge": "# expect: too_large_source,error ; must: source size is capped\n"
    f"{'# x' * 30000}\n{_WALKER}",
}


@dataclass(frozen=True)
class Attack:
    name: str
    expected: frozenset[str]  # statuses
    must: str  # what has to hold, in words
    source: str

    @property
    def times(self) -> int:
        """How often it runs in a row; some only find in a second run what they left."""
        return 2 if self.must.startswith("run twice") else 1


def attacks() -> list[Attack]:
    """Every attack, by number."""
    sources = {path.stem: path.read_bytes().decode() for path in FOLDER.glob("*.py")}
    sources.update(_GENERATED)
    found = []
    for name, source in sorted(sources.items()):
        match = _FIRST_LINE.match(source)
        assert match, f"{name}: the first line must be '# expect: <statuses> ; must: <sentence>'"
        found.append(Attack(name, frozenset(match[1].split(",")), match[2], source))
    return found
