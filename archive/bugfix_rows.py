"""Where the rows of the mutation benchmark are kept: some come with ELMWeb, some are one's own."""

from elmweb.paths import BASE_DIR, DATA_DIR
from workers.benchmark import results
from workers.benchmark.measure import Row

SHIPPED = BASE_DIR / "docs/bugfix.json"
OWN = DATA_DIR / "bugfix.json"


def all_rows() -> list[Row]:
    """Return all rows; one's own takes the place of a shipped one of its operator and task.

    Raises:
        BadResults: a file holds something else.
    """
    rows = [*results.load(SHIPPED), *results.load(OWN)]
    return list({(row.operator, row.task, row.bugs): row for row in rows}.values())
