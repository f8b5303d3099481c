"""An identity gallery: references with keys and attribute words, found by who somebody is.

Around the index of rows it keeps whose rows they are and who may search them, in the terms of the
other galleries, so that the same snapshots and the same follower serve both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from matching.date import PartialDate, asked_dates
from matching.gallery.epochs import Epochs
from matching.gallery.protocol import Permit
from matching.identity import parts as dumped
from matching.identity.numbers import Numbers
from matching.identity.owners import Owners, check_key
from matching.identity.record import Identity
from matching.name import letters, model, weights
from matching.name.ask import ask, rows_of
from matching.name.index import IdentityIndex, Row
from matching.name.probe import Asked
from matching.name.respelled import with_respelled
from matching.name.token import Name
from matching.name.version import READING_VERSION

__all__ = ["Found", "IdentityGallery", "IdentityReference", "Nearest"]

_LABELS = 1 << 16
_MOST_CODES = 255
_TOGETHER = 256  # references enrolled in one step


@dataclass(frozen=True, slots=True, repr=False)
class IdentityReference:
    """The identities of one record.

    Args:
        key: Opaque identifier of the record, 1..64 visible ASCII characters.
        attributes: Attribute word, 64 bits; the registry gives the bits their meaning.
        names: Name and aliases, a row each; without any it is found by its date or a number.
        birth: Date of birth, None if unknown.
        nationality: Code of the first nationality, "" if unknown.
        sex: Code, "" if unknown.
        documents: Numbers as written, each of which finds it.
    """

    key: str
    attributes: int
    names: tuple[Name, ...]
    birth: PartialDate | None = None
    nationality: str = ""
    sex: str = ""
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nearest:
    """One reference on the list; ``bits`` ranks it, the full comparison decides."""

    key: str
    bits: float


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of a search.

    Args:
        nearest: Best first; equal ones in enrolment order.
        searched: How many permitted rows (names and aliases) the gallery holds.
    """

    nearest: tuple[Nearest, ...]
    searched: int


