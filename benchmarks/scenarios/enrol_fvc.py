"""The registry on real prints: every database is one person with several captures.

The n-th finger in name order stands at position n; every capture is one dataset, sent as an
ANSI/NIST file with the real images, in shuffled order, by changing Member States. At the shipped
threshold the registry must hold one sequence per database and no link across databases.
"""

from __future__ import annotations

import argparse
import base64
import itertools
import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from rich.progress import track

from benchmarks.arguments import whole
from benchmarks.data import FingerprintDatabase, data_folder, fingerprint_databases
from benchmarks.errors import DataError
from benchmarks.extractors import NOMINAL_PPI, add_extractor_argument, make_extractor
from benchmarks.report import Result, Row
from eurodac import database as storage
from eurodac import store
from eurodac.galleries import Galleries, permit_for
from eurodac.keys import KeyEncryptionKey, load_kek
from eurodac.law.categories import CATEGORIES
from eurodac.record import Actor, CallContext, RecordId, Role
from eurodac.sequence import components
from eurodac.service import initialise, open_service
from eurodac.settings import Settings
from eurodac.transmission import write_nist
from matching.codec.image import decode
from matching.parameters import MATCHER_VERSION, PERSON_THRESHOLD

__all__ = ["add_arguments", "run"]

_STATES = ("IT", "DE", "FR", "NL", "EL", "ES", "SE", "AT")
_START = datetime(2026, 9, 1, tzinfo=UTC)
_FINGERS = 10


@dataclass(frozen=True, slots=True)
class _Capture:
    """One capture: the database it is of, its number, position -> file."""

    person: str
    number: int
    files: Mapping[int, Path]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scenario's options."""
    add_extractor_argument(parser)
    parser.add_argument("--seed", type=whole(0), default=1358, help="order of transmission")


def run(args: argparse.Namespace) -> Result:
    """Transmit every capture, then count sequences and links."""
    databases = fingerprint_databases(data_folder())
    captures = [capture for database in databases for capture in _captures(database)]
    random.Random(args.seed).shuffle(captures)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "registry", database_url="", key_file=None)
        owners, seconds = _transmit(settings, captures, args.extractor)
        rows = _judge(settings, [database.name for database in databases], owners, seconds)
    parameters = {
        "extractor": args.extractor,
        "matcher": MATCHER_VERSION,
        "threshold": PERSON_THRESHOLD,
        "seed": args.seed,
        "ppi": NOMINAL_PPI,
    }
    return Result(parameters, rows)


def _captures(database: FingerprintDatabase) -> list[_Capture]:
    fingers = list(dict.fromkeys(finger for finger, _ in database.images))
    if len(fingers) != _FINGERS:
        raise DataError(f"{database.name} has {len(fingers)} fingers; a person has {_FINGERS}")
    numbers = sorted({impression for _, impression in database.images})
    return [
        _Capture(
            database.name,
            number,
            {
                position: database.images[finger, number]
                for position, finger in enumerate(fingers, start=1)
                if (finger, number) in database.images
            },
        )
        for number in numbers
    ]


def _transmit(
    settings: Settings, captures: Sequence[_Capture], extractor: str
) -> tuple[dict[RecordId, str], float]:
    initialise(settings, at=_START)
    service = open_service(settings, at=_START, extractor=make_extractor(extractor, nfiq2=True))
    owners: dict[RecordId, str] = {}
    began = perf_counter()
    for index, capture in enumerate(track(captures, "transmit")):
        state = _STATES[index % len(_STATES)]
        at = _START + timedelta(hours=index)
        number = f"{state}1FVC{index:05}"
        data = write_nist(_message(capture, number, at), origin=state)
        actor = Actor("benchmark", "benchmark", Role.ASYLUM_UNIT, state)
        context = CallContext(actor, "a", "enrol-fvc", at)
        answer = service.transmit_nist(context, data, idempotency_key=number)
        owners[RecordId(str(answer.record_id))] = capture.person
    seconds = perf_counter() - began
    service.close()
    return owners, seconds


def _message(capture: _Capture, number: str, at: datetime) -> dict[str, object]:
    return {
        "category": "applicant",
        "reference_number": number,
        "names": [{"kind": "current", "surnames": "Benchmark", "forenames": "Person"}],
        "nationalities": ["XXA"],
        "date_of_birth": {"year": 1990},
        "place_of_birth": "Unknown",
        "event": {"place": "Laboratory", "on": at.date().isoformat()},
        "sex": "X",
        "missing": {"facial_image": "technical_obstacle"},
        "fingerprints": [
            {"position": position, "image": _image(path)}
            for position, path in sorted(capture.files.items())
        ],
        "biometrics_taken_at": f"{at - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}",
        "transmitted_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "operator_user_id": "benchmark",
    }


def _image(path: Path) -> dict[str, object]:
    data = path.read_bytes()
    return {
        "media_type": decode(data).media_type,
        "data": base64.b64encode(data).decode("ascii"),
        "ppi": NOMINAL_PPI,
    }


def _judge(
    settings: Settings, persons: Sequence[str], owners: Mapping[RecordId, str], seconds: float
) -> list[Row]:
    kek = load_kek(settings.key_path)
    engine = storage.create_engine(settings.url)
    with storage.read(engine) as session:
        links = [k for k in store.links_of(session, owners) if k.state != "rejected"]
        found = {frozenset({k.low, k.high}) for k in links}
    groups = components(owners, links)
    first = _rank_one(settings, owners, kek=kek)
    engine.dispose()
    rows = []
    for person in (*persons, "all"):
        own = [r for r, owner in owners.items() if person in (owner, "all")]
        pairs = [p for p in itertools.combinations(own, 2) if owners[p[0]] == owners[p[1]]]
        across = [p for p in found if len({owners[r] for r in p}) > 1 and any(r in own for r in p)]
        metrics = {
            "datasets": len(own),
            "sequences": sum(bool(group & set(own)) for group in groups),
            "links_expected": len(pairs),
            "links_found": sum(frozenset(pair) in found for pair in pairs),
            "links_false": len(across),
            "rank1_rate": sum(first[r] for r in own) / len(own),
            "transmit_ms": 1000 * seconds / len(owners) if person == "all" else None,
        }
        rows.append(Row("ours", person, metrics))
    return rows


def _rank_one(
    settings: Settings, owners: Mapping[RecordId, str], *, kek: KeyEncryptionKey
) -> dict[RecordId, bool]:
    """Identify every capture among all others: is the first candidate the same person?"""
    engine = storage.create_engine(settings.url)
    galleries = Galleries(settings.gallery_folder)
    stored = tuple(category for category in CATEGORIES if category != "admission_query")
    first = {}
    with storage.read(engine) as session:
        galleries.load_or_rebuild(session, kek=kek)
        probes = store.load_fingers(session, owners, kek=kek)
        for record_id, owner in owners.items():
            answer = galleries.search(
                session,
                probes[record_id],
                permit=permit_for(categories=stored, excluded=(record_id,)),
                k=1,
                threshold=PERSON_THRESHOLD,
                kek=kek,
            )
            best = [owners[RecordId(candidate.key)] for candidate in answer.candidates]
            first[record_id] = best == [owner]
    engine.dispose()
    return first
