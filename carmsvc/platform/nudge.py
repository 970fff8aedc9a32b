"""A nudge after commit makes work quick; the sweep makes it certain, so a nudge may fail."""

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def nudge(task: str, **arguments: Any) -> None:
    """Send a task by name once the transaction has committed; a dead broker is no error."""

    def send() -> None:
        try:
            current_app.send_task(task, kwargs=arguments, retry=False)
        except (OperationalError, RedisError, OSError) as error:
            logger.warning("%s was not sent (%s); the sweep will collect it", task, error)

    transaction.on_commit(send)
