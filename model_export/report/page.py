"""report.html: one self-contained page for people, the same bytes for the same export."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from inference_lib.bundle.profile import DISTANCE, MARGIN, PROBABILITY, SCORE, TARGETS, VALUE
from inference_lib.contract.document import IGNORE
from inference_lib.monitor.quality.measures import EVALUATED_ROWS
from model_export.evaluation.pictures import section
from model_export.proof.edges import DRAWN
from model_export.report.parts import bars, columns, histogram, metric_text, size_text, table, tile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.contract.document import Contract, Feature, Json
    from model_export.proof.report import ParityReport

_METRICS = {
    "accuracy": ("accuracy", "share of rows whose label is right"),
    "balanced_accuracy": ("balanced accuracy", "the same, each class counting alike"),
    "log_loss": ("log loss", "how surprised the probabilities are by the truth; lower is better"),
    "brier_score": ("Brier score", "squared error of all probabilities; lower is better"),
    "calibration_error": ("calibration error", "how far the probabilities are from the shares that came true"),
    "roc_auc": ("ROC AUC", "each class against the rest, mean; 0.5 is chance"),
    "r2": ("R²", "share of the variance that is explained"),
    "mean_absolute_error": ("mean absolute error", "in units of the target"),
    "root_mean_squared_error": ("root mean squared error", "in units of the target"),
    "adjusted_rand_index": ("adjusted Rand index", "how well clusters and labels agree; 0 is chance"),
    EVALUATED_ROWS: ("rows", "that came with labels"),
}
_TASKS = {
    "binary": "binary classifier",
    "multiclass": "classifier",
    "regression": "regressor",
    "anomaly": "detector of outliers",
    "clustering": "clusterer",
}
_NUMBERS = {
    VALUE: "the value",
    PROBABILITY: "the label's probability",
    SCORE: "the score (below 0 is an outlier)",
    MARGIN: "the margin between the two greatest scores",
    DISTANCE: "the distance to the nearest cluster",
}
_SMALL = (130, 34)


@dataclass(frozen=True)
class Facts:
    """All that the page tells.

    Parameters
    ----------
    contract : Contract
        With version and metrics.
    parity : ParityReport
        The proof.
    profile : dict
        The members of ``profile.json``.
    sizes : mapping of str to int, bytes
        By file name.
    notes : tuple of str
        What was changed for a faithful conversion.
    pictures : tuple of (str, str, str)
        Title, explanation and SVG of each picture of the evaluation; empty without labels.
    """

    contract: Contract
    parity: ParityReport
    profile: dict[str, Json]
    sizes: Mapping[str, int]
    notes: tuple[str, ...]
    pictures: tuple[tuple[str, str, str], ...] = ()
    unused: tuple[str, ...] = ()


def report_page(facts: Facts) -> bytes:
    """Return ``report.html``, which names no other host and needs no other file."""
    contract = facts.contract
    style = files("model_export.report").joinpath("page.css").read_text(encoding="utf-8")
    title = f"{escape(contract.name)} {contract.version}"
    body = "\n".join(
        (
            _header(facts),
            _tiles(facts),
            _evaluation(facts),
            section(facts.pictures) if facts.pictures else "",
            _features(facts),
            _proof(facts),
            _contents(facts),
            _next_steps(contract),
        )
    )
    page = (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
    return page.encode()


def _header(facts: Facts) -> str:
    contract = facts.contract
    chips = [
        f'<li class="good">proven on {facts.parity.rows:,} rows</li>',
        f"<li>version <code>{contract.version}</code></li>",
        f"<li>{_TASKS[contract.task]}{f' of {len(contract.targets)} targets' if contract.targets else ''}</li>",
        f"<li>scikit-learn {contract.libraries.get('scikit-learn', 'unknown')}</li>",
    ]
    if contract.git_commit:
        chips.append(f"<li>commit <code>{contract.git_commit[:10]}</code></li>")
    lead = f'<p class="lead">{escape(contract.description)}</p>' if contract.description else ""
    return f'<header>\n<h1>{escape(contract.name)}</h1>\n{lead}\n<ul class="chips">{"".join(chips)}</ul>\n</header>'


def _tiles(facts: Facts) -> str:
    contract = facts.contract
    shown = [tile(f"{value:.3g}", _METRICS.get(name, (name, ""))[0]) for name, value in contract.metrics.items()]
    shown = [
        *shown[:2],
        tile(str(len(contract.features)), "features"),
        tile(f"{facts.parity.max_abs_error:.1e}", "largest deviation from the original"),
        tile(size_text(facts.sizes["model.onnx"]), "model.onnx"),
    ]
    return f'<div class="tiles">{"".join(shown)}</div>'


def _evaluation(facts: Facts) -> str:
    metrics = facts.contract.metrics
    rows = [
        (f'<span class="name">{escape(_METRICS.get(name, (name, ""))[0])}</span>', metric_text(value), _meaning(name))
        for name, value in metrics.items()
    ]
    left = table(("metric", "value", "meaning"), rows, numbers=(1,)) if rows else "<p>No labels were given.</p>"
    predictions = facts.profile["predictions"]
    right = _predictions(predictions if isinstance(predictions, dict) else {})
    return (
        f'<div class="split"><section><h2>Evaluation</h2><p>On rows that came with labels.</p>{left}</section>'
        f"<section><h2>What it predicts</h2>{right}</section></div>"
    )


def _meaning(name: str) -> str:
    return f"<small>{escape(_METRICS.get(name, (name, 'given at export'))[1])}</small>"


def _predictions(predictions: dict[str, Json]) -> str:
    targets = predictions.get(TARGETS)
    if isinstance(targets, dict):
        parts = ((name, each if isinstance(each, dict) else {}) for name, each in targets.items())
        return "".join(f"<h3>{escape(name)}</h3>{_predictions(each)}" for name, each in parts)
    shares = f"<p>Labels on the reference rows.</p>{bars(predictions['classes'])}" if "classes" in predictions else ""
    for kind, meaning in _NUMBERS.items():
        if kind in predictions:
            ends = (0.0, 1.0) if kind == PROBABILITY else None
            picture = histogram(predictions[kind], (360, 75), ends)
            shares += f"<p>Distribution of {meaning} on the reference rows.</p>{picture}"
    return shares


def _features(facts: Facts) -> str:
    profiles = facts.profile["features"]
    known = profiles if isinstance(profiles, dict) else {}
    rows = [
        (
            f'<span class="name">{escape(feature.name)}</span><small>{escape(feature.description)}</small>',
            f"{feature.type}{f'<small>{escape(feature.unit)}</small>' if feature.unit else ''}",
            _allowed(feature),
            _missing(feature, known.get(feature.name)),
            _distribution(feature, known.get(feature.name)),
        )
        for feature in facts.contract.features
    ]
    head = ("feature", "type, unit", "allowed and observed", "missing", "reference rows")
    return (
        "<section><h2>Features</h2><p>What a request sends. A value outside the allowed range is refused; one outside "
        f"the observed range is answered and counted.</p>{table(head, rows)}{_unused(facts)}</section>"
    )


def _unused(facts: Facts) -> str:
    names = ", ".join(f"<code>{escape(name)}</code>" for name in facts.unused)
    fate = "ignored" if facts.contract.unknown_features == IGNORE else "refused"
    text = f"The model does not use these columns of the data; in a request they are {fate}: {names}."
    return f"<p>{text}</p>" if names else ""


def _distribution(feature: Feature, profile: Json) -> str:
    if not isinstance(profile, dict):
        return ""
    if "lengths" in profile:
        return f"{histogram(profile['lengths'], _SMALL)}<small>characters</small>"
    if "categories" in profile:
        return columns(profile["categories"], _SMALL)
    ends = (feature.observed_minimum or 0.0, feature.observed_maximum or 0.0)
    return histogram(profile, _SMALL, ends)


def _allowed(feature: Feature) -> str:
    if feature.type == "string":
        return escape(", ".join(map(str, feature.categories))) if feature.categories else "any text"
    if feature.type == "boolean":
        return "true, false"
    low = "" if feature.minimum is None else f"{feature.minimum:g}"
    high = "" if feature.maximum is None else f"{feature.maximum:g}"
    allowed = f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}" if high else "any"
    return f"{allowed}<small>observed {feature.observed_minimum:g} to {feature.observed_maximum:g}</small>"


def _missing(feature: Feature, profile: Json) -> str:
    if not feature.nullable:
        return "required"
    share = profile.get("missing_share") if isinstance(profile, dict) else None
    return f"{share:.1%}" if isinstance(share, float) else "allowed"


def _proof(facts: Facts) -> str:
    parity = facts.parity
    rows = [
        (
            escape(name),
            f"{group.rows:,}",
            f"{group.max_abs_error:.1e}",
            f"{group.max_rel_error:.1e}",
            f"{group.label_flips}",
        )
        for name, group in parity.groups.items()
    ]
    head = ("rows", "compared", "largest absolute error", "largest relative error", "labels that differ")
    notes = "".join(f"<li>{escape(note)}</li>" for note in facts.notes)
    applied = f"<p>Done on the way, so that both agree:</p><ul>{notes}</ul>" if notes else ""
    return (
        "<section><h2>Proof</h2><p>Each row was answered by the original model and, through the runtime that serves, "
        f"by this bundle. Two numbers agree when they differ by at most {parity.atol:.1e} + {parity.rtol:.1e} of the "
        f"original's; none differed by more.</p><p>{_possible(parity)}</p>"
        f"{table(head, rows, numbers=(1, 2, 3, 4))}{applied}</section>"
    )


def _possible(parity: ParityReport) -> str:
    drawn = parity.groups[DRAWN].rows if DRAWN in parity.groups else 0
    if not drawn:
        return "No requests were drawn at random."
    return (
        f"Of {drawn:,} requests drawn from the margins of the data none differs: with 95 % confidence fewer than "
        f"{parity.possible_rate:.2%} of such requests do (3/N, the rule of three)."
    )


def _contents(facts: Facts) -> str:
    sizes = [(f"<code>{escape(name)}</code>", size_text(size)) for name, size in facts.sizes.items()]
    versions = [(escape(name), escape(version)) for name, version in facts.contract.libraries.items()]
    return (
        f'<div class="split"><section><h2>Files</h2>{table(("file", "size"), sizes, numbers=(1,))}</section>'
        f"<section><h2>Made with</h2>{table(('library', 'version'), versions, numbers=(1,))}</section></div>"
    )


def _next_steps(contract: Contract) -> str:
    name = escape(contract.name)
    return (
        "<section><h2>Next</h2><p>Prove it again anywhere, serve it on this machine, or deploy it.</p>"
        f"<pre>python -m model_export verify bundles/{name}\n"
        f"python -m local_stack --bundle bundles/{name}\n"
        "make up STACK=dev</pre></section>\n"
        "<footer>Written by <code>python -m model_export</code>.</footer>"
    )
