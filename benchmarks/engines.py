"""Every engine that the scenario ``vectors`` can run, by its name on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from benchmarks.limits import Instruction, execute
from benchmarks.peers.protocol import VectorPeer

__all__ = ["FUSED", "OURS", "PEERS", "Engine"]


@dataclass(frozen=True, slots=True)
class Engine:
    """How an engine is made, in the process that runs it.

    Args:
        subject: ``"ours"`` or the peer's name in the table.
        module: Where the adapter lies.
        adapter: Its class.
        package: What must be importable; the extra ``peers`` installs it.
        options: Of the class.
        environment: Variables its process starts with; libraries read them when loaded.
        most_people: The largest gallery it is given, because more takes too long to build.
        variant: What the case of its rows says after the size, e.g. ``", exact scan"``.
    """

    subject: str
    module: str
    adapter: str
    package: str
    options: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    most_people: int | None = None
    variant: str = ""

    def installed(self) -> bool:
        """Say whether the package is there, without loading it."""
        return find_spec(self.package) is not None

    def make(self) -> VectorPeer:
        """Load the adapter."""
        return cast(VectorPeer, getattr(import_module(self.module), self.adapter)(**self.options))


# The OpenBLAS inside the wheel of faiss is of 2021 and takes newer processors for very old ones;
# told so, it multiplied three times as fast on an Emerald Rapids.
_KERNELS = {"OPENBLAS_CORETYPE": "Haswell" if execute(Instruction.FMA, 1) is None else "SkylakeX"}


def _faiss(subject: str, module: str, adapter: str, **options: object) -> Engine:
    environment = {} if options.get("fixed") is False else _KERNELS
    return Engine(subject, f"benchmarks.peers.{module}", adapter, "faiss", options, environment)


def _ours(*, exact: bool, fused: bool) -> Engine:
    variant = ", everybody exactly" if exact else ""
    options = {"exact": exact, "fused": fused}
    return Engine("ours", "benchmarks.peers.ours", "Ours", "matching", options, variant=variant)


OURS: Mapping[str, Engine] = {
    "ours": _ours(exact=False, fused=False),
    "ours-exact": _ours(exact=True, fused=False),
}

FUSED: Mapping[str, Engine] = {
    "ours": _ours(exact=False, fused=True),
    "ours-exact": _ours(exact=True, fused=True),
}
"""Ours for records of a face and ten fingers, which it masks where they are missing."""

PEERS: Mapping[str, Engine] = {
    "faiss-flat": _faiss("faiss flat, as it comes", "faiss_flat", "FaissFlat", fixed=False),
    "faiss-flat-fixed": _faiss(
        "faiss flat, batching fixed", "faiss_flat", "FaissFlat", fixed=True
    ),
    "faiss-binary": _faiss("faiss binary + rerank", "faiss_binary", "FaissBinary"),
    "faiss-ivf-16": _faiss("faiss IVF, 16 of 1,024 cells", "faiss_ivf", "FaissIvf", probed=16),
    "faiss-ivf-64": _faiss("faiss IVF, 64 of 1,024 cells", "faiss_ivf", "FaissIvf", probed=64),
    "turbovec": Engine("turbovec 4 bit", "benchmarks.peers.turbovec", "Turbovec", "turbovec"),
    "numkong": Engine("numkong int8", "benchmarks.peers.numkong", "Numkong", "numkong"),
    "usearch": Engine("usearch exact int8", "benchmarks.peers.usearch", "Usearch", "usearch"),
    "hnswlib": Engine(
        "hnswlib, ef 64", "benchmarks.peers.hnswlib", "Hnswlib", "hnswlib", {"width": 64},
        most_people=100_000,
    ),
}  # fmt: skip
