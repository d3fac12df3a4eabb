"""Configurations are kept whole: each as it was loaded, one after the other, and the last one is in force."""

import asyncio
from dataclasses import replace

from sqlalchemy import func, select

from hub.record import Version
from hub.registry import archive
from hub.store import Store
from hub.store.tables import configuration_file
from tests import builders

FILES = {"centre.toml": b"a" * 100_000, "patients.csv": "æøå".encode()}


def version(number: int, files: dict[str, bytes] | None = None) -> Version:
    named = {name: archive.digest(content) for name, content in (files or FILES).items()}
    return Version(number, builders.TUESDAY, "kari", "because", named)


async def put(store: Store, number: int, files: dict[str, bytes] | None = None) -> bool:
    contents = {archive.digest(content): content for content in (files or FILES).values()}
    return await store.put_version(version(number, files), contents)


async def test_where_nothing_was_loaded_there_is_no_version(store: Store) -> None:
    assert (0, []) == (await store.newest_version(), await store.versions())
    assert (None, None) == (await store.version(1), await store.version_in_force())


async def test_a_version_comes_back_as_it_was_loaded(store: Store) -> None:
    assert await put(store, 1)
    found = await store.version(1)
    assert (1, version(1)) == (await store.newest_version(), found)
    assert found is not None
    contents = await store.contents(set(found.files.values()))
    assert FILES == {name: contents[digest] for name, digest in found.files.items()}


async def test_the_last_one_comes_first_and_says_what_it_took_up_again(store: Store) -> None:
    await put(store, 1)
    await put(store, 2, {"centre.toml": b"b"})
    again = replace(version(3), again=1, why="undo of 2")
    assert await store.put_version(again, {archive.digest(x): x for x in FILES.values()})
    assert [again, version(2, {"centre.toml": b"b"}), version(1)] == await store.versions()
    assert ([again], again) == (await store.versions(1), await store.version_in_force())


async def test_of_two_who_load_at_once_one_is_told_that_it_came_too_late(url: str) -> None:
    async with Store(url) as one, Store(url) as other:
        await put(one, 1)
        done = await asyncio.gather(put(one, 2, {"centre.toml": b"one"}), put(other, 2, {"centre.toml": b"other"}))
        assert ([False, True], 2) == (sorted(done), await one.newest_version())
        assert not await put(one, 4)


async def test_what_two_versions_share_is_kept_once(store: Store) -> None:
    await put(store, 1)
    await put(store, 2, FILES | {"centre.toml": b"another"})
    count = await store._readers.run(
        lambda c: c.execute(select(func.count()).select_from(configuration_file)).scalar_one()
    )
    assert 3 == count
