"""``docs/operate.md`` names every setting that the code reads."""

import re

from elmweb.paths import BASE_DIR

_READ = re.compile(r"""(?:env\.\w+|environ(?:\.get)?)[(\[]\s*["']((?:ELMWEB_|DATABASE_)\w+)""")


def test_every_setting_is_documented():
    documented = set(re.findall(r"^\| `(\w+)`", (BASE_DIR / "docs/operate.md").read_text(), re.M))
    folders = ("elmweb", "archive", "simulation", "workers", "tests")
    sources = [path for folder in folders for path in (BASE_DIR / folder).rglob("*.py")]
    read = {name for path in sources for name in _READ.findall(path.read_text())}
    assert "ELMWEB_DATA" in read
    assert read - documented == set()
