"""WSQ (the FBI's wavelet format for 500 ppi prints), decoded in a process of its own.

The only decoder there is, NIST's C code, writes out of bounds on some damaged files (8 of 1,200
seeded mutations ended the process). So it runs in a worker process with a memory and a time limit:
a hostile file costs a restarted worker, never the register.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading

import numpy as np
from numpy.typing import NDArray
from wsq.WsqImagePlugin import _wsq

from matching.codec.wsq_worker import REQUEST, RESPONSE
from matching.errors import ImageError

__all__ = ["decode", "encode", "size"]

_TIME_LIMIT_S = 20.0  # 2,000 x 2,000 pixels take 0.4 s on one core of the reference machine
_RATIO = 12.0  # the encoder has one fixed bit rate, 0.75, whatever it is given
_START, _END, _FRAME = b"\xff\xa0", b"\xff\xa1", 0xA2
_TABLES = frozenset({0xA4, 0xA5, 0xA6, 0xA8})  # wavelet, quantisation, Huffman tables, comment


class _Worker:
    """Owns the worker process; starts it on first use and again after it died."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, data: bytes) -> tuple[int, int, int, bytes] | None:
        """Send one file; None if the worker died of it or took too long."""
        with self.lock:
            process = self._running()
            timer = threading.Timer(_TIME_LIMIT_S, process.kill)
            timer.start()
            try:
                answer = _exchange(process, data)
            finally:
                timer.cancel()
            if answer is None:
                self.stop()
            return answer

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "matching.codec.wsq_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self.process


def _exchange(process: subprocess.Popen[bytes], data: bytes) -> tuple[int, int, int, bytes] | None:
    """Write one request and read its answer; None if the process died on the way."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(REQUEST.pack(len(data)) + data)
        process.stdin.flush()
    except OSError:
        return None
    header = process.stdout.read(RESPONSE.size)
    if len(header) < RESPONSE.size:
        return None
    width, height, ppi = RESPONSE.unpack(header)
    pixels = process.stdout.read(width * height)
    return (width, height, ppi, pixels) if len(pixels) == width * height else None


_worker = _Worker()
_of_parents: list[_Worker] = []  # after a fork: another process's pipes, kept but never used
atexit.register(lambda: _worker.stop())


def _forget_after_fork() -> None:
    global _worker
    _of_parents.append(_worker)
    _worker = _Worker()


os.register_at_fork(after_in_child=_forget_after_fork)


def size(data: bytes) -> tuple[int, int]:
    """Read width and height from the frame header, without decoding.

    Raises:
        ImageError: ``image_format`` - no frame header where one must stand;
            ``image_truncated`` - the end marker is missing.
    """
    position = len(_START)
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4])
        if marker == _FRAME and position + 10 <= len(data):
            if not data.rstrip(b"\x00").endswith(_END):
                raise ImageError(
                    "image_truncated", "The WSQ file has no end marker: send the whole file."
                )
            height = int.from_bytes(data[position + 6 : position + 8])
            return int.from_bytes(data[position + 8 : position + 10]), height
        if marker not in _TABLES:
            break
        position += 2 + length
    raise ImageError(
        "image_format", "The WSQ file has no frame header: export the print again as WSQ."
    )


def decode(data: bytes) -> tuple[NDArray[np.uint8], float | None]:
    """Decode a WSQ file whose ``size`` has been checked.

    Returns:
        (H, W) uint8 pixels and the resolution in ppi, None if the file does not state it.

    Raises:
        ImageError: ``image_truncated`` - the data are damaged.

    Cost: about 15 ms for 388 x 374 pixels. Thread-safe; calls take turns.
    """
    answer = _worker.ask(data)
    if answer is None:
        raise ImageError(
            "image_truncated", "The WSQ data are damaged: export the print again as WSQ."
        )
    width, height, ppi, pixels = answer
    rows = np.frombuffer(pixels, np.uint8).reshape(height, width)
    return rows, float(ppi) if ppi > 0 else None


def encode(pixels: NDArray[np.uint8]) -> bytes:
    """Encode at 0.75 bit per pixel, about 17:1; (H, W) uint8 at 500 ppi."""
    height, width = pixels.shape
    return bytes(_wsq.compress(pixels.tobytes(), height, width, _RATIO))
