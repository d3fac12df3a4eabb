"""The floor's work as Celery's documentation begins: a task whose argument is the message.

`python -m celery --app tests.bench.rivals.celery worker`; `python -m tests.bench.rivals.celery COUNT` sends so many.
"""

import os
import sys
from typing import Any

import psycopg
from celery import Celery
from celery.signals import worker_process_init
from lxml import etree

from hub import resources
from tests.bench import messages
from tests.bench.carried import ANSWER, ANSWERS, QUEUE

SCHEMA = etree.XMLSchema(etree.parse(resources.folder("schemas") / "catalogue.xsd"))

app = Celery("rival", broker=os.environ["RIVAL_BROKER"])
app.conf.update(
    task_default_queue=QUEUE,
    task_default_queue_type="quorum",
    # Acknowledged when the work is done, not when it begins.
    task_acks_late=True,
    task_ignore_result=True,
    broker_transport_options={"confirm_publish": True},
)

opened: list[psycopg.Connection] = []


@worker_process_init.connect
def connect(**_: Any) -> None:
    """Each process of the worker has a connection of its own."""
    opened.append(psycopg.connect(os.environ["RIVAL_DATABASE"], autocommit=True))


@app.task(name="take")
def take(raw: str) -> None:
    """Take a message in; when this returns, the delivery is acknowledged."""
    SCHEMA.assertValid(etree.fromstring(raw.encode()))
    opened[0].execute("INSERT INTO message (raw) VALUES (%s)", (raw.encode(),))
    with app.producer_pool.acquire(block=True) as producer:
        producer.publish(ANSWER, routing_key=ANSWERS, delivery_mode=2, content_type="application/xml")


if __name__ == "__main__":
    for each in messages.make(int(sys.argv[1]), seed=5):
        take.delay(each.decode())
