"""A colleague is asked for a second opinion, and the item stays where it is, with its clock and whoever has it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub import consulting, opening
from hub.desk import Act
from hub.directory import InboxId, Person, PersonId
from hub.errors import BadRequest, NotAllowed, Unknown
from hub.item import Action, Item, Outcome
from hub.record import Opinion
from hub.service import Delivery, Hub
from hub.settings import Database
from tests import centre as sample
from tests.web.running import MORNING, TEAM, Centre, message, text_of

QUESTION, OPINION = "Skal dosen ned?", "Ja, halver den."


@pytest.fixture
async def hub(url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub of the sample centre, on each kind of database."""
    configured = sample.configured(tmp_path).model_copy(update={"database": Database(url=url)})
    async with sample.opened(configured) as opened:
        yield opened


def person(hub: Hub, id: str = "kari.moen") -> Person:
    return hub.directory.people[PersonId(id)]


def gp(hub: Hub) -> tuple[Person, InboxId]:
    """Nora Nordli, a GP, and her own inbox."""
    inbox = hub.directory.personal(PersonId("nora.nordli"))
    assert inbox is not None
    return person(hub, "nora.nordli"), inbox.id


async def received(hub: Hub) -> Item:
    exchange = next(s for s in hub.accounts.systems.values() if s.any)
    await hub.receive([Delivery(message(), exchange)], MORNING)
    return (await hub.store.lines(TEAM))[0].item


async def asked(hub: Hub, item: Item) -> Opinion:
    return await consulting.ask(hub, item.id, gp(hub)[1], QUESTION, person(hub), MORNING)


async def test_the_item_is_as_it_was_and_the_journal_has_no_word_of_it(hub: Hub) -> None:
    item, (doctor, inbox) = await received(hub), gp(hub)
    before = await hub.store.stored(item.id)
    question = await asked(hub, item)
    later = MORNING + timedelta(minutes=5)
    given = await consulting.give(hub, question.number, OPINION, doctor, later)
    said = Opinion(question.number, item.id, inbox, person(hub).id, QUESTION, MORNING, OPINION, doctor.id, later)
    assert said == given
    assert [given] == await consulting.about(hub, item.id, person(hub))
    assert before == await hub.store.stored(item.id)
    for inboxes in ([TEAM], [inbox]):
        lines = [x for x in await hub.store.journal(0, inboxes) if x.event.startswith("opinion.")]
        assert [("opinion.asked", item.id), ("opinion.given", item.id)] == [(x.event, x.item) for x in lines]
        assert [{"to": inbox}, {"to": inbox}] == [x.detail for x in lines]


async def test_who_is_asked_reads_the_item_while_it_is_open_and_does_nothing_to_it(hub: Hub) -> None:
    item, (doctor, _) = await received(hub), gp(hub)
    with pytest.raises(NotAllowed):
        await hub.open(item.id, doctor)
    await asked(hub, item)
    assert item == (await hub.open(item.id, doctor)).item
    assert item == await opening.item(hub.store, item.id, doctor, MORNING)
    for act in (Act(Action.CLAIM), Act(Action.ANSWER, "Ja.")):
        with pytest.raises(NotAllowed):
            await hub.act(item.id, act, item.version, doctor, MORNING)
    with pytest.raises(NotAllowed):
        await consulting.ask(hub, item.id, TEAM, "Hva?", doctor, MORNING)
    await hub.act(item.id, Act(Action.CLOSE, outcome=Outcome.TELEPHONE), item.version, person(hub), MORNING)
    with pytest.raises(NotAllowed):
        await hub.open(item.id, doctor)


async def test_it_is_answered_once_by_the_inbox_that_was_asked_and_as_long_as_somebody_waits(hub: Hub) -> None:
    item, (doctor, inbox) = await received(hub), gp(hub)
    first, second = await asked(hub, item), await asked(hub, item)
    with pytest.raises(NotAllowed):
        await consulting.give(hub, first.number, OPINION, person(hub), MORNING)
    with pytest.raises(Unknown):
        await consulting.give(hub, 999, OPINION, doctor, MORNING)
    await consulting.give(hub, first.number, OPINION, doctor, MORNING)
    with pytest.raises(BadRequest, match="answered this question already"):
        await consulting.give(hub, first.number, "Nei.", doctor, MORNING)
    assert [second] == [x for x, _ in await consulting.waiting(hub, [inbox])]
    await hub.act(item.id, Act(Action.CLOSE, outcome=Outcome.TELEPHONE), item.version, person(hub), MORNING)
    assert [] == await consulting.waiting(hub, [inbox])
    with pytest.raises(BadRequest, match="nobody waits"):
        await consulting.give(hub, second.number, OPINION, doctor, MORNING)
    with pytest.raises(BadRequest, match="nothing to ask"):
        await asked(hub, item)


@pytest.mark.parametrize(
    ("to", "question", "why"),
    [(TEAM, "Hva?", "choose another"), ("test", "Hva?", "choose another"), ("vakt", " ", "write")],
)
async def test_a_question_needs_words_and_another_inbox_of_the_practice(
    centre: Centre, to: str, question: str, why: str
) -> None:
    await centre.receive(message())
    item = await centre.item()
    with pytest.raises(BadRequest, match=why):
        await consulting.ask(centre.hub, item.id, InboxId(to), question, person(centre.hub), MORNING)


