"""What processes cost is counted wherever it is spent: in the process itself and in those that it started."""

import os
import subprocess
import sys
import time

from tests.bench import cost
from tests.bench.cost import Meter

SPEND = "import time\nwhile time.process_time() < 0.2: pass\n"


def test_a_process_that_works_spends_time_and_one_that_sleeps_does_not() -> None:
    meter = Meter({"here": cost.here, "nobody": lambda: cost.tree(0)})
    meter.begin()
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    spent = meter.per_message(10)
    assert 10.0 <= spent["here"] < 100.0
    assert 0.0 == spent["nobody"]


def test_what_a_process_spent_stays_counted_after_it_ended() -> None:
    before = cost.others(os.getpid())
    subprocess.run([sys.executable, "-c", SPEND], check=True)
    assert cost.others(os.getpid()) - before > 0.185


def test_what_the_processes_of_a_process_spend_is_counted_while_they_run() -> None:
    program = (
        f"import subprocess, sys\nprint(flush=True)\nsubprocess.run([sys.executable, '-c', {SPEND + 'input()'!r}])"
    )
    words = [sys.executable, "-c", program]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        until = time.monotonic() + 30
        while cost.others(process.pid) < 0.19 and time.monotonic() < until:
            time.sleep(0.02)
        assert cost.others(process.pid) >= 0.19
        assert cost.own(process.pid) + cost.others(process.pid) <= cost.tree(process.pid) + 0.1
        assert cost.resident(process.pid) > 1.0
        assert list(cost.below(process.pid))
        process.communicate(b"\n", timeout=30)
    assert 0.0 == cost.resident(process.pid)
