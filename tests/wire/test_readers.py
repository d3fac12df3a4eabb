"""Reader processes: what one message does to them costs that message only."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import uvloop

from hub.errors import BadConfiguration, ReaderBroken
from hub.message import Fault, Message, Reading, Unreadable
from hub.wire import Readers, crossing, reader, readers
from tests.wire.builders import PDF, attachment, dialogue
from tests.wire.test_samples import SAMPLES

GOOD = dialogue()
ROOT = Path(__file__).parent.parent.parent
PLANTED = "tests.wire.planted"


@pytest.fixture
async def planted() -> AsyncIterator[Readers]:
    """One reader that some bytes can harm."""
    async with Readers(seconds=0.5, program=PLANTED) as made:
        yield made


async def told(readers: Readers, batch: list[bytes]) -> list[str]:
    """A word for each reading: ok, or what went wrong."""
    return [_word(reading) for reading in await readers.read(batch)]


def _word(reading: Reading) -> str:
    return "ok" if isinstance(reading, Message) else fault(reading).en.partition(":")[0]


def fault(reading: Reading) -> Fault:
    assert isinstance(reading, Unreadable), reading
    return reading.faults[0]


async def test_every_sample_is_read_as_without_a_process() -> None:
    raws = [path.read_bytes() for path in sorted(SAMPLES.glob("*.xml"))]
    async with Readers() as made:
        assert [reader.arriving(raw) for raw in raws] == await made.read(raws)
        assert [reader.again(raw) for raw in raws] == await made.read(raws, stored=True)
        assert [] == await made.read([])


async def test_the_limit_holds_in_the_process() -> None:
    async with Readers(limit=len(GOOD) - 1) as made:
        (read,) = await made.read([GOOD])
        assert f"The message has {len(GOOD)} bytes; at most {len(GOOD) - 1} are taken" == fault(read).en


async def test_what_is_stored_is_read_whatever_the_limit_is_now() -> None:
    async with Readers(limit=len(GOOD) - 1) as made:
        assert [reader.read(GOOD)] == await made.read([GOOD], stored=True)
        assert ["ok"] * 100 == [_word(r) for r in await made.read([GOOD] * 100, stored=True)]
        assert f"The message has {len(GOOD)} bytes" == (await told(made, [GOOD]))[0].partition(";")[0]


async def test_what_is_stored_and_harms_the_reader_costs_itself_only() -> None:
    async with Readers(limit=len(GOOD) - 1, seconds=0.5, program=PLANTED) as made:
        read = await made.read([GOOD, b"DIE", GOOD], stored=True)
    assert ["ok", "Reading this message ended the reader", "ok"] == [_word(r) for r in read]


async def test_a_large_batch_comes_back_in_order_from_several_processes() -> None:
    async with Readers(count=2) as made:
        batch = [GOOD if n % 3 else str(n).encode() for n in range(1_000)]
        assert [reader.arriving(raw) for raw in batch] == await made.read(batch)
        assert 2 == len(set(made.pids))


async def test_many_may_ask_at_once() -> None:
    async with Readers(count=2) as made:
        answers = await asyncio.gather(*(made.read([GOOD, b"", GOOD]) for _ in range(20)))
    expected = [reader.arriving(GOOD), reader.arriving(b""), reader.arriving(GOOD)]
    assert [expected] * 20 == answers


DEADLY = {
    b"DIE": "Reading this message ended the reader",
    b"HOG": "Reading this message ended the reader",
    b"BABBLE": "Reading this message ended the reader",
    b"MUMBLE": "Reading this message ended the reader",
    b"HANG": "Reading this message took more than 0.5 seconds and was stopped",
}


@pytest.mark.parametrize(("order", "said"), DEADLY.items(), ids=lambda x: str(x))
async def test_a_message_that_harms_the_reader_costs_itself_only(planted: Readers, order: bytes, said: str) -> None:
    before = planted.pids
    assert ["ok", "ok", said, "ok"] == await told(planted, [GOOD, GOOD, order, GOOD])
    assert before != planted.pids
    assert ["ok"] == await told(planted, [GOOD])


async def test_several_that_harm_cost_themselves_only(planted: Readers) -> None:
    said = "Reading this message ended the reader"
    assert [said, "ok", said, said, "ok"] == await told(planted, [b"DIE", GOOD, b"HOG", b"DIE", GOOD])


async def test_a_message_that_harms_is_unreadable_with_a_format_code(planted: Readers) -> None:
    died, hung = [fault(r) for r in await planted.read([b"DIE", b"HANG"])]
    assert ("T99", "T99") == (died.code, hung.code)


async def test_a_mistake_of_ours_is_told_by_kind_and_place_only(capfd: pytest.CaptureFixture[str]) -> None:
    async with Readers(program=PLANTED) as made:
        (read,) = await made.read([b"BUG"])
    assert "X99" == fault(read).code
    said = capfd.readouterr().err
    assert "reader.failed error=ValueError at=" in said
    assert "planted.py:" in said
    assert "Nordmann" not in said + repr(read)


async def test_a_process_that_somebody_kills_costs_nothing() -> None:
    async with Readers(count=2) as made:
        for pid in made.pids:
            os.kill(pid, signal.SIGKILL)
        assert ["ok"] * 100 == await told(made, [GOOD] * 100)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("pause", [0.0, 0.01, 0.3])
def test_a_process_that_died_while_nobody_asked_costs_nothing(
    run: Callable[[Coroutine[Any, Any, list[str]]], list[str]], pause: float
) -> None:
    async def asked() -> list[str]:
        async with Readers() as made:
            before = made.pids
            os.kill(before[0], signal.SIGKILL)
            await asyncio.sleep(pause)
            words = await told(made, [GOOD])
            assert before != made.pids
            return words

    # In a thread, because this one has an event loop of its own.
    with ThreadPoolExecutor(1) as thread:
        assert ["ok"] == thread.submit(run, asked()).result()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_a_pipe_that_closes_before_the_end_is_seen_costs_nothing(
    run: Callable[[Coroutine[Any, Any, list[str]]], list[str]],
) -> None:
    async def asked() -> list[str]:
        async with Readers() as made:
            (process,) = [each._process for each in made._readers]
            assert process is not None and process.stdin is not None
            process.stdin.close()
            return await told(made, [GOOD])

    with ThreadPoolExecutor(1) as thread:
        assert ["ok"] == thread.submit(run, asked()).result()


async def test_a_process_that_is_killed_while_it_reads_costs_nothing() -> None:
    large = dialogue(attachments=attachment(data=PDF + "A" * 20_000_000))
    async with Readers() as made:
        asking = asyncio.create_task(made.read([large]))
        await asyncio.sleep(0.05)
        os.kill(made.pids[0], signal.SIGKILL)
        assert isinstance((await asking)[0], Message)


async def test_signals_that_stop_the_hub_do_not_stop_the_reader() -> None:
    async with Readers() as made:
        (pid,) = made.pids
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(pid, each)
        assert ["ok"] == await told(made, [GOOD])
        assert (pid,) == made.pids


async def test_a_question_that_is_given_up_does_not_answer_the_next(planted: Readers) -> None:
    for seconds in (0.0, 0.001, 0.01, 0.1):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(seconds):
                await planted.read([GOOD, b"HANG"])
        assert ["ok", "The message is empty"] == await told(planted, [GOOD, b""])


async def test_questions_that_wait_for_a_reader_can_be_given_up(planted: Readers) -> None:
    hanging = asyncio.create_task(planted.read([b"HANG"]))
    await asyncio.sleep(0.01)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await planted.read([GOOD])
    assert ["Reading this message took more than 0.5 seconds and was stopped"] == [_word(r) for r in await hanging]
    assert ["ok"] == await told(planted, [GOOD])


async def test_the_reader_reaches_neither_files_nor_network_nor_other_processes(
    planted: Readers, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        read = await planted.read([f"OPEN {file}".encode(), f"WRITE {file}2".encode(), f"CONNECT {port}".encode()])
    assert ["The document is OSError in namespace “Too many open files”; what is read is MsgHead"] * 3 == [
        fault(each).en.partition(" 1.2")[0] for each in read
    ]
    assert [file] == list(tmp_path.iterdir())


async def test_the_reader_inherits_nothing_but_its_pipes() -> None:
    async with Readers() as made:
        (pid,) = made.pids
        assert ["0", "1", "2"] == sorted(path.name for path in Path(f"/proc/{pid}/fd").iterdir())
        assert b"" == Path(f"/proc/{pid}/environ").read_bytes()
        assert "/" == str(Path(f"/proc/{pid}/cwd").readlink())
        limits = Path(f"/proc/{pid}/limits").read_text()
    for name in ("Max open files", "Max core file size", "Max processes"):
        assert [name, "0", "0"] == [name, *limits.partition(name)[2].split()[:2]]
    assert [str(512 * 2**20)] * 2 == limits.partition("Max address space")[2].split()[:2]


async def test_the_largest_message_fits_in_the_memory_of_a_reader() -> None:
    large = dialogue(attachments=attachment(data=PDF + "QUJD" * (34_999_989 // 3)))
    async with Readers(seconds=30) as made:
        (read,) = await made.read([large])
    assert isinstance(read, Message)
    assert 34_999_998 == read.attachments[0].size


async def test_no_process_is_left() -> None:
    async with Readers(count=3) as made:
        pids = made.pids
        assert [True] * 3 == [alive(pid) for pid in pids]
    assert [False] * 3 == [alive(pid) for pid in pids]


async def test_no_process_is_left_when_one_hangs() -> None:
    async with Readers(program=PLANTED, seconds=30) as made:
        (pid,) = made.pids
        hanging = asyncio.create_task(made.read([b"HANG"]))
        await asyncio.sleep(0.1)
        hanging.cancel()
    assert not alive(pid)


PARENT = """
import asyncio, sys
from hub.wire import Readers
async def main():
    async with Readers(program=sys.argv[1], seconds=0.1) as made:
        print(made.pids[0], flush=True)
        if len(sys.argv) > 2:
            made._seconds = 60
            await made.read([sys.argv[2].encode()])
        await asyncio.sleep(60)
