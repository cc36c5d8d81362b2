"""What every sandbox has in common: it lasts as long as a ``with`` statement."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Managed(ABC):
    """Starts where a ``with`` statement begins and stops where it ends."""

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
