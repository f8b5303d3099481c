"""Sequences: persons as components of links."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from eurodac.record import (
    Category,
    Dataset,
    Event,
    LaterData,
    Link,
    LinkBasis,
    LinkId,
    LinkState,
    Name,
    NameKind,
    PartialDate,
    PersonId,
    RecordId,
    Sex,
    Subtype,
    System,
)
from eurodac.sequence import components, conflicting_values, happened_on, sequences

START = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
PROVISIONAL, CONFIRMED, REJECTED = LinkState.PROVISIONAL, LinkState.CONFIRMED, LinkState.REJECTED


def dataset(
    letter: str, *, state: str = "IT", on: date = date(2026, 6, 30), day: int = 0
) -> Dataset:
    at = START + timedelta(days=day)
    return Dataset(
        id=RecordId(letter * 32),
        category=Category.APPLICANT,
        subtype=Subtype.NONE,
        member_state=state,
        reference_number=f"{state}1{letter}".upper(),
        names=(Name(NameKind.CURRENT, "Haddad", "Omar"),),
        nationalities=("SYR",),
        sex=Sex.MALE,
        date_of_birth=PartialDate(1990, 2),
        place_of_birth="Homs",
        event=Event("Bari", on),
        biometrics_taken_at=at,
        transmitted_at=at,
        operator_user_id="operator",
        recorded_at=at,
        expires_on=date(2036, 7, 1),
    )


def link(
    one: str,
    other: str,
    state: LinkState = CONFIRMED,
    *,
    other_system: System = System.EURODAC,
) -> Link:
    ends = sorted([(one * 32, System.EURODAC), (other * 32, other_system)])
    return Link(
        id=LinkId(f"{one}{other}{state.value}"),
        low=RecordId(ends[0][0]),
        low_system=ends[0][1],
        high=RecordId(ends[1][0]),
        high_system=ends[1][1],
        state=state,
        basis=LinkBasis.FINGERPRINT,
        score=40.0,
        threshold=20.0,
        terms=(),
        matcher_version="test",
        found_by=RecordId(one * 32),
        created_at=START,
    )


def parts(letters: str, links: list[Link]) -> set[str]:
    found = components([RecordId(each * 32) for each in letters], links)
    return {"".join(sorted(record[0] for record in part)) for part in found}


def test_links_join_and_unlinked_datasets_stay_alone() -> None:
    assert parts("abcd", [link("a", "b"), link("b", "c", PROVISIONAL)]) == {"abc", "d"}


def test_a_rejected_link_joins_nothing() -> None:
    assert parts("ab", [link("a", "b", REJECTED)]) == {"a", "b"}


def test_two_datasets_on_one_record_of_another_system_stay_two_persons() -> None:
    across = [link("a", "e", other_system=System.EES), link("b", "e", other_system=System.EES)]
    assert parts("ab", across) == {"a", "b"}
    assert parts("abe", across) == {"a", "b", "e"}
    first, second = sequences([dataset("a"), dataset("b")], across)
    assert [record.system for record in first.attached + second.attached] == [System.EES] * 2


def test_a_link_with_a_record_outside_the_ids_joins_nothing() -> None:
    assert parts("ab", [link("a", "c"), link("b", "c")]) == {"a", "b"}


def test_rejecting_the_only_bridge_splits_and_rejecting_one_of_two_does_not() -> None:
    bridge = [link("a", "b"), link("c", "d"), link("b", "c")]
    assert parts("abcd", bridge) == {"abcd"}
    assert parts("abcd", [*bridge[:2], link("b", "c", REJECTED)]) == {"ab", "cd"}
    assert parts("abcd", [*bridge[:2], link("b", "c", REJECTED), link("a", "d")]) == {"abcd"}


LETTERS = "abcdefgh"
pairs = st.tuples(st.sampled_from(LETTERS), st.sampled_from(LETTERS)).filter(lambda p: p[0] < p[1])
graphs = st.dictionaries(pairs, st.sampled_from(list(LinkState)), max_size=14).map(
    lambda found: [link(*pair, state) for pair, state in found.items()]
)


@given(graphs, st.randoms(use_true_random=False))
def test_the_order_of_links_and_ids_does_not_matter(links: list[Link], random: object) -> None:
    shuffled, letters = list(links), list(LETTERS)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(letters)  # type: ignore[attr-defined]
    assert components([RecordId(x * 32) for x in letters], shuffled) == components(
        [RecordId(x * 32) for x in LETTERS], links
    )
    people = [dataset(letter) for letter in LETTERS]
    one, other = sequences(people, links), sequences(people[::-1], shuffled)
    assert [s.datasets for s in one] == [s.datasets for s in other]
    assert [s.conflicts for s in one] == [s.conflicts for s in other]


@given(graphs)
def test_components_are_a_partition(links: list[Link]) -> None:
    found = components([RecordId(x * 32) for x in LETTERS], links)
    members = [record[0] for part in found for record in part]
    assert sorted(members) == list(LETTERS)


@given(graphs, pairs)
def test_merge_then_split_is_identity(links: list[Link], pair: tuple[str, str]) -> None:
    others = [each for each in links if {each.low[0], each.high[0]} != set(pair)]
    before = parts(LETTERS, others)
    merged = parts(LETTERS, [*others, link(*pair, PROVISIONAL)])
    assert any(set(pair) <= set(part) for part in merged)
    assert parts(LETTERS, [*others, link(*pair, REJECTED)]) == before


def test_the_person_is_named_after_the_dataset_of_the_earliest_event() -> None:
    recorded_first = dataset("b", day=0, on=date(2026, 6, 30))
    newer_about_an_earlier_event = dataset("a", day=3, on=date(2026, 5, 1))
    (person,) = sequences([newer_about_an_earlier_event, recorded_first], [link("a", "b")])
    assert person.person_id == PersonId(newer_about_an_earlier_event.id)
    assert [each.id for each in person.datasets] == [
        newer_about_an_earlier_event.id,
        recorded_first.id,
    ]


def test_an_arrival_after_a_transfer_counts_on_the_day_of_arrival() -> None:
    arrival = replace(
        dataset("a", on=date(2026, 1, 1)),
        subtype=Subtype.TRANSFER_ARRIVAL,
        later=LaterData(take_charge_arrival_on=date(2026, 6, 1)),
    )
    assert happened_on(arrival) == date(2026, 6, 1)


def test_a_sequence_is_provisional_only_where_it_rests_on_a_provisional_link() -> None:
    people = [dataset("a"), dataset("b"), dataset("c")]
    firm = [link("a", "b"), link("b", "c")]
    assert not sequences(people, firm)[0].provisional
    assert not sequences(people, [*firm, link("a", "c", PROVISIONAL)])[0].provisional
    (loose,) = sequences(people, [firm[0], link("b", "c", PROVISIONAL)])
    assert loose.provisional
    assert loose.state_between(people[0].id, people[1].id) is CONFIRMED
    assert loose.state_between(people[0].id, people[2].id) is PROVISIONAL


def test_a_rejected_pair_that_confirmed_links_hold_together_is_a_settled_conflict() -> None:
    people = [dataset("a"), dataset("b"), dataset("c")]
    rejected = link("a", "c", REJECTED)
    (person,) = sequences(people, [link("a", "b"), link("b", "c"), rejected])
    (conflict,) = person.conflicts
    assert conflict.rejected == rejected.id
    assert conflict.path == tuple(each.id for each in people)
    assert conflict.settled
    (person,) = sequences(people, [link("a", "b"), link("b", "c", PROVISIONAL), rejected])
    assert not person.conflicts[0].settled


def test_a_cross_system_record_is_unverified_until_a_person_confirms_it() -> None:
    hanging = link("a", "e", PROVISIONAL, other_system=System.VIS)
    (person,) = sequences([dataset("a")], [hanging])
    assert (person.attached[0].system, person.attached[0].label) == (System.VIS, "unverified")
    (person,) = sequences([dataset("a")], [replace(hanging, state=CONFIRMED)])
    assert person.attached[0].label == "verified"
    (person,) = sequences([dataset("a")], [replace(hanging, state=REJECTED)])
    assert person.attached == ()


def test_a_rejected_cross_system_link_beside_a_confirmed_one_is_a_conflict() -> None:
    people = [dataset("a"), dataset("b")]
    links = [
        link("a", "b"),
        link("a", "e", other_system=System.EES),
        link("b", "e", REJECTED, other_system=System.EES),
    ]
    (person,) = sequences(people, links)
    assert [conflict.rejected for conflict in person.conflicts] == [links[2].id]


def test_a_record_of_another_system_never_carries_a_conflict_path() -> None:
    across = [link("a", "e", other_system=System.EES), link("b", "e", other_system=System.EES)]
    people = sequences([dataset("a"), dataset("b")], [*across, link("a", "b", REJECTED)])
    assert [person.conflicts for person in people] == [(), ()]
    held = [link("a", "c", PROVISIONAL), link("b", "c"), link("a", "b", REJECTED)]
    (person,) = sequences([dataset("a"), dataset("b"), dataset("c")], [*across, *held])
    (conflict,) = person.conflicts
    assert [record[0] for record in conflict.path] == ["a", "c", "b"]
    assert not conflict.settled


def test_differing_values_stand_side_by_side_and_nothing_is_chosen() -> None:
    mine = dataset("a", state="DE")
    theirs = replace(
        dataset("b", state="IT"),
        date_of_birth=PartialDate(1991, 2),
        place_of_birth=None,
        names=(*mine.names, Name(NameKind.ALIAS, "Hadad", "")),
    )
    fields = {each.field: each for each in conflicting_values([mine, theirs])}
    assert list(fields) == ["names", "date_of_birth", "sex", "nationalities", "place_of_birth"]
    born = fields["date_of_birth"]
    assert [(v.value, v.member_state, v.dataset_id) for v in born.values] == [
        (("1990-02",), "DE", mine.id),
        (("1991-02",), "IT", theirs.id),
    ]
    assert born.conflicting
    assert fields["names"].conflicting
    assert not fields["place_of_birth"].conflicting
    assert fields["place_of_birth"].values[1].value == ()


def test_values_and_sequences_keep_personal_data_out_of_repr() -> None:
    (person,) = sequences([dataset("a")], [])
    text = repr(person) + repr(conflicting_values(person.datasets))
    assert "Haddad" not in text
    assert "Homs" not in text
