"""The command `hub` against a real database, and a corner of a real broker that nobody else uses."""

import os
import subprocess
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from hub import settings
from tests import forked
from tests.servers import rabbitmq as mq

Hub = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def hub() -> Hub:
    """Runs `hub` with the sample centre's configuration; what is given by name is an environment variable."""

    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        own = {"NO_COLOR": "1", "COLUMNS": "100", **environment}
        return forked.run(*words, "--config", str(settings.sample()), env={**os.environ, **own})

    return run


@pytest.fixture
def broker_url(rabbitmq: mq.Node) -> Iterator[str]:
    """The address of an empty virtual host."""
    name = uuid4().hex
    rabbitmq.ctl("add_vhost", name)
    rabbitmq.ctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
    yield f"{rabbitmq.url}{name}"
    rabbitmq.ctl("delete_vhost", name)
