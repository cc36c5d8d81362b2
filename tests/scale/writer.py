"""One writer of the measurement, in a process of its own."""

from multiprocessing.synchronize import Barrier


def write(number: int, of: int, gate: Barrier) -> None:
    """Record the children of a run of its own, once all writers are there."""
    import django

    django.setup()  # before what needs the models
    from tests.scale import measure

    measure.write(f"{of}-{number}", gate.wait)