asyncio.run(main())
"""


def test_a_reader_ends_when_the_hub_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, "hub.wire.reading"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    wait_for_the_end(pid)


async def test_a_reader_that_hangs_ends_by_itself_when_nobody_else_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "ALARM_AFTER", 0)
    async with Readers(program=PLANTED, seconds=1) as made:
        (pid,) = made.pids
        start = time.monotonic()
        (process,) = [each._process for each in made._readers]
        assert process is not None
        with pytest.raises(asyncio.IncompleteReadError):
            await readers._exchange(process, readers.Question([b"HANG"], crossing.replied), 1)
        assert time.monotonic() - start < 10
        wait_for_the_end(pid)


async def test_a_reader_that_does_not_start_is_tried_again_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "PAUSES", (0.01, 0.01))
    with pytest.raises(ReaderBroken, match="the reader process does not start"):
        async with Readers(program="json"):
            pass


async def test_broken_schemas_stop_the_start_with_file_and_reason(tmp_path: Path) -> None:
    place = tmp_path / "broken.py"
    place.write_text(
        "from hub.errors import BadConfiguration\n"
        "from hub.wire import catalogue, reading\n"
        "def schema():\n    raise BadConfiguration('a.xsd', '', 'it is torn')\n"
        "def main(memory, limit):\n    catalogue.schema = schema\n    reading.main(memory, limit)\n"
    )
    sys.path.append(str(tmp_path))
    try:
        with pytest.raises(BadConfiguration, match=r"a\.xsd: it is torn"):
            async with Readers(count=2, program="broken"):
                pass
    finally:
        sys.path.remove(str(tmp_path))


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for_the_end(pid: int) -> None:
    for _ in range(500):
        if not alive(pid):
            return
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError("the reader outlived the hub")
