"""Live runs over WebSocket: one coalescer a run and process, at most four frames a second."""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from django.db import DatabaseError
from redis.exceptions import RedisError

from archive.live import VIEWS
from archive.models import Run
from archive.services.feed import group_of
from elmweb.accounts.access import is_still_in

log = logging.getLogger(__name__)

FRAME_EVERY = 0.25  # [s] at most four frames a second, however many children come
LOOK_EVERY = 2.0  # [s] without a hint: hints get lost when the broker dies, the database does not
SEND_WITHIN = 5.0  # [s] a browser that takes no frame for this long is dropped
MANY_VIEWERS = 150  # beyond it, one frame a second
ASK_AGAIN = 30.0  # [s] between two looks whether those who watch are still logged in
SOCKETS = 8  # of one session in this process: as many tabs as anybody looks at
CLOSE_ANONYMOUS = 4401
CLOSE_TOO_MANY = 4408
CLOSE_UNKNOWN_RUN = 4404


class Coalescer:
    """Sends the frames of one run to all who watch it in this process."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.viewers: set[RunConsumer] = set()
        self.seq = -1
        self.shown: object = None
        self.task: asyncio.Task[None] | None = None

    async def join(self, viewer: "RunConsumer") -> None:
        """Start sending to ``viewer``; its first frame says where the run stands."""
        self.viewers.add(viewer)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._watch())
        frame = await self._frame(since=2**62)
        await viewer.send_json(frame | {"from": frame["seq"]})

    def leave(self, viewer: "RunConsumer") -> None:
        """Stop sending to ``viewer``; the last one to go ends the watch."""
        self.viewers.discard(viewer)
        if not self.viewers and self.task:
            self.task.cancel()
            COALESCERS.pop(self.run.pk, None)

    async def _watch(self) -> None:
        layer = get_channel_layer()
        assert layer is not None
        channel = await layer.new_channel()
        joined = False
        asked = time.monotonic()
        try:
            while True:
                try:
                    if not joined:
                        await layer.group_add(group_of(self.run.pk), channel)
                        joined = True
                    await asyncio.wait_for(layer.receive(channel), LOOK_EVERY)
                except TimeoutError:
                    pass
                except (RedisError, OSError) as error:
                    log.warning("run %s: no hints, looking every 2 s (%s)", self.run.pk, error)
                    joined = False
                    await asyncio.sleep(LOOK_EVERY)
                try:
                    await self._send_news()
                except Exception:  # the database may be away for a moment: the watch goes on
                    log.exception("run %s: no frame this time", self.run.pk)
                if time.monotonic() - asked > ASK_AGAIN:
                    asked = time.monotonic()
                    await asyncio.gather(*(viewer.ask_again() for viewer in list(self.viewers)))
                pause = 1.0 if len(self.viewers) > MANY_VIEWERS else FRAME_EVERY
                await asyncio.sleep(pause)
        finally:
            if joined:
                await layer.group_discard(group_of(self.run.pk), channel)

    async def _send_news(self) -> None:
        frame = await self._frame(since=self.seq)
        shown = (frame["seq"], frame["run"], {k: bool(w) for k, w in frame["workers"].items()})
        if shown == self.shown:
            return
        self.seq, self.shown = frame["seq"], shown
        await asyncio.gather(*(self._send(viewer, frame) for viewer in list(self.viewers)))

    async def _send(self, viewer: "RunConsumer", frame: dict[str, Any]) -> None:
        try:
            await asyncio.wait_for(viewer.send_json(frame), SEND_WITHIN)
        except Exception as problem:  # whatever a broken socket raises: the others go on
            log.debug("a viewer of run %s went away: %s", self.run.pk, problem)
            self.leave(viewer)

    async def _frame(self, since: int) -> dict[str, Any]:
        frame = VIEWS.of(self.run).frame
        return await database_sync_to_async(frame, thread_sensitive=False)(since=since)


COALESCERS: dict[int, Coalescer] = {}
_sockets: Counter[str] = Counter()  # by session
_joining: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)


def viewers() -> int:
    """Return how many browsers watch a run through this process."""
    return sum(len(coalescer.viewers) for coalescer in list(COALESCERS.values()))


class RunConsumer(AsyncJsonWebsocketConsumer):
    """One browser that watches one run. It sends nothing; what it does goes over HTTP."""

    coalescer: Coalescer | None = None
    session_key = ""

    async def connect(self) -> None:
        """Let in whoever is logged in and names a run that exists; every role may watch."""
        await self.accept()
        if not self.scope["user"].is_authenticated:
            await self.close(CLOSE_ANONYMOUS)
            return
        self.session_key = self.scope["session"].session_key
        _sockets[self.session_key] += 1
        if _sockets[self.session_key] > SOCKETS:
            await self.close(CLOSE_TOO_MANY)
            return
        run = await Run.objects.filter(pk=self.scope["url_route"]["kwargs"]["run_id"]).afirst()
        if run is None:
            await self.close(CLOSE_UNKNOWN_RUN)
            return
        async with _joining[run.pk]:
            self.coalescer = COALESCERS.setdefault(run.pk, Coalescer(run))
            try:
                await self.coalescer.join(self)
            except BaseException:  # it left while it came: `disconnect` is not called then
                self.coalescer.leave(self)
                raise

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Ignore whatever the browser says: this socket only tells."""

    async def ask_again(self) -> None:
        """Hang up on somebody who was logged out or disabled meanwhile."""
        try:
            ask = database_sync_to_async(is_still_in, thread_sensitive=False)
            is_in = await ask(self.session_key, self.scope["user"])
        except DatabaseError:  # away for a moment: asked again later
            return
        if not is_in:
            await self.close(CLOSE_ANONYMOUS)

    async def disconnect(self, code: int) -> None:
        """Leave the run."""
        if self.session_key:
            _sockets[self.session_key] -= 1
            if not _sockets[self.session_key]:
                del _sockets[self.session_key]
        if self.coalescer is not None:
            self.coalescer.leave(self)
