"""How the hub runs elsewhere: no container engine runs here, so the files are held against what they speak of."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from hub import __version__, settings

DEPLOY = Path(__file__).parents[2] / "deploy"
ROOT = DEPLOY.parent
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: s for name, s in SERVICES.items() if s["image"].startswith("sambud:")}
WORKERS = {"intake", "relay", "watch", "audit"}
# A variable that has to be given, and what somebody may have given.
GIVEN = re.compile(r"\$\{\w+:\?\}")
SECRET = "s3cret"


def instructions(name: str) -> list[tuple[str, list[str]]]:
    """The lines of the Containerfile that begin with an instruction, those that were broken put together again."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    words = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return [(first, rest) for first, *rest in words if first == name]


def environment(service: dict[str, Any]) -> dict[str, str]:
    """What a service's process finds in its environment."""
    return {name: GIVEN.sub(SECRET, value) for name, value in service["environment"].items()}


@cache
def known_processes() -> set[str]:
    """The words that `python -m workers` takes."""
    command = [sys.executable, "-m", "workers", "--help"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = re.search(r"\{([a-z,]+)\}", said)
    assert found
    return set(found[1].split(","))


def test_all_of_the_hub_is_there() -> None:
    assert {"rabbitmq", "postgres", "migrate", "web", *WORKERS} == set(SERVICES)
    assert {"migrate", "web", *WORKERS} == set(OURS)
    assert {2} == {SERVICES[name]["deploy"]["replicas"] for name in WORKERS}


@pytest.mark.parametrize("name", OURS)
def test_every_setting_of_a_service_exists_and_may_have_its_value(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in environment(OURS[name]).items():
        monkeypatch.setenv(key, value)
    found = settings.load(settings.sample())
    assert f"postgresql://sambud:{SECRET}@postgres/sambud" == found.database.url
    assert (f"amqp://sambud:{SECRET}@rabbitmq:5672/",) == found.broker.urls


@pytest.mark.parametrize("name", sorted({"web", *WORKERS}))
def test_every_process_is_one_that_is_known(name: str) -> None:
    *command, process = SERVICES[name]["command"]
    assert ["python", "-m", "workers"] == command
    assert process == {"web": "serve"}.get(name, name)
    assert process in known_processes()


def test_the_database_is_migrated_by_a_command_that_is_known() -> None:
    assert ["hub", "migrate"] == SERVICES["migrate"]["command"]
    assert "no" == SERVICES["migrate"]["restart"]
    subprocess.run([sys.executable, "-m", "hub.cli", "migrate", "--help"], cwd=ROOT, capture_output=True, check=True)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_waits_for_services_that_are_there_and_can_tell(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        # The image of ours has a health check of its own.
        tells = other in OURS or "healthcheck" in SERVICES[other]
        assert tells or how["condition"] != "service_healthy"
        assert how["condition"] != "service_completed_successfully" or SERVICES[other]["restart"] == "no"


def test_no_image_comes_without_a_tag_or_from_a_place_that_is_named() -> None:
    images = [s["image"] for s in SERVICES.values()] + [words[0] for _, words in instructions("FROM")]
    for image in images:
        assert re.fullmatch(r"[a-z]+:[\w.-]+", image), image
        assert not image.endswith(":latest")
    assert {f"sambud:{__version__}"} == {s["image"] for s in OURS.values()}


@pytest.mark.parametrize("name", OURS)
def test_a_service_may_do_no_more_than_it_must(name: str) -> None:
    service = OURS[name]
    assert (True, ["ALL"]) == (service["read_only"], service["cap_drop"])
    assert all(mounted.endswith(":ro") for mounted in service["volumes"])


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_mounted_is_there(name: str) -> None:
    for mounted in SERVICES[name].get("volumes", ()):
        source = mounted.split(":")[0]
        assert source in COMPOSE["volumes"] or (DEPLOY / source).exists()


@pytest.mark.parametrize("name", SERVICES)
def test_no_door_is_opened_to_other_machines(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@pytest.mark.parametrize("name", sorted(WORKERS))
def test_a_worker_is_asked_for_its_health_where_it_answers(name: str) -> None:
    given = environment(SERVICES[name])
    assert int(given["HUB_WORKER__HEALTH_PORT"]) == urlsplit(given["SAMBUD_HEALTH"]).port


def test_the_image_asks_the_web_for_its_health_where_it_answers() -> None:
    (address,) = (words[0] for _, words in instructions("ENV") if words[0].startswith("SAMBUD_HEALTH="))
    assert f"SAMBUD_HEALTH=http://127.0.0.1:{settings.Web().port}/health" == address
    assert "SAMBUD_HEALTH" not in environment(SERVICES["web"])
    ((_, words),) = instructions("HEALTHCHECK")
    assert "os.environ['SAMBUD_HEALTH']" in " ".join(words)


def test_the_image_has_what_is_locked_and_runs_as_nobody_in_particular() -> None:
    installed = [" ".join(words) for _, words in instructions("RUN") if words[:2] == ["pip", "install"]]
    assert 3 == len(installed)
    for line in installed:
        assert "--require-hashes" in line or {"--no-deps", "--no-index"} <= set(line.split()), line
    assert ["10001"] == [user for _, (user,) in instructions("USER")]
    assert '["python", "-m", "workers", "serve"]' == " ".join(instructions("CMD")[-1][1])


def test_what_the_image_copies_is_there() -> None:
    for _, words in instructions("COPY"):
        if not words[0].startswith("--from"):
            assert all((ROOT / source).exists() for source in words[:-1]), words
