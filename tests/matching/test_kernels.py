from pathlib import Path

from matching.kernels import native
from matching.kernels.native import Level, level

_AVX2 = {"avx2", "fma", "bmi1", "bmi2", "popcnt"}
_AVX512 = _AVX2 | {
    "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_vpopcntdq",
}  # fmt: skip


def test_the_compiled_kernels_load_and_have_the_abi_of_this_package() -> None:
    assert native.load().eurodac_kernels_abi() == native.ABI


def test_the_best_instruction_set_of_this_machine_is_found() -> None:
    """By the account of the operating system, whatever compiler built the kernels."""
    cpuinfo = Path("/proc/cpuinfo").read_text("utf-8")
    flags = set(next(line for line in cpuinfo.splitlines() if line.startswith("flags")).split())
    expected = (
        Level.AVX512 if flags >= _AVX512 else Level.AVX2 if flags >= _AVX2 else Level.PORTABLE
    )
    assert level() is expected


def test_a_level_that_does_not_exist_is_not_run() -> None:
    library = native.load()
    assert [library.eurodac_cpu_level(level) for level in (-1, 4)] == [-1, -1]
    assert library.eurodac_cpu_level(1) == Level.PORTABLE
