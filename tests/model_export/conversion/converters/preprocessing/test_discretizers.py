"""Numbers at a border go where scikit-learn puts them."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import Binarizer

from tests.model_export.conversion.converters.behind import numbers, transformed


def test_a_number_at_the_threshold_is_no_one() -> None:
    rows = numbers(20).round(1)
    expected, found = transformed(Binarizer(threshold=rows["x0"].to_list()[0]).fit(rows), rows)

    assert expected[0, 0] == 0
    np.testing.assert_array_equal(found, expected)
