"""A worker whose broker went away while it worked: a real broker, behind a network to cut."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection, Queue

from elmweb.celery import app
from elmweb.supervisor import broker
from tests.chaos.link import Link
from tests.stack import free_port, wait


@pytest.fixture
def link(tmp_path: Path) -> Iterator[Link]:
    """A link to a broker of its own."""
    port = free_port()
    command = broker.server_command(broker.find_broker().path, tmp_path / "sock", tmp_path)
    options = ("--port", str(port), "--bind", "127.0.0.1")
    server = subprocess.Popen((*command, *options), stdout=subprocess.DEVNULL)
    wait(lambda: not broker.ping(f"redis://127.0.0.1:{port}"), 10, "the broker")
    between = Link(free_port(), port)
    between.start()
    yield between
    between.stop()
    server.kill()
    server.wait()


def test_work_that_ended_while_the_network_was_cut_frees_its_place(link: Link):
    """The worker used to idle for ever: the message it could not acknowledge filled its window."""
    options = app.conf.broker_transport_options
    with Connection(f"redis://127.0.0.1:{link.port}/0", transport_options=options) as connection:
        channel = connection.channel()
        queue = Queue("work", channel=channel)
        queue.declare()
        connection.Producer(channel).publish({"job": 1}, routing_key="work")
        taken = []
        consumer = connection.Consumer([queue], channel=channel, callbacks=[
            lambda body, message: taken.append(message)
        ])  # fmt: skip
        consumer.qos(prefetch_count=1)
        with consumer:
            connection.drain_events(timeout=5)
            assert not channel.qos.can_consume()
            link.cut()
            taken[0].ack()
            assert channel.qos.can_consume()
            link.mend()
