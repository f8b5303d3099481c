"""What this machine can do at best: memory bandwidth and peak rate of the instructions that count.

Threads are Python's, one call of the kernel each: the call releases the GIL.  A rate is the work of
all threads over the time from the first start to the last end; the best of several repeats counts,
because whatever else runs can only slow it down.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, partial
from threading import Barrier
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from matching.errors import KernelError
from matching.kernels import native
from matching.kernels.native import Level

__all__ = ["READ_SIZES", "Instruction", "Limits", "execute", "huge_pages", "measure", "read"]

READ_SIZES = (1 << 20, 64 << 20, 1 << 30)
"""Bytes that all threads read together: second-level cache, third-level cache, memory."""
_READ_BYTES = 1 << 30  # per repeat, in as many passes as that takes
_INSTRUCTIONS = 100_000_000  # some 30 ms: short, to fit between whatever else runs
_STEP = 512  # bytes; READ_STEP of limits.c


class Instruction(IntEnum):
    """512-bit instructions, as limits.c numbers them."""

    DPBUSD = 0
    POPCNT = 1
    XOR = 2
    FMA = 3
    PERMB = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What a number of threads reach together.

    Args:
        threads: How many.
        read_bytes_per_s: Bytes of the memory that is read again and again -> rate.
        instructions_per_s: Of each kind; None where the machine has no such instruction.
    """

    threads: int
    read_bytes_per_s: Mapping[int, float]
    instructions_per_s: Mapping[Instruction, float | None]

    def parameters(self) -> dict[str, float | None]:
        """Return them as parameters of a result, in units of 1e9 per second."""
        found: dict[str, float | None] = {
            f"limit_read_{size >> 20}mib_gb_per_s_{self.threads}t": round(rate / 1e9, 2)
            for size, rate in self.read_bytes_per_s.items()
        }
        for kind, rate in self.instructions_per_s.items():
            name = f"limit_{kind.name.lower()}_g_per_s_{self.threads}t"
            found[name] = None if rate is None else round(rate / 1e9, 2)
        return found


@cache
def _library() -> ctypes.CDLL:
    library = native.load()
    integer, wide = ctypes.c_int, ctypes.c_int64
    library.eurodac_limit_read.argtypes = [
        ctypes.c_void_p, wide, wide, integer, ctypes.c_void_p,
    ]  # fmt: skip
    library.eurodac_limit_execute.argtypes = [integer, wide]
    library.eurodac_limit_execute.restype = wide
    return library


def huge_pages(size: int) -> NDArray[np.uint8]:
    """Return ``size`` bytes of ones, in pages of 2 MiB where the system grants them."""
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)
    block = np.frombuffer(memory, np.uint8)
    block[:] = 1  # a page that was never written is not read from memory
    return block


def read(memory: NDArray[np.uint8], *, passes: int = 1, at: Level = Level.AUTO) -> int:
    """Read memory as fast as one thread can.

    Args:
        memory: (N,) uint8 C-contiguous, N a multiple of 512.
        passes: How often.
        at: Instruction set.

    Returns:
        The sum of its 64-bit words over all passes, modulo 2^64.

    Raises:
        ValueError: the size is no multiple of 512, or the array is not contiguous.
        KernelError: this machine lacks the level.
    """
    if memory.size % _STEP or not memory.flags.c_contiguous:
        raise ValueError(f"{memory.size} bytes: a contiguous multiple of {_STEP} is needed")
    total = np.zeros(1, np.uint64)
    done = _library().eurodac_limit_read(
        memory.ctypes.data, memory.size, passes, int(at), total.ctypes.data
    )
    if done < 0:
        raise KernelError("kernel_level", f"this machine cannot run {at.name}; use AUTO")
    return int(total[0])


def execute(kind: Instruction, count: int) -> int | None:
    """Execute at least so many instructions; how many it were, None if the machine has none."""
    done = int(_library().eurodac_limit_execute(int(kind), count))
    return None if done < 0 else done


def measure(
    threads: int,
    *,
    sizes: Sequence[int] = READ_SIZES,
    instructions: int = _INSTRUCTIONS,
    repeats: int = 15,
) -> Limits:
    """Measure the limits that a number of threads reach together.

    Args:
        threads: At least 1; more than there are cores measures nothing useful.
        sizes: Bytes to read again and again, shared among the threads; at least 512 a thread.
        instructions: Executed per thread and repeat.
        repeats: The best counts.

    Cost: about 3 s, and the largest size in memory.
    """
    memory = huge_pages(max(sizes))
    reads = {size: _rate(_reader(memory[:size], threads), threads, repeats) for size in sizes}
    executed = {
        kind: None
        if execute(kind, 1) is None
        else _rate(partial(_executed, kind, instructions), threads, repeats)
        for kind in Instruction
    }
    return Limits(threads, reads, executed)


def _executed(kind: Instruction, count: int, _thread: int) -> int:
    return execute(kind, count) or 0


def _reader(memory: NDArray[np.uint8], threads: int) -> Callable[[int], int]:
    """Return what one thread does: read its share until a GiB, or the share, has been read."""
    share = memory.size // threads // _STEP * _STEP
    passes = max(1, _READ_BYTES // memory.size)

    def work(thread: int) -> int:
        read(memory[thread * share : (thread + 1) * share], passes=passes)
        return share * passes

    return work


def _rate(work: Callable[[int], int], threads: int, repeats: int) -> float:
    """Return units of work per second, the best of the repeats."""
    barrier = Barrier(threads)

    def timed(thread: int) -> tuple[int, float, float]:
        barrier.wait()
        begin = perf_counter()
        done = work(thread)
        return done, begin, perf_counter()

    best = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(repeats):
            found = list(pool.map(timed, range(threads)))
            seconds = max(end for *_, end in found) - min(begin for _, begin, _ in found)
            best = max(best, sum(done for done, *_ in found) / seconds)
    return best
