"""A network link that can fail: bytes go through real sockets, until somebody cuts the cable."""

import asyncio
import contextlib
import threading


class Link:
    """Passes connections on from one port of this machine to another.

    ``cut`` ends every connection and refuses new ones, as a host that went away does; ``stall``
    leaves them open and passes nothing on, as a network that drops its packets does.
    """

    def __init__(self, port: int, target: int) -> None:
        self.port, self.target = port, target
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._passes = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Listen, before anybody connects."""
        self._passes.set()
        self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        self._thread.start()

    def stop(self) -> None:
        """End every connection and listen no more."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def cut(self) -> None:
        self._is_cut = True
        self._loop.call_soon_threadsafe(self._abort_all)

    def stall(self) -> None:
        self._loop.call_soon_threadsafe(self._passes.clear)

    def mend(self) -> None:
        """Undo ``cut`` and ``stall``."""
        self._is_cut = False
        self._loop.call_soon_threadsafe(self._passes.set)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _close(self) -> None:
        self._is_cut = True
        self._passes.set()
        self._abort_all()
        while self._writers:
            await asyncio.sleep(0.01)

    def _abort_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            onward = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, onward[1]}
        self._writers |= both
        await asyncio.gather(self._pump(reader, onward[1]), self._pump(onward[0], writer))
        self._writers -= both

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._passes.wait()
                writer.write(data)
                await writer.drain()
        writer.close()
