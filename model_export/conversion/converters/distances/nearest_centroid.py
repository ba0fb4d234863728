"""NearestCentroid, whose label and scores measure differently where all classes have the same prior."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.distances.metrics import distances, squared_by_product
from model_export.conversion.formulas.classes import pairwise, posterior
from model_export.conversion.formulas.functions import sqrt
from model_export.conversion.methods.registry import predictions, probabilities, scores

if TYPE_CHECKING:
    from sklearn.neighbors import NearestCentroid

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor


def _scores(model: NearestCentroid, x: Table) -> Tensor:
    """Return the discriminant score of each class, with columns divided by their deviation within the classes."""
    deviation = np.where(model.within_class_std_dev_ != 0, model.within_class_std_dev_, 1.0)
    centroids = model.centroids_ / deviation
    scaled = x.numbers() / deviation[None, :]
    if model.metric == "euclidean":
        apart = sqrt(squared_by_product(scaled, centroids))
    else:
        apart = distances(model, scaled, centroids, model.metric, {})
    priors = np.asarray(2.0 * np.log(model.class_prior_), np.float64)
    return -(apart * apart) + priors[None, :]


@predictions("NearestCentroid")
def centroid_label(model: NearestCentroid, x: Table) -> Tensor:
    """Write NearestCentroid.predict."""
    if not np.isclose(model.class_prior_, 1 / len(model.classes_)).all():
        return _scores(model, x).argmax()
    numbers = x.numbers()
    if model.metric == "euclidean":
        return squared_by_product(numbers, np.asarray(model.centroids_)).argmin()
    return distances(model, numbers, model.centroids_, model.metric, {}).argmin()


@scores("NearestCentroid")
def centroid_scores(model: NearestCentroid, x: Table) -> Tensor:
    """Write NearestCentroid.decision_function."""
    return pairwise(_scores(model, x))


@probabilities("NearestCentroid")
def centroid_probabilities(model: NearestCentroid, x: Table) -> Tensor:
    """Write NearestCentroid.predict_proba."""
    return posterior(_scores(model, x))
