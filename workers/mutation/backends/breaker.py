"""Leaves a model alone that keeps failing, longer each time, until it answers again."""

import time
from collections.abc import Callable

from workers.mutation.backends import HEALTHY, Health

FAILURES = 3  # in a row; fewer may be chance
FIRST_WAIT = 5.0  # [s]; doubled by every further failure
LONGEST_WAIT = 300.0  # [s]; people who repair an endpoint should see it come back


class Breaker:
    """Counts failures in a row. Open: nothing is asked until the wait is over, then one answer."""

    def __init__(self, name: str, now: Callable[[], float] = time.monotonic):
        self.name, self.now = name, now
        self.failures = 0
        self.reason = ""
        self._ask_at = 0.0

    @property
    def is_open(self) -> bool:
        return self.failures >= FAILURES

    @property
    def wait_s(self) -> float:
        """Seconds until the next answer may be asked for."""
        return max(self._ask_at - self.now(), 0.0) if self.is_open else 0.0

    @property
    def health(self) -> Health:
        """How the model is; ``ok`` only comes back with an answer, ``wait_s`` 0 says to try."""
        if not self.is_open:
            return HEALTHY
        return Health(False, f"The model {self.name} is failing: {self.reason}.", self.wait_s)

    def succeed(self) -> None:
        """Note an answer."""
        self.failures, self.reason = 0, ""

    def fail(self, reason: str, wait_s: float = 0.0) -> None:
        """Note a failure; ``wait_s`` is what the other side asked for [s], 0 when it did not.

        Those of answers that were under way when it opened are one and the same trouble.
        """
        if self.wait_s > 0:
            self._ask_at = max(self._ask_at, self.now() + min(wait_s, LONGEST_WAIT))
            return
        self.failures += 1
        self.reason = reason
        wait = FIRST_WAIT * 2.0 ** min(max(self.failures - FAILURES, 0), 10)
        self._ask_at = self.now() + min(max(wait, wait_s), LONGEST_WAIT)
