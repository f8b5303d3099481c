from __future__ import annotations

import numpy as np
import pytest

from benchmarks.limits import Instruction, Limits, execute, huge_pages, measure, read
from benchmarks.peers.protocol import Work, queries_limit
from matching.errors import KernelError
from matching.kernels.native import Level

LEVELS = [Level.PORTABLE, Level.AVX2, Level.AVX512]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("size", [512, 1024, 51_200])
def test_reading_reads_every_byte_at_every_level(level: Level, size: int) -> None:
    memory = np.random.default_rng(size).integers(0, 256, size, np.uint8)
    expected = int(memory.view(np.uint64).sum(dtype=np.uint64)) * 3 % 2**64
    try:
        assert read(memory, passes=3, at=level) == expected
    except KernelError:
        assert read(memory, passes=3) == expected
        pytest.skip(f"this machine lacks {level.name}")


@pytest.mark.parametrize("memory", [np.zeros(511, np.uint8), np.zeros(1024, np.uint8)[::2]])
def test_memory_that_cannot_be_read_so_is_refused(memory: np.ndarray) -> None:
    with pytest.raises(ValueError, match="multiple of 512"):
        read(memory)


@pytest.mark.parametrize("kind", Instruction)
def test_at_least_so_many_instructions_are_executed_if_there_are_such(kind: Instruction) -> None:
    done = execute(kind, 1000)
    assert done is None or 1000 <= done < 1016


def test_huge_pages_are_written() -> None:
    assert huge_pages(4096).tolist() == [1] * 4096


@pytest.mark.parametrize("threads", [1, 2])
def test_limits_are_positive(threads: int) -> None:
    sizes = (1 << 16, 1 << 18)
    found = measure(threads, sizes=sizes, instructions=10_000, repeats=2)
    assert list(found.read_bytes_per_s) == list(sizes)
    assert all(rate > 0 for rate in found.read_bytes_per_s.values())
    assert all(rate is None or rate > 0 for rate in found.instructions_per_s.values())
    assert set(found.parameters()) >= {f"limit_read_0mib_gb_per_s_{threads}t"}


def limits(dpbusd: float | None = 1e9) -> Limits:
    rates = dict.fromkeys(Instruction, 4e9) | {Instruction.DPBUSD: dpbusd}
    return Limits(1, {1 << 20: 1e11, 1 << 30: 1e10}, rates)


def test_the_slower_of_reading_and_computing_limits_a_search() -> None:
    work = Work(512, {Instruction.DPBUSD: 8})
    million = 1_000_000
    assert queries_limit(work, million, batch=1, limits=limits()) == pytest.approx(1e10 / 512e6)
    assert queries_limit(work, million, batch=64, limits=limits()) == pytest.approx(1e9 / 8e6)


def test_what_fits_the_cache_is_read_at_the_speed_of_the_cache() -> None:
    work = Work(100, {Instruction.XOR: 0.001})
    assert queries_limit(work, 1000, batch=1, limits=limits()) == pytest.approx(1e11 / 1e5)


def test_without_the_instruction_or_its_count_no_limit_is_claimed() -> None:
    counted, unknown = Work(512, {Instruction.DPBUSD: 8}), Work(512, None)
    assert queries_limit(counted, 10, batch=64, limits=limits(None)) is None
    assert queries_limit(unknown, 10, batch=64, limits=limits()) is None
    assert queries_limit(unknown, 1000, batch=1, limits=limits()) == pytest.approx(1e11 / 512e3)
