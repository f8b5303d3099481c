"""The connected systems, each behind the same protocol; new systems are added here."""

from collections.abc import Mapping
from typing import Any

from eurodac.interop.systems.ees import EesAdapter
from eurodac.interop.systems.eurodac import EurodacAdapter
from eurodac.interop.systems.protocol import SystemAdapter
from eurodac.interop.systems.vis import VisAdapter
from eurodac.record import System

__all__ = ["ADAPTERS"]

ADAPTERS: Mapping[System, SystemAdapter[Any]] = {
    adapter.system: adapter for adapter in (EurodacAdapter(), EesAdapter(), VisAdapter())
}
