"""Sealed rows, and a look behind them."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.gallery.row import FRONT
from matching.gallery.sealed_rows import DISK_BYTES, SealedRows
from tests.matching.gallery.sealer import AesRowCipher

CAPACITY = 512
KEYS_AT, FRONT_AT = 1936, CAPACITY * 2048
SEALED_CODES, SEALED_KEY, SEALED_FRONT = 1920 + 16, 65 + 16, FRONT.stop + 16
Places = NDArray[np.int64]


def places(*numbers: int) -> Places:
    return np.array(numbers, np.int64)


class Made:
    """Rows with what is needed to look behind them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cipher = folder, AesRowCipher()
        self.rows = SealedRows(folder, self.cipher)(0, CAPACITY)

    def content(self) -> bytes:
        return os.pread(self.rows._file, CAPACITY * DISK_BYTES + 1, 0)

    def stored(self, place: int) -> tuple[bytes, bytes]:
        """Both areas of a row, codes with key and front, as the file has them."""
        content = self.content().ljust(CAPACITY * DISK_BYTES, b"\0")
        codes, front = place * 2048, FRONT_AT + place * 4096
        return content[codes : codes + 2048], content[front : front + 4096]

    def store(self, place: int, areas: tuple[bytes, bytes]) -> None:
        os.pwrite(self.rows._file, areas[0], place * 2048)
        os.pwrite(self.rows._file, areas[1], FRONT_AT + place * 4096)
