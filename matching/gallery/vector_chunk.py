"""Storage of a vector gallery: fixed-size chunks of slots, in memory and mirrored in files.

A chunk never moves, so readers need no lock while the gallery grows. Its arrays lie in two blocks:
the table (codes, attributes, ids ...), always in memory, and the rows, in memory or mapped from a
file. The file of a chunk has both blocks and a checksum for every tile of 64 slots, so that one
person can be erased in place and the rest of the file still be checked.
"""

from __future__ import annotations

import mmap
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.errors import GalleryCorruptError
from matching.gallery.vector_layout import Codes
from matching.kernels import vector
from matching.kernels.vector import TILE
from matching.kernels.vector_codes import LEADING_BYTES

__all__ = ["Chunk"]

_WRITE_STEP = 1 << 24
_TABLE: tuple[tuple[str, type[np.generic], tuple[int, ...]], ...] = (
    ("leading", np.uint8, (LEADING_BYTES, TILE)),
    ("codes", np.uint64, (TILE, 8)),
    ("ids", np.int64, (TILE,)),
    ("attributes", np.uint32, (TILE,)),
    ("present", np.uint16, (TILE,)),
    ("live", np.uint64, ()),
    ("always", np.uint64, ()),
)  # name, type, shape per tile
Arrays = dict[str, NDArray[Any]]


def _table_bytes(tiles: int) -> int:
    return tiles * sum(int(np.prod(s)) * np.dtype(t).itemsize for _, t, s in _TABLE)


def _views(block: mmap.mmap, start: int, tiles: int) -> Arrays:
    """Lay the arrays of the table over a block of memory, without gaps."""
    found: Arrays = {}
    for name, kind, shape in _TABLE:
        count = tiles * int(np.prod(shape))
        found[name] = np.frombuffer(block, kind, count, start).reshape(tiles, *shape)
        start += count * np.dtype(kind).itemsize
    return found


def _memory(size: int) -> mmap.mmap:
    """Zeroed memory in large pages where the system grants them, which it does not if shared."""
    block = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        block.madvise(mmap.MADV_HUGEPAGE)
    return block


