"""Promises that only real processes can keep: nothing is lost by kill -9, and what fell due meanwhile is told."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from hub import settings
from tests import centre
from tests.servers import port as ports
from workers import serve

pytestmark = pytest.mark.journey


@contextmanager
def sending(url: str, patience: float = 120) -> Iterator[Callable[[bytes], str]]:
    """Sends a message as a real system does: again until there is an answer, of which the outcome is returned."""
    with httpx2.Client(base_url=url, headers={**centre.EXCHANGE, **centre.XML}, timeout=5) as client:

        def send(raw: bytes) -> str:
            until = time.monotonic() + patience
            while time.monotonic() < until:
                with suppress(httpx2.TransportError):
                    answer = client.post("/v1/messages", content=raw)
                    if "Hub-Outcome" in answer.headers:
                        return answer.headers["Hub-Outcome"]
                time.sleep(0.05)
            raise TimeoutError(f"no answer from {url}")

        yield send


def send(url: str, raw: bytes) -> str:
    """Send one message; returns the outcome."""
    with sending(url) as handing_in:
        return handing_in(raw)


def items(url: str) -> list[dict[str, object]]:
    answer = httpx2.get(f"{url}/v1/inboxes/{centre.TEAM}/items", params={"limit": 500}, auth=centre.NURSE)
    found: list[dict[str, object]] = answer.raise_for_status().json()["items"]
    return found


def documents(url: str) -> list[dict[str, object]]:
    address = f"{url}/v1/mailboxes/900201/messages"
    found: list[dict[str, object]] = httpx2.get(address, params={"limit": 500}, headers=centre.EXCHANGE).json()
    return found


def test_kill_9_in_the_middle_of_traffic_and_a_restart_lose_and_double_nothing(tmp_path: Path) -> None:
    port, count = ports.free(), 150
    outcomes: dict[int, str] = {}

    def sender(share: range) -> None:
        with sending(f"http://127.0.0.1:{port}") as handing_in:
            for n in share:
                outcomes[n] = handing_in(centre.message(n))

    threads = [threading.Thread(target=sender, args=(range(k, count, 4),)) for k in range(4)]
    for thread in threads:
        thread.start()
    for killed_after in (20, 50, 90):
        with centre.served(tmp_path, port) as hub:
            wait_for(lambda after=killed_after: len(outcomes) >= after)
            hub.stop(signal.SIGKILL)
    with centre.served(tmp_path, port) as hub:
        for thread in threads:
            thread.join(120)
        assert count == len(outcomes)
        assert {"accepted", "duplicate"} >= set(outcomes.values())
        found = items(hub.url)
        assert count == len(found) == len({x["msg_id"] for x in found})
        assert count == len(documents(hub.url))


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Until it holds. Raises TimeoutError when it does not."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.01)


def test_the_readers_die_with_a_server_that_was_killed(tmp_path: Path) -> None:
    with centre.served(tmp_path) as hub:
        children = Path(f"/proc/{hub.process.pid}/task/{hub.process.pid}/children").read_text().split()
        assert children
        hub.stop(signal.SIGKILL)
        wait_for(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


def test_a_deadline_that_came_while_the_hub_was_down_is_told_at_start_and_marked_late(tmp_path: Path) -> None:
    morning = {"HUB_CLOCK__START": "2026-11-24T09:00:00+01:00", "HUB_CLOCK__ANCHOR": str(time.time())}
    with centre.served(tmp_path, **morning) as hub:
        assert "accepted" == send(hub.url, centre.message())
        hub.stop(signal.SIGKILL)
    evening = {"HUB_CLOCK__START": "2026-11-24T16:05:00+01:00", "HUB_CLOCK__ANCHOR": str(time.time())}
    with centre.served(tmp_path, **evening) as hub:
        assert [(0, True)] == told(hub.url, centre.TEAM, centre.NURSE, 1)
        assert [(1, True)] == told(hub.url, "koordinator", centre.COORDINATOR, 1)


def told(url: str, inbox: str, who: tuple[str, str], count: int) -> list[tuple[int, bool]]:
    """The notices of an inbox as soon as there are so many."""
    until = time.monotonic() + 40
    while True:
        found = httpx2.get(f"{url}/v1/inboxes/{inbox}/notices", auth=who).json()
        if len(found) >= count or time.monotonic() > until:
            return [(x["step"], x["late"]) for x in found]
        time.sleep(0.05)


def test_the_ladder_is_climbed_on_time_step_by_step(tmp_path: Path) -> None:
    """Half an hour a second: from a message before the doors open to the manager at half past five.

    A server that takes long to start still gets it before the cut-off, and is late when it is so by four seconds.
    """
    clock = {
        "HUB_CLOCK__START": "2026-11-24T04:00:00+01:00",
        "HUB_CLOCK__ANCHOR": str(time.time()),
        "HUB_CLOCK__SPEED": "1800",
    }
    with centre.served(tmp_path, HUB_WATCH__GRACE_SECONDS="7200", **clock) as hub:
        send(hub.url, centre.message())
        assert [(3, False)] == told(hub.url, "ledelse", ("geir.aasen", "sambud"), 1)
        (item,) = items(hub.url)
        opened = httpx2.get(f"{hub.url}/v1/items/{item['id']}", auth=centre.NURSE).json()
        events = [(h["event"], h["detail"].get("late")) for h in opened["history"] if h["event"].startswith("deadline")]
        assert [("deadline.warned", "no"), *[("deadline.escalated", "no")] * 3] == events
        assert (4, True) == (opened["level"], opened["running"])


def test_an_answered_item_is_never_escalated(tmp_path: Path) -> None:
    clock = {"HUB_CLOCK__START": "2026-11-24T14:00:00+01:00", "HUB_CLOCK__ANCHOR": str(time.time())}
    with centre.served(tmp_path, **clock) as hub:
        send(hub.url, centre.message())
        (item,) = items(hub.url)
        httpx2.post(f"{hub.url}/v1/items/{item['id']}/answer", json={"version": 1, "text": "Ja"}, auth=centre.NURSE)
        hub.stop()
    later = {"HUB_CLOCK__START": "2026-11-25T14:00:00+01:00", "HUB_CLOCK__ANCHOR": str(time.time())}
    with centre.served(tmp_path, **later) as hub:
        time.sleep(1)
        assert [] == told(hub.url, "koordinator", centre.COORDINATOR, 0)


def test_events_arrive_live_and_a_client_that_comes_back_misses_nothing(tmp_path: Path) -> None:
    with centre.served(tmp_path) as hub, httpx2.Client(base_url=hub.url, auth=centre.NURSE, timeout=10) as client:
        with client.stream("GET", "/v1/events") as stream:
            lines = stream.iter_lines()
            begun = event(lines)
            send(hub.url, centre.message(1))
            first = event(lines)
            assert ("message.accepted", centre.TEAM) == (first["event"], json.loads(first["data"])["inbox"])
        send(hub.url, centre.message(2))
        for before, missed in ((first, 1), (begun, 2)):
            # Whoever has heard of nothing yet comes back to where the stream began.
            with client.stream("GET", "/v1/events", headers={"Last-Event-ID": before["id"]}) as stream:
                lines = stream.iter_lines()
                assert before == event(lines) | {x: before[x] for x in before if x != "id"}
                again = [int(event(lines)["id"]) for _ in range(missed)]
                assert int(before["id"]) < again[0] and sorted(again) == again


def event(lines: object) -> dict[str, str]:
    """The next event of a stream."""
    found: dict[str, str] = {}
    for line in lines:  # type: ignore[attr-defined]
        name, _, value = line.partition(": ")
        if line.startswith(":") or name == "retry":
            continue
        if name:
            found[name] = value
        elif found:
            return found
    raise EOFError


def test_a_stop_is_clean_and_quick_while_streams_are_open(tmp_path: Path) -> None:
    with (
        centre.served(tmp_path) as hub,
        httpx2.stream("GET", f"{hub.url}/v1/events", auth=centre.NURSE, timeout=20) as s,
    ):
        next(s.iter_lines())
        begun = time.monotonic()
        assert 0 == hub.stop()
        assert time.monotonic() - begun < 5
        assert "process.stopped" in hub.log.read_text()


def test_a_log_never_holds_what_a_message_says(tmp_path: Path) -> None:
    with centre.served(tmp_path) as hub:
        for raw in (centre.message(1), centre.message(2, msg_id="x"), centre.message(3)[:1200], b"<Aas>01864612632"):
            send(hub.url, raw)
        hub.stop()
        log = hub.log.read_text()
    assert not [word for word in ("Aas", "Anna", centre.TEAM_PATIENT, "Blodtrykk", "180/100") if word in log]


WRONG = [
    ("[web]\nprot = 1\n", "web.prot"),
    ("[web]\nport = 'x'\n", "web.port"),
    ("[web\n", "line 1"),
    (f"folder = '{settings.sample().parent}'\n[database]\nurl = 'mysql://x'\n", "database.url"),
    ("folder = 'nowhere'\n", "centre.toml"),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_wrong_configuration_stops_the_start_with_file_key_and_reason(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "hub.toml").write_text(text)
    command = [sys.executable, "-m", "hub.cli", "serve", "--config", str(tmp_path / "hub.toml")]
    found = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert 78 == found.returncode
    assert words in found.stderr
    assert "Traceback" not in found.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with centre.served(tmp_path) as hub:
        configuration = {"HUB_DATABASE__URL": f"sqlite:///{tmp_path / 'hub.db'}", "HUB_WEB__PORT": str(hub.port)}
        command = [sys.executable, "-m", "hub.cli", "serve", "--config", str(settings.sample())]
        found = subprocess.run(
            command, capture_output=True, text=True, timeout=30, check=False, env={**os.environ, **configuration}
        )
    assert 78 == found.returncode
    assert f"web.port: 127.0.0.1:{hub.port}" in found.stderr


@pytest.mark.parametrize("host", ["nosuch.host.invalid", "192.0.2.1"])
def test_a_host_that_is_not_here_is_named(tmp_path: Path, host: str) -> None:
    centre.configured(tmp_path)
    configuration = {"HUB_DATABASE__URL": f"sqlite:///{tmp_path / 'hub.db'}", "HUB_WEB__HOST": host}
    command = [sys.executable, "-m", "hub.cli", "serve", "--config", str(settings.sample())]
    found = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **configuration}
    )
    assert 78 == found.returncode
    assert f"web.host: {host}" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(("host", "shown"), [("::1", "[::1]:8460"), ("127.0.0.1", "127.0.0.1:8460")])
def test_an_address_is_written_so_that_it_can_be_opened(host: str, shown: str) -> None:
    assert shown == serve._at(host, 8460)


def test_the_clock_of_the_settings_is_the_one_that_pages_and_deadlines_follow(tmp_path: Path) -> None:
    clock = {"HUB_CLOCK__START": "2026-11-24T09:00:00+01:00", "HUB_CLOCK__ANCHOR": str(time.time())}
    with centre.served(tmp_path, **clock) as hub:
        send(hub.url, centre.message())
        (item,) = items(hub.url)
        assert datetime(2026, 11, 24, 15, tzinfo=UTC) == datetime.fromisoformat(str(item["due_at"]))
