"""Writing tables that spreadsheets open."""


class Echo:
    """A file that hands back what is written, for csv.writer over a stream."""

    def write(self, value: str) -> str:
        return value


def harmless(value: object) -> object:
    """Keep spreadsheets from reading stored text as a formula."""
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if is_formula else value
