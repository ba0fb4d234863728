"""The breast cancer example."""

from __future__ import annotations

import yaml

from examples.breast_cancer.train import EXAMPLE, TARGET, load


def test_every_feature_is_described_under_its_own_name_and_cannot_be_negative() -> None:
    training, held_out = load()
    said = yaml.safe_load(EXAMPLE.features.read_text(encoding="utf-8"))
    assert list(said) == [name for name in training.columns if name != TARGET]
    assert len(training) + len(held_out) == 569
    for name, members in said.items():
        assert members["minimum"] == 0, name
        assert len(members["description"]) > 20, name
