"""What the arguments of an export are read as."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from model_export.errors import InputError
from model_export.source.intake import target_names


@pytest.mark.parametrize(
    ("given", "names"), [(None, ()), ("label", ("label",)), (["a", "b"], ("a", "b")), (("a",), ("a",)), ([], ())]
)
def test_a_target_is_a_name_or_several(given: str | list[str] | None, names: tuple[str, ...]) -> None:
    assert target_names(given) == names


@pytest.mark.parametrize(
    "labels", [pd.Series([0, 1]), pd.DataFrame({"a": [0, 1]}), np.array([0, 1]), [0, 1], ["a", 1], 3], ids=str
)
def test_labels_in_place_of_their_name_are_refused_with_the_way_out(labels: object) -> None:
    with pytest.raises(InputError, match=r"expected the name of the column .* target='label'"):
        target_names(labels)  # type: ignore[arg-type] # what callers pass
