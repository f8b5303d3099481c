"""The process that decodes WSQ: ``python -m matching.codec.wsq_worker``, driven by ``wsq.py``.

It reads requests from standard input (length, then a WSQ file) and answers on standard output
(width, height, ppi, then the pixels) until its input ends. A file that it cannot decode ends the
process, by an exception or by a crash of the C code: its parent need not tell them apart.
"""

from __future__ import annotations

import resource
import struct
import sys

from wsq.WsqImagePlugin import _wsq

__all__ = ["REQUEST", "RESPONSE", "main"]

REQUEST = struct.Struct("<I")  # bytes that follow
RESPONSE = struct.Struct("<IIi")  # width, height, ppi (<= 0: not stated)

_MAX_MEMORY = 1 << 30  # bytes of address space; a damaged file may ask for any amount


def main() -> None:
    """Answer requests until standard input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold somebody's prints
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while header := source.read(REQUEST.size):
        (length,) = REQUEST.unpack(header)
        pixels, width, height, ppi = _wsq.decompress(source.read(length))
        sink.write(RESPONSE.pack(width, height, ppi))
        sink.write(pixels)
        sink.flush()


if __name__ == "__main__":
    main()
