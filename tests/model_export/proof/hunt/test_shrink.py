"""A difference is shrunk to the features that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from model_export.proof.hunt.shrink import features_kept, shrunk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model_export.source.instances import Instance

NAMES = "abcdef"


@given(needed=st.sets(st.sampled_from(NAMES), min_size=1), changed=st.sets(st.sampled_from(NAMES)))
def test_exactly_the_needed_features_stay(needed: set[str], changed: set[str]) -> None:
    typical: Instance = dict.fromkeys(NAMES, 0)
    found: Instance = {name: int(name in needed | changed) for name in NAMES}

    def differs(tried: Sequence[Instance]) -> list[bool]:
        return [all(instance[name] for name in needed) for instance in tried]

    assert features_kept(shrunk(found, typical, differs), typical) == sorted(needed)
