"""Schemathesis against a real `hub serve`: what it is told of the sample centre, and which of its checks hold here."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from tests import centre

PHASES = "examples,coverage,fuzzing,stateful"

# Each check is on but those that are off here, with why.
CONFIG = """
request-timeout = 20

[auth.openapi.Basic]
username = "{name}"
password = "{password}"

[auth.openapi.Bearer]
bearer = "sample-key-exchange"

# After five wrong passwords a name has to wait, which is 429 and no 401; tests/web/test_api.py sees that nobody is
# anonymous.
[checks.ignored_auth]
enabled = false

# What depends on what is there, on the version and on the key of the call before (409, 412, 422) is no breach, and
# neither is a call without a version (428): it may stand in the header or in the body, which no schema can say.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 412, 415, 422, 428, 429]
"""

# Where a rule of care refuses what the schema allows (400): an answer needs a text or an offer, a version is told once,
# a question goes to an inbox of the practice, a view is a list's address, deviations are alerts, a day must be over,
# and FHIR has a grammar for what is searched for.
RULED = (
    *(r"^/v1/items/\\{id\\}/", r"^/v1/items/(move|several)$", r"^/v1/opinions/", r"^/v1/views/", r"^/v1/folders/"),
    *(r"^/v1/partners/", r"^/v1/.*items$", r"^/v1/search$", r"^/fhir/"),
)
PER_CALL = """
[[operations]]
include-path-regex = "{path}"
checks.positive_data_acceptance.enabled = false
"""


@dataclass(frozen=True, slots=True)
class Found:
    """How a campaign ended: its exit code, 0 when there is nothing to mend, and what it said."""

    code: int
    said: str


@contextmanager
def site(folder: Path) -> Iterator[tuple[str, bytes]]:
    """A hub on a database of its own with some messages: where it answers, and what it says of itself."""
    with centre.served(folder) as served:
        for n in range(12):
            urlopen(Request(f"{served.url}/v1/messages", centre.message(n), {**centre.EXCHANGE, **centre.XML})).close()
        with urlopen(Request(f"{served.url}/v1/openapi.json", headers=centre.EXCHANGE)) as told:
            yield served.url, told.read()


def run(folder: Path, url: str, told: bytes, *options: str) -> Found:
    """Call all of an API by what is told of it, but its streams, which never end: see tests/web/test_events.py."""
    config, document = folder / "contract.toml", folder / "openapi.json"
    document.write_bytes(told)
    name, password = centre.COORDINATOR
    rules = "".join(PER_CALL.format(path=path) for path in RULED)
    config.write_text(CONFIG.format(name=name, password=password) + rules, encoding="utf-8")
    words = [str(Path(sys.executable).with_name("st")), "--config-file", str(config), "run"]
    words += [str(document), "--url", url, "--exclude-path", "/v1/events"]
    words += ["--include-path-regex", "^/(v1|fhir)/", "--no-color", "--suppress-health-check", "all"]
    words += ["--continue-on-failure", "--request-retries", "1", "--warnings", "off", *options]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return Found(done.returncode, done.stdout + done.stderr)
