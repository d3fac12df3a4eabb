"""What a sender is told over HTTP, and what is kept whatever it was."""

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from hub import service
from hub.errors import Busy, HubError, ReaderBroken, Unavailable
from hub.service import Hub
from hub.store import Writing
from hub.web import door, problem, upload
from tests import centre


async def send(client: AsyncClient, raw: bytes, **headers: str) -> Response:
    return await client.post("/v1/messages", content=raw, headers={**centre.EXCHANGE, **centre.XML, **headers})


async def held(hub: Hub) -> int:
    return (await hub.store.tally())["quarantine"]["held"]


async def test_a_good_message_is_accepted_with_its_acknowledgement(client: AsyncClient) -> None:
    answer = await send(client, centre.message())
    assert (200, "accepted", "application/xml") == (
        answer.status_code,
        answer.headers["Hub-Outcome"],
        answer.headers["Content-Type"],
    )
    assert '<Status V="1"' in answer.text


async def test_a_duplicate_gets_the_first_acknowledgement_and_changes_nothing(client: AsyncClient, hub: Hub) -> None:
    first = await send(client, centre.message())
    before = await hub.store.tally()
    again = await send(client, centre.message())
    assert (200, "duplicate", first.content) == (again.status_code, again.headers["Hub-Outcome"], again.content)
    after = await hub.store.tally()
    assert {**before, "events": {}} == {**after, "events": {}}


async def test_fifty_at_once_of_the_same_message_are_one(client: AsyncClient, hub: Hub) -> None:
    answers = await asyncio.gather(*(send(client, centre.message()) for _ in range(50)))
    outcomes = [a.headers["Hub-Outcome"] for a in answers]
    assert (1, 49) == (outcomes.count("accepted"), outcomes.count("duplicate"))
    assert 1 == len({a.content for a in answers})
    assert {"accepted": 1} == (await hub.store.tally())["messages"]


async def test_a_hundred_different_ones_at_once_are_all_there(client: AsyncClient, hub: Hub) -> None:
    answers = await asyncio.gather(*(send(client, centre.message(n)) for n in range(100)))
    assert {"accepted"} == {a.headers["Hub-Outcome"] for a in answers}
    tally = await hub.store.tally()
    assert (100, 100, 0) == (
        tally["messages"]["accepted"],
        tally["outbox"]["apprec"],
        tally["lost"]["accepted without an item"],
    )


REJECTED = [
    ({"msg_id": "no-uuid"}, "E10"),
    ({"patient": ""}, "E36"),
    ({"service": "900999"}, "E21"),
]


@pytest.mark.parametrize(("changes", "code"), REJECTED)
async def test_a_bad_message_is_rejected_with_the_standards_code(
    client: AsyncClient, hub: Hub, changes: dict[str, str], code: str
) -> None:
    answer = await send(client, centre.message(**changes))
    assert (200, "rejected") == (answer.status_code, answer.headers["Hub-Outcome"])
    assert [code] == re.findall(r'<Error [^>]*V="(\w+)"', answer.text)
    assert ({"rejected": 1}, {}) == ((await hub.store.tally())["messages"], (await hub.store.tally())["items"])


async def test_what_breaks_the_schema_is_rejected_as_such(client: AsyncClient) -> None:
    raw = centre.message().replace(b"<MIGversion>v1.2 2006-05-24</MIGversion>", b"<MIGversion>v9</MIGversion>")
    answer = await send(client, raw)
    assert {"T02"} == set(re.findall(r'<Error [^>]*V="(\w+)"', answer.text))


UNREADABLE = [b"", b"rubbish", b"<a/>", b"<!DOCTYPE x><a/>", centre.message().decode().encode("utf-16"), b"\x00\xff"]


@pytest.mark.parametrize("raw", UNREADABLE)
async def test_what_names_no_sender_is_held_and_told_in_plain_words(client: AsyncClient, hub: Hub, raw: bytes) -> None:
    answer = await send(client, raw)
    assert (422, "application/problem+json") == (answer.status_code, answer.headers["Content-Type"])
    (fault, *_) = answer.json()["faults"]
    assert fault["en"] and fault["nb"] and fault["code"]
    assert 1 == await held(hub)


async def test_a_message_for_somebody_else_is_held_without_an_acknowledgement(client: AsyncClient, hub: Hub) -> None:
    answer = await send(client, centre.message(practice="900998", service="900999"))
    assert (422, "quarantined") == (answer.status_code, answer.headers["Hub-Outcome"])
    assert "900998" in answer.json()["detail"]
    assert (1, {}) == (await held(hub), (await hub.store.tally())["outbox"])


async def test_a_key_sends_only_for_its_own_sender(client: AsyncClient, hub: Hub) -> None:
    answer = await send(client, centre.message(), Authorization="Bearer sample-key-storfjell-sykehus")
    assert (403, 1, {}) == (answer.status_code, await held(hub), (await hub.store.tally())["messages"])


async def test_nobody_sends_under_another_partners_service(client: AsyncClient, hub: Hub) -> None:
    """The answer would lie in the hospital's mailbox."""
    raw = centre.message().replace(b"<Id>900201</Id>", b"<Id>900403</Id>")
    for key in ("fjordbyen-kommune", "exchange"):
        answer = await send(client, raw, Authorization=f"Bearer sample-key-{key}")
        assert (403, {}) == (answer.status_code, (await hub.store.tally())["outbox"])


