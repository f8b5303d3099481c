"""Every kernel under AddressSanitizer and UndefinedBehaviorSanitizer.

All C files of ``matching/kernels`` are compiled with both, and every ``test_kernels*.py`` beside
this file runs against that library: a new kernel with a new test file is covered without a line
here.  An access outside an array, a misaligned one or undefined arithmetic ends the run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from matching.kernels import native
from tests.matching import sanitized_library

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SOURCES = sorted(Path(native.__file__).parent.glob("*.c"))
# As CMakeLists.txt, but less optimised: faults are to be seen, not optimised away.
FLAGS = [
    "-std=gnu11", "-O1", "-g", "-fPIC", "-shared", "-ffp-contract=off", "-fno-math-errno",
    "-fno-trapping-math", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
]  # fmt: skip
PLANTED = """
int beyond(const char *bytes) { return bytes[64]; }
int overflow(int value) { return value + 2147483647; }
"""


@pytest.fixture(scope="module")
def compiler() -> str:
    found = shutil.which(os.environ.get("CC", "gcc"))
    if found is None:
        pytest.skip("no gcc here, so no sanitizer runtime")
    return found


@pytest.fixture(scope="module")
def runtime(compiler: str) -> str:
    """The library that must be loaded before Python's own allocations."""
    command = [compiler, "-print-file-name=libasan.so"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    if not Path(found).is_absolute():
        pytest.skip(f"{compiler} has no AddressSanitizer runtime; install libasan")
    return found


def compiled(compiler: str, sources: list[Path], library: Path) -> Path:
    command = [compiler, *FLAGS, "-o", str(library), *map(str, sources), "-lm"]
    made = subprocess.run(command, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return library


def sanitized(runtime: str, arguments: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | more | {
        "LD_PRELOAD": runtime,
        "ASAN_OPTIONS": "detect_leaks=0",  # Python keeps memory to its end
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        "PYTHONMALLOC": "malloc",  # not from pools, whose bounds nobody knows
    }  # fmt: skip
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)


def test_the_kernels_pass_their_tests_without_a_fault(
    compiler: str, runtime: str, tmp_path: Path
) -> None:
    library = compiled(compiler, SOURCES, tmp_path / "sanitized.so")
    tests = [str(path) for path in sorted(HERE.glob("test_kernels*.py"))]
    plugins = ["-p", sanitized_library.__name__, "-p", "no:cacheprovider", "-p", "no:xdist"]
    run = sanitized(
        runtime,
        ["-m", "pytest", "-x", *plugins, *tests],
        **{sanitized_library.VARIABLE: str(library)},
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"kernels come from {library}" in run.stdout


@pytest.mark.parametrize(
    ("call", "report"),
    [
        ("beyond(ctypes.create_string_buffer(64))", "heap-buffer-overflow"),
        ("overflow(1)", "signed integer overflow"),
    ],
)
def test_a_planted_fault_is_found(
    compiler: str, runtime: str, tmp_path: Path, call: str, report: str
) -> None:
    source = tmp_path / "planted.c"
    source.write_text(PLANTED)
    library = compiled(compiler, [source], tmp_path / "planted.so")
    run = sanitized(runtime, ["-c", f"import ctypes; ctypes.CDLL({str(library)!r}).{call}"])
    assert run.returncode != 0
    assert report in run.stderr
