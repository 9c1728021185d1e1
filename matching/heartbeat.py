"""Workers' signs of life: a row each, written every few seconds."""

import datetime
import logging
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from .models import WorkerBeat

log = logging.getLogger(__name__)

EVERY = 3.0  # seconds
SILENT = datetime.timedelta(seconds=15)  # after this a worker counts as gone

_stop = threading.Event()


def beat(worker: str, queue: str) -> None:
    """Note that this worker lives; forget those that have long been silent."""
    now = timezone.now()
    WorkerBeat.objects.update_or_create(worker=worker, defaults={"queue": queue, "seen_at": now})
    WorkerBeat.objects.filter(seen_at__lt=now - datetime.timedelta(hours=1)).delete()


def queues_alive() -> set[str]:
    """Names of the queues whose worker was heard of lately."""
    alive = WorkerBeat.objects.filter(seen_at__gte=timezone.now() - SILENT)
    return set(alive.values_list("queue", flat=True).distinct())


def _beat_until_stopped(worker: str, queues: list[str]) -> None:
    while True:
        try:
            close_old_connections()
            for queue in queues:
                beat(f"{worker}/{queue}", queue)
        except DatabaseError:
            log.exception("heartbeat of %s", worker)
        if _stop.wait(EVERY):
            break
    connection.close()


@worker_ready.connect
def start_beating(sender: Any, **kwargs: Any) -> None:
    """Beside the work, in a thread of the worker's own process: it ends with it."""
    _stop.clear()
    queues = sorted(sender.app.amqp.queues.consume_from)
    threading.Thread(target=_beat_until_stopped, args=(sender.hostname, queues), daemon=True, name="heartbeat").start()


@worker_shutting_down.connect
def stop_beating(**kwargs: Any) -> None:
    _stop.set()
