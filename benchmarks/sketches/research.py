"""The research prints as the sketches see them, and models that were fitted to half of them."""

from __future__ import annotations

import numpy as np
from rich.progress import track

from benchmarks.data import data_folder, fingerprint_databases
from benchmarks.extractors import NOMINAL_PPI, make_extractor
from benchmarks.sketches.prints import Prints
from benchmarks.sketches.training import Recipe, fit
from matching.codec.image import decode
from matching.fingerprint.sketch_model import SketchModel

__all__ = ["cross_fitted", "read_research"]

_COPIES = 3  # few fingers need perturbed copies; the shipped model has fingers enough


def read_research(extractor: str) -> Prints:
    """Extract every print of the measuring data; a database is a group."""
    made = make_extractor(extractor)
    templates, owners = [], []
    for group, database in enumerate(fingerprint_databases(data_folder())):
        names = {name: n for n, name in enumerate(sorted({f for f, _ in database.images}))}
        for (finger, impression), path in track(
            database.images.items(), database.name, transient=True
        ):
            found = made.extract(decode(path.read_bytes()).pixels, ppi=NOMINAL_PPI)
            templates.append(found.template)
            owners.append((1000 * group + names[finger], impression, group))
    fingers, impressions, groups = np.array(owners, np.int64).T
    return Prints(templates, fingers, impressions, groups)


def cross_fitted(prints: Prints, cohort: SketchModel) -> list[tuple[Prints, SketchModel]]:
    """Fit a model to every other database, for the prints of the rest, and the other way round.

    Args:
        prints: Of several groups.
        cohort: Lends its cohort, so that all models are used alike; not fitted to these prints.

    Returns:
        The prints of each half with the model of the other half.
    """
    halves = [np.flatnonzero(prints.groups % 2 == side) for side in (0, 1)]
    found = []
    for measured, trained in (halves, halves[::-1]):
        projection, origin = fit([prints.take(trained)], Recipe(copies=_COPIES))
        model = SketchModel("cross-fitted", projection, origin, cohort.cohort)
        found.append((prints.take(measured), model))
    return found