async def test_a_service_that_nobody_listed_still_gets_its_answers(client: AsyncClient) -> None:
    raw = centre.message().replace(b"<Id>900201</Id>", b"<Id>900299</Id>")
    key = {"Authorization": "Bearer sample-key-fjordbyen-kommune"}
    assert "accepted" == (await send(client, raw, **key)).headers["Hub-Outcome"]
    for box in ("900299", "900200"):
        assert 1 == len((await client.get(f"/v1/mailboxes/{box}/messages", headers=key)).json())


async def test_a_sender_without_a_her_id_has_a_mailbox_by_what_it_has(client: AsyncClient) -> None:
    sender = b'<Id>900200</Id><TypeId V="HER" DN="HER-id"'
    raw = centre.message().replace(sender, b'<Id>100000016</Id><TypeId V="ENH" DN="Org"').replace(b"900201", b"")
    assert "accepted" == (await send(client, raw)).headers["Hub-Outcome"]
    found = await client.get("/v1/mailboxes/ENH:100000016/messages", headers=centre.EXCHANGE)
    assert ["apprec"] == [x["kind"] for x in found.json()]


async def test_one_odd_message_does_not_hurt_those_that_came_with_it(client: AsyncClient) -> None:
    other = b"<RoleReceiver V='FR'/>"
    receiver = centre.message().split(b"<Receiver>")[1].split(b"</Receiver>")[0]
    odd = centre.message(99, practice="900998", service="900999").replace(
        b"</Receiver>", b"</Receiver><OtherReceiver>" + other + receiver + b"</OtherReceiver>"
    )
    answers = await asyncio.gather(*(send(client, centre.message(n)) for n in range(20)), send(client, odd))
    assert {"accepted"} == {a.headers["Hub-Outcome"] for a in answers}
    assert all(a.content for a in answers)


async def test_the_same_id_with_other_content_is_a_conflict_and_is_kept(client: AsyncClient, hub: Hub) -> None:
    await send(client, centre.message())
    answer = await send(client, centre.message(text="Noe annet"))
    assert (409, "conflict", 1) == (answer.status_code, answer.headers["Hub-Outcome"], await held(hub))


@pytest.mark.parametrize("headers", [{"Authorization": ""}, {"Authorization": "Bearer wrong"}])
async def test_nobody_sends_without_a_key(client: AsyncClient, hub: Hub, headers: dict[str, str]) -> None:
    answer = await send(client, centre.message(), **headers)
    assert (401, {}) == (answer.status_code, (await hub.store.tally())["messages"])
    assert "Bearer" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("kind", ["text/plain", "application/json", ""])
async def test_another_content_type_is_refused(client: AsyncClient, kind: str) -> None:
    answer = await send(client, centre.message(), **{"Content-Type": kind})
    assert 415 == answer.status_code


async def test_what_is_too_large_is_refused_before_it_is_read(client: AsyncClient) -> None:
    async def endless() -> object:
        for _ in range(100):
            yield b"x" * 100_000

    announced = await send(client, b"x" * 1_000_001)
    streamed = await client.post("/v1/messages", content=endless(), headers={**centre.EXCHANGE, **centre.XML})
    assert [413, 413] == [announced.status_code, streamed.status_code]


async def test_no_more_bytes_are_taken_in_at_once_than_fit(
    client: AsyncClient, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "AFLOAT", 2 * len(centre.message()))
    monkeypatch.setattr(upload, "SMALL", 0)
    answers = await asyncio.gather(*(send(client, centre.message(n)) for n in range(9)))
    assert {200, 503} == {a.status_code for a in answers}
    assert {"urn:sambud:busy"} == {a.json()["type"] for a in answers if a.status_code == 503}
    again = [await send(client, centre.message(n)) for n in range(9)]
    assert [200] * 9 == [a.status_code for a in again]


async def test_a_message_that_is_alone_is_never_too_much(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "AFLOAT", 1)
    monkeypatch.setattr(upload, "SMALL", 0)
    assert 200 == (await send(client, centre.message())).status_code


async def test_the_raw_message_is_kept_byte_for_byte(client: AsyncClient, hub: Hub) -> None:
    raw = b"\xef\xbb\xbf" + centre.message().replace(b"\n", b"\r\n")
    await send(client, raw)
    (line,) = await hub.store.lines(hub.directory.people["kari.moen"].inboxes[0])
    stored = await hub.store.stored(line.item.id)
    assert raw == (stored and stored.raw)


async def test_latin_1_is_read_as_it_declares(client: AsyncClient, hub: Hub) -> None:
    text = centre.message(subject="Smøring på såret").decode().replace("UTF-8", "ISO-8859-1")
    await send(client, text.encode("latin-1"))
    (line,) = await hub.store.lines(hub.directory.people["kari.moen"].inboxes[0])
    assert "Smøring på såret" == line.item.headline.subject


@pytest.mark.parametrize("error", [Busy("x"), Unavailable("x"), ReaderBroken("x")])
def test_who_should_come_again_is_told_when(error: HubError) -> None:
    assert "5" == problem.of(error).headers["Retry-After"]


async def test_a_message_that_cannot_be_written_costs_itself_only(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strangers' messages share a batch, and none of them may suffer for another."""
    good = service.Hub._writing

    def spoiled(hub: service.Hub, delivery: service.Delivery, *rest: Any) -> Writing:
        writing = good(hub, delivery, *rest)
        return replace(writing, documents=(object(),)) if b"spoiled" in delivery.raw else writing

    monkeypatch.setattr(service.Hub, "_writing", spoiled)
    subjects = ("first", "spoiled", "last")
    sent = [centre.message(n, subject=subject) for n, subject in enumerate(subjects)]
    answers = await asyncio.gather(*(send(client, raw) for raw in sent))
    assert [200, 500, 200] == [answer.status_code for answer in answers]
