"""Pictures of the evaluation."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np

from model_export.evaluation.pictures import classifier_pictures, regressor_pictures, section


def _parsed(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - our own


def test_a_perfect_classifier_has_a_perfect_curve_and_an_empty_corner() -> None:
    truth = [0, 1] * 20
    pictures = classifier_pictures(truth, np.eye(2)[truth], ["no <b>", "yes"])
    assert [title for title, _, _ in pictures] == ["ROC", "Precision and recall", "Calibration", "Confusion"]
    for _, _, picture in pictures:
        _parsed(picture)
    # Corners of the frame: x from 34 to 294, y from 266 up to 6.
    assert re.search(r'points="34.0,266.0 34.0,6.0 294.0,6.0"', pictures[0][2])
    assert "no &lt;b&gt; taken for yes: 0</title>" in pictures[3][2]
    assert "yes taken for yes: 20</title>" in pictures[3][2]


def test_each_of_several_classes_has_a_curve_with_its_name() -> None:
    generator = np.random.default_rng(0)
    scores = generator.dirichlet([1, 1, 1], 90)
    pictures = classifier_pictures([0, 1, 2] * 30, scores, ["a", "b", "c"])
    assert pictures[0][2].count("<polyline") == 3
    for name in ("a", "b", "c"):
        assert f">{name}</text>" in pictures[0][2]


def test_residuals_of_a_right_regressor_lie_on_zero() -> None:
    values = np.arange(50.0)
    prediction, residuals = regressor_pictures(values, values)
    heights = {dot.get("cy") for dot in _parsed(residuals[2]).iter("circle")}
    assert heights == {"136.0"}
    assert len(list(_parsed(prediction[2]).iter("circle"))) == 50


def test_the_section_shows_title_and_explanation() -> None:
    assert "<b>ROC</b><small>Why.</small>" in section([("ROC", "Why.", "<svg></svg>")])