async def test_from_page_to_page_the_question_and_the_opinion_are_read_by_both(centre: Centre) -> None:
    await centre.receive(message())
    item, (_, inbox) = await centre.item(), gp(centre.hub)
    async with centre.client("kari.moen") as nurse, centre.client("nora.nordli") as doctor:
        done = await nurse.post(f"/items/{item.id}/opinions", data={"to": inbox, "text": QUESTION})
        shown = text_of(await nurse.get(done.headers["location"]))
        assert "En kollega er spurt. Meldingen blir her." in shown
        assert 1 == shown.count("Kari Moen ba Nora Nordli om en vurdering")
        listed = await doctor.get(f"/inboxes/{inbox}")
        assert f"Spørsmål fra kolleger 1 Anna Aas {QUESTION} Kari Moen, i dag" in text_of(listed)
        page = await doctor.get(f"/items/{item.id}")
        assert QUESTION in text_of(page)
        for id in ("claim", "answer", "close", "telephone", "wrong-address", "consult"):
            assert f'id="{id}"' not in page.text
        (number,) = [x.number for x in await consulting.about(centre.hub, item.id, person(centre.hub))]
        empty = await doctor.post(f"/items/{item.id}/opinions/{number}", data={"text": " "})
        assert (400, True) == (empty.status_code, "Skriv hva du mener." in text_of(empty))
        given = await doctor.post(f"/items/{item.id}/opinions/{number}", data={"text": OPINION})
        listed = await doctor.get(given.headers["location"])
        assert (True, False) == ("Vurderingen din er gitt." in text_of(listed), QUESTION in listed.text)
        shown = text_of(await nurse.get(f"/items/{item.id}"))
        assert OPINION in shown and "Nora Nordli ga sin vurdering" in shown
        twice = await doctor.post(f"/items/{item.id}/opinions/{number}", data={"text": "Nei, øk den."})
        assert (400, True) == (twice.status_code, ">\nNei, øk den.</textarea>" in twice.text)


async def test_a_program_asks_is_asked_and_answers(centre: Centre) -> None:
    await centre.receive(message())
    item, (_, inbox) = await centre.item(), gp(centre.hub)
    async with centre.client("kari.moen") as nurse, centre.client("nora.nordli") as doctor:
        body = {"to": inbox, "question": QUESTION}
        question = await nurse.post(f"/v1/items/{item.id}/opinions", json=body)
        assert (201, None) == (question.status_code, question.json()["answer"])
        assert [question.json()] == (await doctor.get(f"/v1/inboxes/{inbox}/opinions")).json()
        path = f"/v1/opinions/{question.json()['id']}/answer"
        assert 403 == (await nurse.post(path, json={"text": OPINION})).status_code
        given = (await doctor.post(path, json={"text": OPINION})).json()
        assert (OPINION, "nora.nordli") == (given["answer"], given["answered_by"])
        assert [given] == (await nurse.get(f"/v1/items/{item.id}/opinions")).json()
        assert [] == (await doctor.get(f"/v1/inboxes/{inbox}/opinions")).json()
        assert 403 == (await nurse.get(f"/v1/inboxes/{inbox}/opinions")).status_code


async def test_what_is_asked_and_answered_under_a_key_is_so_once_and_lists_go_on(centre: Centre) -> None:
    await centre.receive(message())
    item, (_, inbox) = await centre.item(), gp(centre.hub)
    path, list = f"/v1/items/{item.id}/opinions", f"/v1/inboxes/{inbox}/opinions"
    async with centre.client("kari.moen") as nurse, centre.client("nora.nordli") as doctor:
        body, key = {"to": inbox, "question": QUESTION}, {"Idempotency-Key": "one"}
        sent = await asyncio.gather(*(nurse.post(path, json=body, headers=key) for _ in range(5)))
        assert ({201}, 1) == ({x.status_code for x in sent}, len({x.text for x in sent}))
        assert 4 == sum("idempotent-replayed" in x.headers for x in sent)
        other = await nurse.post(path, json=body | {"question": "Og nå?"}, headers=key)
        assert 422 == other.status_code
        await nurse.post(path, json=body | {"question": "Og nå?"})
        # The same words again are another question, and the key's answer is its own.
        again = await nurse.post(path, json=body)
        replayed = await nurse.post(path, json=body, headers=key)
        assert (sent[0].json(), True) == (replayed.json(), sent[0].json()["id"] != again.json()["id"])
        first = await doctor.get(list, params={"limit": 2})
        rest = await doctor.get(first.links["next"]["url"])
        assert [QUESTION, "Og nå?", QUESTION] == [x["question"] for x in first.json() + rest.json()]
        answer = {"json": {"text": OPINION}, "headers": {"Idempotency-Key": "two"}}
        given = [await doctor.post(f"/v1/opinions/{first.json()[0]['id']}/answer", **answer) for _ in range(2)]
        assert ([200, 200], given[0].json()) == ([x.status_code for x in given], given[1].json())
        given_here = [
            x for x in await centre.hub.store.history(item.id) if (x.event, x.inbox) == ("opinion.given", TEAM)
        ]
        assert 1 == len(given_here)


async def test_what_a_colleague_is_asked_is_kept_by_the_sign_in(centre: Centre) -> None:
    await centre.receive(message())
    item, (_, inbox) = await centre.item(), gp(centre.hub)
    async with centre.client() as client:
        for path in (f"/items/{item.id}/opinions", f"/items/{item.id}/opinions/1"):
            kept = await client.post(path, data={"to": inbox, "text": QUESTION})
            assert (401, True) == (kept.status_code, f'name="text" value="{QUESTION}"' in kept.text)
