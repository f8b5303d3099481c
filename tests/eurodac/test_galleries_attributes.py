import pytest
from hypothesis import given
from hypothesis import strategies as st

from eurodac.galleries import attributes_of, permit_for
from eurodac.law import states
from eurodac.record import Category, RecordId, Subtype, System
from eurodac.store import StoredReference
from matching.template import FingerSet

STORED = [category for category in Category if category is not Category.ADMISSION_QUERY]
STATES = st.sampled_from(sorted(states.CODES))


def _stored(
    system: System, state: str, category: Category | None = None, mark: bool = False
) -> StoredReference:
    subtype = None if category is None else Subtype.NONE
    record_id = RecordId("0" * 32)
    return StoredReference(record_id, system, state, category, subtype, mark, FingerSet())


DATASETS = st.builds(
    _stored, st.just(System.EURODAC), STATES, st.sampled_from(STORED), st.booleans()
)
OTHERS = st.builds(_stored, st.sampled_from([s for s in System if s != System.EURODAC]), STATES)


@given(
    DATASETS | OTHERS,
    st.frozensets(st.sampled_from(STORED)),
    st.frozensets(st.sampled_from(list(System)[1:])),
    STATES | st.none(),
    STATES | st.none(),
)
def test_the_masks_say_what_the_words_say(
    stored: StoredReference,
    categories: frozenset[Category],
    systems: frozenset[System],
    only: str | None,
    without: str | None,
) -> None:
    for marked_only in ([], [Category.APPLICANT.value]):
        permit = permit_for(
            categories=[c.value for c in categories],
            marked_only=marked_only,
            systems=[s.value for s in systems],
            only_state=only,
            excluded_state=without,
        )
        if stored.category is None:
            expected = stored.system in systems
        else:
            needs_mark = stored.category is Category.APPLICANT and marked_only
            expected = stored.category in categories and (not needs_mark or stored.protection_mark)
        expected = expected and only in (None, stored.member_state)
        expected = expected and stored.member_state != without
        assert permit.allows("key", attributes_of(stored)) == expected


@given(DATASETS | OTHERS)
def test_an_attribute_word_fits_64_bits(stored: StoredReference) -> None:
    assert 0 < attributes_of(stored) < 1 << 64


def test_the_words_of_two_different_records_differ() -> None:
    every = [
        _stored(System.EURODAC, state, category) for state in states.CODES for category in STORED
    ] + [_stored(system, state) for state in states.CODES for system in list(System)[1:]]
    assert len({attributes_of(stored) for stored in every}) == len(every)


def test_the_mark_counts_for_applicants_alone() -> None:
    marked = _stored(System.EURODAC, "IT", Category.ILLEGAL_STAY, mark=True)
    plain = _stored(System.EURODAC, "IT", Category.ILLEGAL_STAY)
    assert attributes_of(marked) == attributes_of(plain)


def test_the_probe_itself_can_be_left_out() -> None:
    word = attributes_of(_stored(System.EES, "AT"))
    permit = permit_for(systems=["EES"], excluded=["own"])
    assert permit.allows("another", word)
    assert not permit.allows("own", word)


def test_nothing_named_means_nothing_permitted() -> None:
    assert not permit_for().allows("r", (1 << 64) - 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"categories": ["admission_query"]},
        {"categories": ["applicants"]},
        {"systems": ["EURODAK"]},
        {"categories": ["illegal_stay"], "marked_only": ["illegal_stay"]},
    ],
)
def test_words_that_the_law_does_not_know_are_refused(wrong: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"never stored|not a valid|only applicant"):
        permit_for(**wrong)  # type: ignore[arg-type]


def test_an_unknown_member_state_is_refused() -> None:
    with pytest.raises(KeyError):
        permit_for(categories=["applicant"], only_state="XX")
