"""What a search makes of candidates: thresholds, arrangements, and what is said about both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine

from eurodac import database, store
from eurodac.comparison import compare_record
from eurodac.galleries import Galleries, Hits, find_hits
from eurodac.keys import KeyEncryptionKey
from eurodac.present import finger_views, rarity
from eurodac.record import Capture, Finger, Link, RecordId
from matching.calibrated import SCORE_VERSION
from matching.fingerprint.arrangement import ARRANGEMENT_DISCOUNT, Arrangement, rearranged
from matching.gallery.protocol import Permit
from matching.parameters import PERSON_THRESHOLD
from matching.template import FingerPosition, FingerSet
from matching.thresholds import threshold_for
from tests.eurodac.examples import AT, dataset
from tests.matching.minutiae import person, recapture

EVERYTHING = Permit()


def capture_of(fingers: FingerSet) -> Capture:
    return Capture(tuple(Finger(p, t, None) for p, t in fingers.fingers.items()))


class Register:
    """Datasets with ten fingers, and searches among them."""

    def __init__(self, engine: Engine, kek: KeyEncryptionKey, galleries: Galleries) -> None:
        self.engine, self.kek, self.galleries = engine, kek, galleries
        with database.read(engine) as session:
            galleries.load_or_rebuild(session, kek=kek)

    def enrol(self, fingers: FingerSet) -> RecordId:
        made = dataset()
        with database.begin(self.engine) as session:
            store.insert_dataset(session, made, capture=capture_of(fingers), kek=self.kek)
            store.request_comparison(session, made.id, at=AT)
            store.append_outbox(session, store.Topic.ENROL, record_id=made.id, at=AT)
        return made.id

    def search(self, fingers: FingerSet, k: int = 9) -> Hits:
        with database.read(self.engine) as session:
            return find_hits(
                session, self.galleries, fingers=fingers, permit=EVERYTHING, k=k, kek=self.kek
            )

    def compare(self, record_id: RecordId) -> tuple[Link, ...]:
        with database.begin(self.engine) as session:
            outcome = compare_record(
                session, record_id, galleries=self.galleries, kek=self.kek, at=AT
            )
        return outcome.links


@pytest.fixture
def register(engine: Engine, kek: KeyEncryptionKey, tmp_path: Path) -> Register:
    return Register(engine, kek, Galleries(tmp_path / "gallery"))


def two_captures(seed: int = 1) -> tuple[FingerSet, FingerSet]:
    rng = np.random.default_rng(seed)
    first = person(rng)
    return first, recapture(first, rng)


def test_a_hit_reaches_the_threshold_of_the_gallery_size(register: Register) -> None:
    first, again = two_captures()
    key = register.enrol(first)
    answer = register.search(again)
    assert [hit.candidate.key for hit in answer.hits] == [key]
    assert answer.hits[0].arrangement is Arrangement.AS_LABELLED
    assert answer.threshold == threshold_for(1e-3, references=1) == PERSON_THRESHOLD
    assert answer.hits[0].candidate.comparison.score >= answer.threshold


def test_a_stricter_rate_raises_the_threshold_and_drops_the_candidate(
    engine: Engine, kek: KeyEncryptionKey, tmp_path: Path
) -> None:
    first, again = two_captures()
    strict = Register(engine, kek, Galleries(tmp_path / "strict", target_fpir=1e-60))
    strict.enrol(first)
    answer = strict.search(again)
    assert (answer.hits, answer.searched) == ((), 1)
    assert answer.threshold > 100


@pytest.mark.parametrize(
    "arrangement", [a for a in Arrangement if a is not Arrangement.AS_LABELLED]
)
def test_swapped_hands_are_found_and_pay_for_the_arrangements_tried(
    register: Register, arrangement: Arrangement
) -> None:
    first, again = two_captures()
    key = register.enrol(first)
    straight = register.search(again).hits[0].candidate.comparison.score
    (hit,) = register.search(rearranged(again, arrangement)).hits
    assert (hit.candidate.key, hit.candidate.rank, hit.arrangement) == (key, 1, arrangement)
    assert hit.candidate.comparison.score == pytest.approx(straight - ARRANGEMENT_DISCOUNT)


def test_fewer_than_four_fingers_are_read_as_labelled_only(register: Register) -> None:
    first, again = two_captures()
    register.enrol(first)
    swapped = rearranged(again, Arrangement.HANDS_SWAPPED).fingers
    for count, found in ((3, 0), (4, 1)):
        few = FingerSet({p: swapped[p] for p in list(FingerPosition)[1 : 1 + count]})
        assert len(register.search(few).hits) == found


def test_an_operator_can_leave_the_other_arrangements_out(
    engine: Engine, kek: KeyEncryptionKey, tmp_path: Path
) -> None:
    first, again = two_captures()
    plain = Register(engine, kek, Galleries(tmp_path / "plain", arrangements=False))
    plain.enrol(first)
    assert plain.search(rearranged(again, Arrangement.HANDS_SWAPPED)).hits == ()
    assert len(plain.search(again).hits) == 1


def test_a_link_by_another_arrangement_is_checked_by_an_expert_first(register: Register) -> None:
    first, again = two_captures()
    register.enrol(first)
    probe = register.enrol(rearranged(again, Arrangement.HANDS_SWAPPED))
    (link,) = register.compare(probe)
    assert link.check_reason == "hands_swapped"
    assert link.score >= link.threshold == PERSON_THRESHOLD
    assert link.matcher_version == SCORE_VERSION


def test_strangers_are_no_hit_in_any_arrangement(register: Register) -> None:
    rng = np.random.default_rng(2)
    for _ in range(3):
        register.enrol(person(rng))
    assert register.search(person(rng)).hits == ()


def test_each_reference_is_listed_once_and_no_more_than_asked_for(register: Register) -> None:
    first, again = two_captures()
    keys = [register.enrol(first) for _ in range(3)]
    answer = register.search(rearranged(again, Arrangement.ORDER_MIRRORED), k=2)
    assert [hit.candidate.key for hit in answer.hits] == keys[:2]
    assert [hit.candidate.rank for hit in answer.hits] == [1, 2]


def test_a_finger_sent_twice_is_shown_beside_its_quality() -> None:
    first, again = two_captures(3)
    fingers = dict(first.fingers)
    fingers[FingerPosition.LEFT_RING] = again.fingers[FingerPosition.RIGHT_MIDDLE]
    shown = {view.position: view.same_as for view in finger_views(capture_of(FingerSet(fingers)))}
    assert {position: other for position, other in shown.items() if other} == {9: 3}


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (0.0, "one search in a million"),
        (1e-3, "one search in 1,000"),
        (0.9e-3, "one search in 1,000"),
        (0.051, "one search in 10"),
        (0.6, "every search"),
        (7.0, "every search"),
    ],
)
def test_rarity_never_sounds_rarer_than_it_is(expected: float, words: str) -> None:
    assert rarity(expected) == words