class Chunk:
    """Slots ``base`` to ``base + slots - 1`` of a gallery.

    Args:
        base: Number of the first slot, a multiple of 64.
        slots: A multiple of 64.
        dimensions: Of a row.
        file: Open the chunk that ``save`` wrote there; None for an empty one.
        purpose: What was given to ``save``; another one fails the checks.

    Raises:
        GalleryCorruptError: the file fails its checks.
    """

    def __init__(
        self,
        base: int,
        slots: int,
        dimensions: int,
        *,
        file: Path | None = None,
        purpose: str = "",
    ) -> None:
        self.base, self.slots, self.dimensions = base, slots, dimensions
        self._purpose = purpose
        self._tiles = slots // TILE
        self._mirror: Arrays | None = None
        self._table = _memory(_table_bytes(self._tiles))
        self._arrays = _views(self._table, 0, self._tiles)
        rows = _memory(slots * dimensions) if file is None else self._load(file)
        self.rows = np.frombuffer(rows, np.int8, slots * dimensions).reshape(slots, dimensions)
        self.kernel = vector.Chunk(
            leading=self._arrays["leading"],
            codes=self._arrays["codes"].reshape(slots, 8),
            rows=self.rows,
            live=self._arrays["live"],
            always=self._arrays["always"],
            attributes=self._arrays["attributes"].reshape(slots),
            present=self._arrays["present"].reshape(slots),
            ids=self._arrays["ids"].reshape(slots),
            base=base,
        )

    @property
    def tiles(self) -> int:
        """How many tiles there are."""
        return self._tiles

    def write(
        self,
        slots: NDArray[np.int64],
        *,
        ids: NDArray[np.int64],
        rows: NDArray[np.int8],
        codes: Codes,
        attributes: NDArray[np.uint32],
        present: NDArray[np.uint16],
    ) -> None:
        """Fill slots (local numbers) that nobody can see yet."""
        self.rows[slots] = rows
        self.kernel.codes[slots] = codes.whole
        vector.put(self.kernel.leading, slots, codes.leading)
        self.kernel.attributes[slots] = attributes
        self.kernel.present[slots] = present
        self.kernel.ids[slots] = ids

    def show(self, slots: NDArray[np.int64], *, always: NDArray[np.bool_]) -> None:
        """Let searches find slots; those marked ``always`` whatever their code."""
        bits = np.uint64(1) << (slots % TILE).astype(np.uint64)
        np.bitwise_or.at(self.kernel.always, slots[always] // TILE, bits[always])
        np.bitwise_or.at(self.kernel.live, slots // TILE, bits)

    def hide(self, slot: int) -> None:
        """Let no later search find a slot."""
        self.kernel.live[slot // TILE] &= ~(np.uint64(1) << np.uint64(slot % TILE))

    def wipe(self, slot: int) -> None:
        """Overwrite a hidden slot in memory and, if the chunk was saved or opened, in its file."""
        tile, lane = divmod(slot, TILE)
        for arrays in (self._arrays, self._mirror):
            if arrays is None:
                continue
            arrays["leading"][tile, :, lane] = 0
            arrays["codes"][tile, lane] = 0
            arrays["ids"][tile, lane] = 0
            arrays["attributes"][tile, lane] = 0
            arrays["present"][tile, lane] = 0
            arrays["always"][tile] &= ~(np.uint64(1) << np.uint64(lane))
        self.rows[slot] = 0
        if self._mirror is not None:
            self._mirror["live"][tile] &= ~(np.uint64(1) << np.uint64(lane))
            self._mirror["rows"].reshape(self.slots, self.dimensions)[slot] = 0
            self._mirror["checks"][tile] = self._check(self._mirror, tile, self._purpose)

    # --- files ----------------------------------------------------------------------------------

    def _check(self, arrays: Arrays, tile: int, purpose: str) -> int:
        """Checksum of everything that a file holds of one tile, and of where it belongs."""
        found = zlib.crc32(f"{purpose} {self.base} {tile}".encode("ascii"))
        for name in ("rows", *(name for name, *_ in _TABLE)):
            found = zlib.crc32(np.ascontiguousarray(arrays[name][tile]).data, found)
        return found

    def save(self, file: Path, purpose: str) -> None:
        """Write the chunk to a new file and wait until the disk has it.

        Args:
            file: Must not exist.
            purpose: Names the snapshot, so that files of different ones cannot be mixed; ASCII.

        Raises:
            OSError: disk full or no access; the caller removes what was written.
        """
        held = self._arrays | {"rows": self._by_tile(self.rows)}
        checks = [self._check(held, tile, purpose) for tile in range(self._tiles)]
        with file.open("xb") as out:
            table = memoryview(self._table)
            for view in (
                self.rows.data.cast("B"),
                table,
                np.array(checks, np.uint32).data.cast("B"),
            ):
                for start in range(0, len(view), _WRITE_STEP):
                    out.write(view[start : start + _WRITE_STEP])
            out.flush()
            os.fsync(out.fileno())

    def mirror(self, file: Path, purpose: str) -> None:
        """Make later erasures in a file that ``save`` wrote as well."""
        self._mirror, self._purpose = self._map(file), purpose

    def _by_tile(self, rows: NDArray[np.int8]) -> NDArray[np.int8]:
        return rows.reshape(self._tiles, TILE, self.dimensions)

    def _map(self, file: Path) -> Arrays:
        """Map a file of this chunk, shared with every other process."""
        rows, table = self.slots * self.dimensions, _table_bytes(self._tiles)
        total = rows + table + 4 * self._tiles
        with file.open("r+b") as handle:
            if file.stat().st_size != total:
                raise _corrupt(file.name, "has another length")
            block = mmap.mmap(handle.fileno(), total)
        arrays = _views(block, rows, self._tiles)
        arrays["rows"] = np.frombuffer(block, np.int8, rows).reshape(self._tiles, TILE, -1)
        arrays["checks"] = np.frombuffer(block, np.uint32, self._tiles, rows + table)
        return arrays

    def _load(self, file: Path) -> mmap.mmap:
        """Check a file, copy its table and map its rows, changes private to this process."""
        mirror = self._map(file)
        checks = mirror["checks"].tolist()
        for tile, check in enumerate(checks):
            if self._check(mirror, tile, self._purpose) != check:
                raise _corrupt(file.name, "has changed")
        for name, view in self._arrays.items():
            view[...] = mirror[name]
        self._mirror = mirror
        with file.open("rb") as handle:
            return mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_COPY)


def _corrupt(name: str, why: str) -> GalleryCorruptError:
    return GalleryCorruptError(
        "snapshot_corrupt", f"the vector snapshot cannot be used: {name} {why}; build it again"
    )