class IdentityGallery:
    """Identities in this process that can be searched, enrolled and erased at any time.

    Searches run side by side and beside a writer; writers are serialised.
    """

    def __init__(self) -> None:
        self._writer = Lock()  # one writer at a time, for the whole of its step
        self._lock = Lock()  # owners and labels, for moments only
        self._epochs = Epochs()
        self._index = IdentityIndex(model.load(), weights.load())
        self._owners = Owners()
        self._documents = Numbers()
        self._words: dict[int, int] = {}  # attribute word -> label
        self._rows = np.zeros(_LABELS, np.int64)  # rows by label
        self._nationalities: dict[str, int] = {}

    def __len__(self) -> int:
        """How many references are enrolled."""
        with self._lock:
            return len(self._owners)

    @property
    def layout(self) -> str:
        """Names everything that the parts of ``dump`` depend on."""
        return f"identities {dumped.FORMAT} {letters.CODES} {model.VERSION} {READING_VERSION}"

    @property
    def nbytes(self) -> int:
        """Bytes of the rows and their postings."""
        return self._index.nbytes

    def labels(self) -> dict[str, int]:
        """Key -> attribute word of every enrolled reference, at one moment."""
        with self._lock:
            _, keys, labels = self._owners.live()
            words = [0, *self._words]
        pairs = zip(keys.tolist(), labels.tolist(), strict=True)
        return {key.decode("ascii"): words[label] for key, label in pairs}

    # --- writing ------------------------------------------------------------------------------

    def enrol(self, references: Iterable[IdentityReference]) -> None:
        """Add references; a key that is present is replaced.

        Raises:
            ValueError: a key or attribute word is out of range; those before it are enrolled.
        """
        with self._writer:
            waiting: dict[str, IdentityReference] = {}
            try:
                for reference in references:
                    check_key(reference.key)
                    _check_attributes(reference.attributes)
                    waiting[reference.key] = reference
                    if len(waiting) == _TOGETHER:
                        taken, waiting = waiting, {}
                        self._enrol(taken.values())
            finally:
                self._enrol(waiting.values())

    def erase(self, keys: Iterable[str]) -> int:
        """Overwrite and remove references; returns how many of the keys were present."""
        with self._writer:
            with self._lock:
                found = [self._owners.remove(key) for key in keys]
            numbers = [number for number in found if number is not None]
            self._overwrite(numbers)
            return len(numbers)

    def clear(self) -> None:
        """Overwrite and remove every reference."""
        self.erase(self.labels())

    def relabel(self, key: str, attributes: int) -> bool:
        """Replace the attribute word of a reference; False if the key is not present."""
        _check_attributes(attributes)
        with self._writer:
            with self._lock:
                number, label = self._owners.find(key), self._label(attributes)
                if number is None:
                    return False
                rows = self._owners.rows(number)
                self._rows[self._owners.label(number)] -= rows
                self._rows[label] += rows
                self._owners.relabel(number, label)
            self._index.relabel(number, label)
            return True

    def _enrol(self, references: Iterable[IdentityReference]) -> None:
        """Add references whose keys differ."""
        added: list[tuple[int, Row, int]] = []
        replaced: list[int] = []
        for reference in references:
            number = self._number(reference.nationality)
            rows = rows_of(reference.names, reference.birth, nationality=number, sex=reference.sex)
            with self._lock:
                label = self._label(reference.attributes)
                before = self._owners.find(reference.key)
                owner = self._owners.add(reference.key, label=label, rows=len(rows))
                self._rows[label] += len(rows)
                self._documents.add(owner, reference.documents)
            added += [(owner, row, label) for row in rows]
            replaced += [] if before is None else [before]
        self._index.add_many(added)
        if replaced:
            # A search that began before the new rows were there still needs the old ones.
            self._epochs.quiesce()
            self._overwrite(replaced)

    def _overwrite(self, numbers: list[int]) -> None:
        """Overwrite the rows and keys of numbers that stand for no key any more."""
        if not numbers:
            return
        self._index.erase(numbers)
        with self._lock:
            for number in numbers:
                self._rows[self._owners.label(number)] -= self._owners.rows(number)
                self._documents.erase(number)
                self._owners.forget(number)

    def _label(self, attributes: int) -> int:
        if attributes not in self._words and len(self._words) + 1 == _LABELS:
            raise ValueError(f"an index has room for {_LABELS - 1} attribute words")
        return self._words.setdefault(attributes, len(self._words) + 1)

    def _number(self, nationality: str) -> int:
        """Number of a code; 0, as if unknown, for "" and for the 256th code and later ones."""
        if nationality and len(self._nationalities) < _MOST_CODES:
            self._nationalities.setdefault(nationality, len(self._nationalities) + 1)
        return self._nationalities.get(nationality, 0)

    # --- searching ----------------------------------------------------------------------------

    def search(self, probe: Identity, *, permit: Permit, k: int) -> Found:
        """Find the permitted references whose identities are most like a probe.

        Args:
            probe: Names or document numbers; of dates and nationalities the first counts here.
            permit: Which references may be searched; applied before anything is compared.
            k: Longest list, 1..256; excluded keys take places of it.

        Whoever carries a number of the probe is on the list, whatever the name.

        Cost: a few milliseconds at ten million rows, for each name of the probe.
        """
        with self._epochs.reading():
            with self._lock:
                permitted, searched = self._permitted(permit)
                numbered = [
                    owner
                    for owner in self._documents.find(probe.documents)
                    if permitted[self._owners.label(owner)]
                ]
            best: dict[int, float] = {}
            for asked in self._asked(probe):
                for match in self._index.search(asked, k=k, permitted=permitted):
                    best[match.owner] = max(match.bits, best.get(match.owner, match.bits))
            for owner in numbered:
                best[owner] = best.get(owner, 0.0) + self._index.weights.document["equal"]
            ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
            with self._lock:
                keys = [(self._owners.key_of(owner), bits) for owner, bits in ranked]
        found: dict[str, float] = {}
        for key, bits in keys:
            if key and key not in permit.excluded:  # "": erased in the meantime
                found.setdefault(key, bits)
        return Found(tuple(Nearest(*pair) for pair in list(found.items())[:k]), searched)

    def _asked(self, probe: Identity) -> list[Asked]:
        """What is looked for, by each name of a probe and each day that its date may mean."""
        days = asked_dates(probe.births[0]) if probe.births else ()
        return [
            ask(
                name,
                day,
                nationality=min(probe.nationalities, default=""),
                sex=probe.sex,
                numbers=self._nationalities,
            )
            for name in with_respelled(probe.names)
            for day in days or (None,)
        ]

    def _permitted(self, permit: Permit) -> tuple[NDArray[np.uint8], int]:
        labels = np.zeros(_LABELS, np.uint8)
        for word, label in self._words.items():
            labels[label] = all(mask & word for mask in permit.masks)
        return labels, int(self._rows[labels > 0].sum())

    # --- keeping ------------------------------------------------------------------------------

    def dump(self, write: Callable[[bytes], None]) -> int:
        """Hand the references to ``write`` as opaque parts; writers wait, searches do not.

        Returns:
            How many references the parts hold.
        """
        with self._writer:
            numbers, keys, labels = self._owners.live()
            kept = np.zeros(len(numbers), dumped.KEY)
            kept["key"], kept["label"] = keys, labels
            words = self._index.vocabulary.words.copy()
            words["count"] = 0  # counted again when the rows are added
            rows = [
                _owned(packed, np.searchsorted(numbers, owners) + 1)
                for packed, owners in self._index.packed()
            ]
            contents = dumped.Contents(
                list(self._words),
                list(self._nationalities),
                words,
                kept,
                np.concatenate([np.zeros(0, dumped.OWNED), *rows]),
                self._documents.packed(numbers),
            )
            dumped.write(contents, write)
            return len(numbers)

    def restore(self, parts: Iterable[bytes]) -> None:
        """Fill an empty gallery with the parts of a ``dump`` of the same layout.

        Raises:
            GalleryCorruptError: a part cannot be read; throw the gallery away.
            ValueError: the gallery is not empty.
        """
        if len(self):
            raise ValueError("only an empty gallery can be restored")
        contents = dumped.read(parts)
        owners, rows = contents.rows["owner"], contents.rows["row"]
        with self._writer, self._lock:
            self._words = {word: n for n, word in enumerate(contents.attributes, 1)}
            self._nationalities = {code: n for n, code in enumerate(contents.nationalities, 1)}
            counts = np.bincount(owners, minlength=len(contents.keys) + 1)[1:].tolist()
            for key, count in zip(contents.keys.tolist(), counts, strict=True):
                label, name = key
                self._owners.add(name.decode("ascii"), label=label, rows=count)
            self._documents.load(contents.numbers.tolist())
            self._rows += np.bincount(rows["label"], minlength=_LABELS)
            try:
                self._index.load(contents.words, np.ascontiguousarray(rows), owners.copy())
            except ValueError:
                raise dumped.malformed() from None


def _check_attributes(attributes: int) -> None:
    if not 0 <= attributes < 1 << 64:
        raise ValueError(f"attribute word {attributes:#x} does not fit 64 bits")


def _owned(rows: NDArray[np.void], owners: NDArray[np.int64]) -> NDArray[np.void]:
    owned = np.zeros(len(rows), dumped.OWNED)
    owned["row"], owned["owner"] = rows, owners
    return owned
