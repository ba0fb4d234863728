"""Pictures of an evaluation for the report page: curves, calibration, confusion and residuals, as inline SVG."""

from __future__ import annotations

import warnings
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Curve = tuple[str, NDArray[np.float64], NDArray[np.float64]]

_SIDE: Final = 260
_MARGIN: Final = 34
_MAX_CURVES: Final = 6
_MAX_CLASSES: Final = 12
_MAX_POINTS: Final = 400
_STEPS: Final = 80
_BINS: Final = 10
_BINARY: Final = 2
_LETTER: Final = 6.5
_DARK: Final = 0.55


_SAID: Final = {
    "ROC": "Right alarms against false ones, as the threshold falls.",
    "Precision and recall": "How many alarms are right, against how many cases are found.",
    "Calibration": "How often it happened, against how often it was foretold; best on the diagonal.",
    "Confusion": "Rows: the truth; columns: the prediction.",
}


def classifier_pictures(
    truth: Sequence[int], probabilities: NDArray[np.float64], classes: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Return pictures of a classifier on labelled rows.

    Parameters
    ----------
    truth : sequence of int
        Index of the right class of each row.
    probabilities : ndarray of shape (n_rows, n_classes)
        As predicted.
    classes : sequence of str
        Names of the classes.

    Returns
    -------
    list of (str, str, str)
        Title, explanation and SVG: ROC, precision and recall, calibration, confusion.
    """
    labels = np.asarray(truth)
    shown = [1] if len(classes) == _BINARY else range(min(len(classes), _MAX_CURVES))
    found = [index for index in shown if 0 < (labels == index).sum() < len(labels)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        roc = [(classes[each], *metrics.roc_curve(labels == each, probabilities[:, each])[:2]) for each in found]
        recall = [_precision_recall(classes[each], labels == each, probabilities[:, each]) for each in found]
    calibrated = [_calibration(classes[each], labels == each, probabilities[:, each]) for each in found]
    matrix = metrics.confusion_matrix(labels, probabilities.argmax(axis=1), labels=range(len(classes)))
    pictures = (
        _plot(roc, "false positives", "true positives", diagonal=True),
        _plot(recall, "recall", "precision"),
        _plot(calibrated, "predicted", "observed", diagonal=True, dots=True),
        _confusion(matrix, classes),
    )
    return [(title, said, picture) for (title, said), picture in zip(_SAID.items(), pictures, strict=True)]


def regressor_pictures(truth: NDArray[np.float64], values: NDArray[np.float64]) -> list[tuple[str, str, str]]:
    """Return pictures of a regressor on labelled rows: prediction against truth, and residuals.

    Parameters
    ----------
    truth, values : ndarray of shape (n_rows,)
        What was right, and what was predicted.
    """
    step = max(1, -(-len(truth) // _MAX_POINTS))
    right, found = truth[::step], values[::step]
    return [
        (
            "Prediction",
            "Predicted against true values; best on the diagonal.",
            _scatter(right, found, ("truth", "prediction"), "diagonal"),
        ),
        (
            "Residuals",
            "Truth minus prediction; best without a pattern around zero.",
            _scatter(found, right - found, ("prediction", "residual"), "zero"),
        ),
    ]


def section(pictures: Sequence[tuple[str, str, str]]) -> str:
    """Return the pictures side by side, as a section of the page."""
    cells = "".join(
        f"<figure><figcaption><b>{escape(title)}</b><small>{escape(text)}</small></figcaption>{picture}</figure>"
        for title, text, picture in pictures
    )
    return f'<section><h2>On labelled rows</h2><div class="pictures">{cells}</div></section>'


def _precision_recall(name: str, positive: NDArray[np.bool_], scores: NDArray[np.float64]) -> Curve:
    precision, recall, _ = metrics.precision_recall_curve(positive, scores)
    return name, recall[::-1], precision[::-1]


def _calibration(name: str, positive: NDArray[np.bool_], scores: NDArray[np.float64]) -> Curve:
    bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    filled = [each for each in range(_BINS) if (bins == each).any()]
    foretold = np.array([scores[bins == each].mean() for each in filled])
    return name, foretold, np.array([positive[bins == each].mean() for each in filled])


def _plot(curves: Sequence[Curve], across: str, up: str, *, diagonal: bool = False, dots: bool = False) -> str:
    pieces = [f'<line class="guide" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'] if diagonal else []
    for index, (name, xs, ys) in enumerate(curves):
        chosen = np.unique(np.linspace(0, len(xs) - 1, _STEPS).astype(int))
        points = " ".join(f"{_x(xs[each])},{_y(ys[each])}" for each in chosen)
        style = f'style="stroke:{_colour(index)}"'
        pieces.append(f'<polyline class="curve" {style} points="{points}"><title>{escape(name)}</title></polyline>')
        if dots:
            pieces += [
                f'<circle cx="{_x(x)}" cy="{_y(y)}" r="3" style="fill:{_colour(index)}"/>'
                for x, y in zip(xs, ys, strict=True)
            ]
        if len(curves) > 1:
            # Below the curves, which keep to the other corner.
            place = _y(0) - 8 - 14 * (len(curves) - 1 - index)
            side = (_x(1) - 6, "end") if diagonal else (_x(0) + 6, "start")
            pieces.append(_text(side[0], place, name, side[1], f'style="fill:{_colour(index)}"'))
    return _framed(pieces, (across, up), ("0", "1"), ("0", "1"))


def _scatter(xs: NDArray[np.float64], ys: NDArray[np.float64], names: tuple[str, str], guide: str) -> str:
    low, high = float(xs.min()), float(xs.max())
    peak = float(np.abs(ys).max()) or 1.0
    bottom, top = (low, high) if guide == "diagonal" else (-peak, peak)
    width, height = (high - low) or 1.0, (top - bottom) or 1.0
    ends = ((0, 0), (1, 1)) if guide == "diagonal" else ((0, 0.5), (1, 0.5))
    pieces = [
        f'<line class="guide" x1="{_x(ends[0][0])}" y1="{_y(ends[0][1])}" x2="{_x(ends[1][0])}" y2="{_y(ends[1][1])}"/>'
    ]
    for x, y in zip((xs - low) / width, np.clip((ys - bottom) / height, 0, 1), strict=True):
        pieces.append(f'<circle class="dot" cx="{_x(x)}" cy="{_y(y)}" r="2.5"/>')
    return _framed(pieces, names, (f"{low:.3g}", f"{high:.3g}"), (f"{bottom:.3g}", f"{top:.3g}"))


def _framed(pieces: Sequence[str], names: tuple[str, str], across: tuple[str, str], up: tuple[str, str]) -> str:
    below = _y(0) + 15
    labels = (
        f'<rect class="frame" x="{_x(0)}" y="{_y(1)}" width="{_SIDE}" height="{_SIDE}"/>',
        _text(_x(0), below, across[0], "start"),
        _text(_x(1), below, across[1], "end"),
        _text(_x(0.5), below, names[0]),
        _text(_x(0) - 5, _y(0), up[0], "end"),
        _text(_x(0) - 5, _y(1) + 10, up[1], "end"),
        _upright(_y(0.5), names[1]),
    )
    return _svg("".join((*labels, *pieces)))


def _text(x: float, y: float, content: str, anchor: str = "middle", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(content)}</text>'


def _upright(y: float, content: str) -> str:
    place = f"translate({_x(0) - 8} {y:.1f}) rotate(-90)"
    return f'<text transform="{place}" text-anchor="middle">{escape(content)}</text>'


def _confusion(matrix: NDArray[np.int64], classes: Sequence[str]) -> str:
    shown = min(len(classes), _MAX_CLASSES)
    cell = _SIDE / shown
    room = max(2, int(cell / _LETTER))
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    pieces = []
    for row in range(shown):
        for column in range(shown):
            x, y, share = _x(0) + column * cell, _y(1) + row * cell, shares[row, column]
            title = f"{classes[row]} taken for {classes[column]}: {matrix[row, column]}"
            ink = 'class="light"' if share > _DARK else ""
            pieces.append(
                f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{cell - 2:.1f}" height="{cell - 2:.1f}" rx="3" '
                f'style="fill-opacity:{0.06 + 0.94 * share:.2f}"><title>{escape(title)}</title></rect>'
            )
            pieces.append(_text(x + cell / 2, y + cell / 2 + 4, str(matrix[row, column]), more=ink))
        name = classes[row] if len(classes[row]) <= room else f"{classes[row][: room - 1]}…"
        pieces.append(_text(_x(0) + (row + 0.5) * cell, _y(0) + 15, name))
        pieces.append(_upright(_y(1) + (row + 0.5) * cell, name))
    return _svg("".join(pieces))


def _svg(body: str) -> str:
    width, height = _SIDE + _MARGIN + 8, _SIDE + _MARGIN - 6
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg class="plot" {size} role="img">{body}</svg>'


def _x(share: float) -> float:
    return round(_MARGIN + float(share) * _SIDE, 1)


def _y(share: float) -> float:
    return round(6 + (1 - float(share)) * _SIDE, 1)


def _colour(index: int) -> str:
    return f"hsl({(212 + 67 * index) % 360} 60% 52%)"
