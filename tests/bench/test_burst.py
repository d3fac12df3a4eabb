"""Growth of memory is found where it was planted, and nowhere else."""

from tests.bench.burst import Burst

STEADY = [100.0, 110.0, 111.0, 109.0, 112.0, 110.0, 111.0, 110.0, 112.0, 111.0]


def burst(sizes: list[float]) -> Burst:
    return Burst(100_000, samples=[{"intake": size} for size in sizes])


def test_what_comes_and_goes_is_no_growth() -> None:
    assert not burst(STEADY).grows("intake")


def test_a_planted_leak_is_found() -> None:
    assert burst([size + n for n, size in enumerate(STEADY)]).grows("intake")


def test_what_a_start_needs_is_no_growth() -> None:
    assert not burst([50.0, *STEADY[1:]]).grows("intake")
