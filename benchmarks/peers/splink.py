"""Peer: splink 5 on DuckDB: Fellegi-Sunter with EM and term frequencies, as its own examples do it.

Every model is trained without labels: u from random pairs, the prior from rules that rarely err,
m by EM in two passes, each blocked on what the other one estimates.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

import duckdb
import numpy as np
import pyarrow as pa
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.names.protocols import Records, Scored

__all__ = ["SplinkFake1000", "SplinkFebrl4", "SplinkHistorical"]

_SURE = log2(0.95 / 0.05)
"""Match weight of the probability of 0.95 from which its examples join clusters."""
_LOWEST_WEIGHT = -30.0
_SEED = 1
_WIDE = (
    ("postcode",),
    ("dob",),
    ("surname", "birth_place"),
    ("first_name", "birth_place"),
    ("surname", "occupation"),
    ("first_name", "surname"),
    ("surname", "substr(first_name, 1, 1)"),
)


@dataclass(frozen=True, slots=True)
class _Model:
    """What splink is told about a set.

    Args:
        comparisons: Of columns.
        blocks: Pairs are compared that agree on all expressions of one of these.
        sure: Conditions on l and r that hardly any two people fulfil.
        recall: Guessed share of true pairs that they find.
        passes: What EM is blocked on, pass by pass.
        pairs: At most so many random ones for u.
    """

    comparisons: Sequence[object]
    blocks: Sequence[Sequence[str]]
    sure: Sequence[str]
    recall: float
    passes: Sequence[Sequence[str]]
    pairs: float


def _febrl4() -> _Model:
    given, family, date = "given_name", "surname", "date_of_birth"
    year = _start(date, 4)
    return _Model(
        comparisons=[
            compare.NameComparison(given).configure(term_frequency_adjustments=True),
            compare.NameComparison(family).configure(term_frequency_adjustments=True),
            compare.LevenshteinAtThresholds(date, [1, 2]),
        ],
        blocks=[(given, family), (date,), (family, year), (given, year)],
        sure=[_agree(given, family, date)],
        recall=0.6,
        passes=[(date,), (family,)],
        pairs=2e6,
    )


def _historical(more: Sequence[Sequence[str]]) -> _Model:
    first, family, place = "first_name", "surname", "birth_place"
    area = _start("postcode", 3)
    return _Model(
        comparisons=[
            compare.ForenameSurnameComparison(
                first, family, forename_surname_concat_col_name="first_and_surname"
            ),
            compare.DateOfBirthComparison("dob", input_is_string=True),
            compare.PostcodeComparison("postcode"),
            compare.ExactMatch(place).configure(term_frequency_adjustments=True),
            compare.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
        blocks=[
            (_start(first, 3), _start(family, 4)),
            (family, "dob"),
            (first, "dob"),
            ("postcode", first),
            ("postcode", family),
            ("dob", place),
            (area, "dob"),
            (area, first),
            (area, family),
            (_start(first, 2), _start(family, 2), _start("dob", 4)),
            *more,
        ],
        sure=[_agree(first, family, "dob"), _agree("dob", "postcode")],
        recall=0.6,
        passes=[(first, family), ("dob",)],
        pairs=1e8,
    )


def _fake_1000() -> _Model:
    first, family = "first_name", "surname"
    return _Model(
        comparisons=[
            compare.NameComparison(first).configure(term_frequency_adjustments=True),
            compare.NameComparison(family).configure(term_frequency_adjustments=True),
            compare.DateOfBirthComparison("dob", input_is_string=True),
            compare.ExactMatch("city").configure(term_frequency_adjustments=True),
            compare.EmailComparison("email"),
        ],
        blocks=[(first, "city"), (family,), ("dob",), ("email",)],
        sure=[_agree(first, "dob"), _agree("email")],
        recall=0.7,
        passes=[(first, family), ("dob",)],
        pairs=1e6,
    )


class SplinkFebrl4:
    """Links two sets by given_name, surname and date_of_birth."""

    threshold = _SURE

    def link(self, left: Records, right: Records) -> Scored:
        """Train on both sets and score their candidate pairs; the score is the match weight."""
        return _score(_febrl4(), [left, right])


class _Deduplication:
    threshold = _SURE

    def _model(self) -> _Model:
        raise NotImplementedError

    def dedupe(self, records: Records) -> Scored:
        """Train on the set and score its candidate pairs; the score is the match weight."""
        return _score(self._model(), [records])


class SplinkHistorical(_Deduplication):
    """Names with term frequency of the whole name, birth date and place, postcode, occupation.

    Args:
        wide: Compare four times as many pairs as its published example does, which it gains by.
    """

    def __init__(self, *, wide: bool) -> None:
        self._wide = wide

    def _model(self) -> _Model:
        return _historical(_WIDE if self._wide else ())


class SplinkFake1000(_Deduplication):
    """Names, birth date, city and e-mail."""

    def _model(self) -> _Model:
        return _fake_1000()


def _start(column: str, letters: int) -> str:
    return f"substr({column}, 1, {letters})"


def _agree(*columns: str) -> str:
    return " and ".join(f"l.{column} = r.{column}" for column in columns)


def _score(model: _Model, sets: Sequence[Records]) -> Scored:
    logging.disable(logging.WARNING)  # it tells every step it takes, and resets its own level
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET enable_progress_bar = false")
    api = DuckDBAPI(connection)
    tables = [
        api.register(_table(records), dataset_display_name=f"set_{side}")
        for side, records in enumerate(sets)
    ]
    settings = SettingsCreator(
        link_type="link_only" if len(sets) == 2 else "dedupe_only",
        comparisons=list(model.comparisons),
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in model.blocks],
    )
    linker = Linker(tables, settings)
    training = linker.training
    training.estimate_probability_two_random_records_match(list(model.sure), recall=model.recall)
    training.estimate_u_using_random_sampling(max_pairs=model.pairs, seed=_SEED)
    for columns in model.passes:
        training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    found = linker.inference.predict(threshold_match_weight=_LOWEST_WEIGHT)
    names = "unique_id_l, unique_id_r, match_weight"
    rows = connection.execute(f"SELECT {names} FROM {found.physical_name}").fetchnumpy()
    connection.close()
    left, right = (np.asarray(rows[f"unique_id_{side}"], np.int64) for side in "lr")
    return Scored(left, right, np.asarray(rows["match_weight"], np.float64))


def _table(records: Records) -> pa.Table:
    return pa.table({"unique_id": np.arange(len(records)), **records.columns})
