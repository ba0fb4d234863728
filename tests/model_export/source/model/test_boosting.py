"""XGBoost and LightGBM: exact from estimators, pipelines, Boosters and files, or refused with the way out."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier, XGBRegressor

from model_export import InputError, UnsupportedModel, export
from model_export.progress import Silent
from model_export.source.model.boosting import support
from model_export.source.model.load import load_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from sklearn.base import BaseEstimator

SAVED_BOOSTERS = Path(__file__).with_name("boosters")
NAMES = ["my score", "âge [ans", "b"]
TREES = 6
LIGHT: dict[str, Any] = {"n_estimators": TREES, "verbose": -1}


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Gaps in each feature; names with a blank and an accent; targets of each task."""
    generator = np.random.default_rng(3)
    made = pd.DataFrame(generator.normal(size=(400, 3)), columns=["my score", "âge", "b"])
    total = made["my score"] + made["b"]
    made = made.mask(generator.random(made.shape) < 0.15)
    return made.assign(two=(total > 0).astype(int), three=np.digitize(total, [-0.5, 0.5]), value=np.exp(total))


def _features(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[["my score", "âge", "b"]]


@pytest.mark.parametrize(
    ("model", "target"),
    [
        (XGBClassifier(n_estimators=TREES), "two"),
        (XGBClassifier(n_estimators=TREES, base_score=0.2), "two"),
        (XGBClassifier(n_estimators=TREES, objective="multi:softmax"), "three"),
        (XGBClassifier(n_estimators=1, num_parallel_tree=TREES, subsample=0.8), "three"),
        (XGBRegressor(n_estimators=TREES), "value"),
        (XGBRegressor(n_estimators=TREES, objective="count:poisson"), "value"),
        (make_pipeline(StandardScaler(), XGBClassifier(n_estimators=TREES)), "two"),
        (CalibratedClassifierCV(XGBClassifier(n_estimators=TREES), cv=2), "two"),
        (GridSearchCV(XGBClassifier(n_estimators=TREES), {"max_depth": [2, 3]}, cv=2), "two"),
        (LGBMClassifier(**LIGHT), "two"),
        (LGBMClassifier(**LIGHT), "three"),
        (LGBMRegressor(**LIGHT | {"n_estimators": 30}), "value"),
        (LGBMRegressor(**LIGHT, objective="poisson"), "value"),
        (make_pipeline(StandardScaler(), LGBMClassifier(**LIGHT)), "two"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
@pytest.mark.parametrize("gaps", [True, False], ids=["fitted with gaps", "fitted without"])
@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_answers_are_those_of_the_original(
    model: BaseEstimator, target: str, gaps: bool, rows: pd.DataFrame, tmp_path: Path
) -> None:
    # Missing values reach the trees in both cases: a model answers them even where it never saw one.
    given = _features(rows)
    model.fit(given if gaps else given.fillna(0.5), rows[target])
    exported = export(model, rows, name="boosted", target=target, out=tmp_path, features=_nullable(given))
    assert exported.parity.failures == 0
    assert [feature.name for feature in exported.contract.features] == ["my score", "âge", "b"]
    assert {"xgboost-cpu", "lightgbm"} & set(exported.contract.libraries)


def _nullable(given: pd.DataFrame) -> Mapping[str, Mapping[str, object]]:
    return {str(name): {"nullable": True} for name in given.columns}


@pytest.mark.parametrize("suffix", ["json", "ubj"])
@pytest.mark.parametrize("kind", ["estimator", "booster"])
def test_a_file_of_xgboost_is_read_whatever_its_features_are_called(
    suffix: str, kind: str, rows: pd.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / f"model.{suffix}"
    if kind == "estimator":
        XGBRegressor(n_estimators=TREES).fit(_features(rows), rows["value"]).save_model(file)
    else:
        data = xgboost.DMatrix(_features(rows), rows["three"])
        xgboost.train({"objective": "multi:softprob", "num_class": 3}, data, TREES).save_model(file)
    exported = export(file, rows.drop(columns=["two", "value"]), name="boosted", target="three", out=tmp_path / "made")
    assert exported.contract.task == ("regression" if kind == "estimator" else "multiclass")
    assert exported.contract.classes == (() if kind == "estimator" else (0, 1, 2))
    assert [feature.name for feature in exported.contract.features] == ["my score", "âge", "b"]


@pytest.mark.parametrize(
    ("objective", "target", "classes"),
    [("binary", "two", (0, 1)), ("multiclass", "three", (0, 1, 2)), ("regression", "value", ())],
)
def test_a_file_of_lightgbm_is_read(
    objective: str, target: str, classes: tuple[int, ...], rows: pd.DataFrame, tmp_path: Path
) -> None:
    said = {"objective": objective, "verbose": -1} | ({"num_class": 3} if target == "three" else {})
    booster = lightgbm.train(said, lightgbm.Dataset(_features(rows), rows[target]), TREES)
    booster.save_model(tmp_path / "model.txt")
    exported = export(tmp_path / "model.txt", rows, name="boosted", target=target, out=tmp_path / "made")
    assert exported.contract.classes == classes
    assert exported.path == export(booster, rows, name="boosted", target=target, out=tmp_path / "made").path
    assert [feature.name for feature in exported.contract.features] == ["my score", "âge", "b"]


def test_a_model_that_was_fitted_on_an_array_takes_the_names_of_the_data(rows: pd.DataFrame, tmp_path: Path) -> None:
    for model in (LGBMClassifier(**LIGHT), XGBClassifier(n_estimators=TREES)):
        model.fit(_features(rows).to_numpy(), rows["two"])
        exported = export(model, _features(rows), name="boosted", out=tmp_path)
        assert [feature.name for feature in exported.contract.features] == ["my score", "âge", "b"]


def test_many_trees_of_a_lightgbm_regressor_stay_within_the_tolerance(rows: pd.DataFrame, tmp_path: Path) -> None:
    # ONNX Runtime sums them in float32, LightGBM in double: the tolerance is relative to the values.
    model = LGBMRegressor(**LIGHT | {"n_estimators": 500}).fit(_features(rows), rows["value"] + 1e4)
    exported = export(model, _features(rows), name="boosted", out=tmp_path)
    assert exported.parity.max_abs_error < 1e4 * 1e-5


WRONG_ELSEWHERE: list[tuple[BaseEstimator, str]] = [
    (LGBMClassifier(**LIGHT, boosting_type="rf", bagging_freq=1, bagging_fraction=0.6), "two"),
    (LGBMClassifier(**LIGHT, zero_as_missing=True), "two"),
    (LGBMRegressor(**LIGHT, linear_tree=True), "value"),
    (LGBMClassifier(**LIGHT, objective="multiclassova"), "three"),
    (LGBMRegressor(**LIGHT, reg_sqrt=True), "value"),
    (XGBClassifier(n_estimators=TREES, booster="dart", rate_drop=0.5), "two"),
    (XGBRegressor(n_estimators=TREES, booster="gblinear"), "value"),
    (XGBClassifier(n_estimators=TREES, missing=-1.0), "two"),
    (XGBRegressor(n_estimators=TREES, objective="reg:logistic"), "two"),
]
"""Models that onnxmltools converts wrongly, in silence or with an error of its own."""


@pytest.mark.parametrize(("model", "target"), WRONG_ELSEWHERE, ids=lambda each: type(each).__name__)
@pytest.mark.filterwarnings("ignore:.*`booster=(dart|gblinear)` is deprecated")
def test_what_other_converters_get_wrong_is_exact(
    model: BaseEstimator, target: str, rows: pd.DataFrame, tmp_path: Path
) -> None:
    model.fit(_features(rows).fillna(0.5), rows[target])
    assert export(model, rows, name="exact", target=target, out=tmp_path).parity.failures == 0


def test_an_objective_of_the_users_own_is_refused(rows: pd.DataFrame, tmp_path: Path) -> None:
    def own(truth: NDArray[Any] | None, raw: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        return raw - truth, np.ones_like(raw)

    model = LGBMRegressor(**LIGHT, objective=own).fit(_features(rows), rows["value"])
    with pytest.raises(UnsupportedModel, match=r"no converter knows its objective 'of your own'\. Fit with objective="):
        export(model, rows, name="refused", target="value", out=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("kind", "suffix"), [("dart", "json"), ("dart", "ubj"), ("gblinear", "json")])
@pytest.mark.filterwarnings("ignore:.*`booster=(dart|gblinear)` is deprecated")
def test_a_file_of_xgboost_is_exported_whatever_its_booster_is(kind: str, suffix: str, tmp_path: Path) -> None:
    rows = pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, 0.0]})
    file = SAVED_BOOSTERS / "xgboost-3.2.0" / f"{kind}.{suffix}"
    assert export(file, rows, name="booster", out=tmp_path).parity.failures == 0


@pytest.mark.parametrize("suffix", ["json", "ubj"])
def test_weights_of_trees_that_the_installed_xgboost_cannot_read_are_told(suffix: str) -> None:
    path = SAVED_BOOSTERS / "xgboost-3.4.1" / f"dart.{suffix}"
    if xgboost.__version__ >= "3.3":
        model = load_model(path, Silent())
        assert support("xgboost").kind_of(model.get_booster()) == "dart"  # type: ignore[attr-defined] # XGBoost's
        return
    with pytest.raises(InputError) as caught:
        load_model(path, Silent())
    assert str(caught.value) == (
        f"{path}: it holds weights of dropped trees (booster='dart') in a form that XGBoost {xgboost.__version__} does "
        "not read, so that it would answer as another model. Export it with the XGBoost that saved it."
    )


@pytest.mark.parametrize("version", ["3.2.0", "3.4.1"])
def test_a_file_of_each_xgboost_is_read_by_its_objective(version: str, tmp_path: Path) -> None:
    rows = pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, 0.0]})
    folder = SAVED_BOOSTERS / f"xgboost-{version}"
    assert export(folder / "reg_logistic.json", rows, name="logistic", out=tmp_path / "made").parity.failures == 0
    assert export(folder / "ranker.json", rows, name="ranker", out=tmp_path / "made").parity.failures == 0


def test_a_library_of_the_system_that_is_absent_is_named_with_its_package(
    rows: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lgbm = LGBMClassifier(**LIGHT).fit(_features(rows), rows["two"])
    joblib.dump(lgbm, tmp_path / "model.joblib")
    lgbm.booster_.save_model(tmp_path / "model.txt")
    bare = tmp_path / "bare" / "lightgbm"
    bare.mkdir(parents=True)
    (bare / "__init__.py").write_text("import ctypes\nctypes.CDLL('libgomp-of-nobody.so.1')\n", encoding="utf-8")
    for name in [
        name for name in sys.modules if name.startswith(("lightgbm", "model_export.source.model.boosting.lightgbm"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path / "bare")
    for file in ("model.joblib", "model.txt"):
        with pytest.raises(InputError) as caught:
            load_model(tmp_path / file, Silent())
        assert (
            "lightgbm is installed and does not load, because the system lacks a library that it needs (libgomp-of"
            in str(caught.value)
        )
        assert "apt-get install libgomp1 (Debian, Ubuntu)" in str(caught.value)


CATEGORICAL: list[BaseEstimator] = [
    XGBClassifier(n_estimators=TREES, enable_categorical=True),
    LGBMClassifier(**LIGHT, min_data_per_group=5),
    HistGradientBoostingClassifier(max_iter=TREES, categorical_features="from_dtype"),
]
"""Models that read categories of pandas without an encoder before them."""


@pytest.fixture
def colours() -> pd.DataFrame:
    generator = np.random.default_rng(5)
    table = pd.DataFrame({"colour": generator.choice(list("rgb"), 300), "n": generator.normal(size=300).round(2)})
    return table.assign(warm=((table["colour"] == "r") | (table["n"] > 1)).astype(int))


@pytest.mark.parametrize("model", CATEGORICAL, ids=lambda each: type(each).__name__)
def test_categories_are_read_from_a_csv_as_the_trees_know_them(
    model: BaseEstimator, colours: pd.DataFrame, tmp_path: Path
) -> None:
    model.fit(colours[["colour", "n"]].astype({"colour": "category"}), colours["warm"])
    colours.to_csv(tmp_path / "data.csv", index=False)
    exported = export(model, tmp_path / "data.csv", target="warm", name="colours", out=tmp_path)
    colour = exported.contract.features[0]
    assert (colour.type, colour.categories, colour.nullable) == ("string", ("b", "g", "r"), True)
    assert exported.parity.failures == 0
    # XGBoost raises for a category that it has not seen; the others answer as for a missing one.
    assert colour.unknown_categories == ("refuse" if isinstance(model, XGBClassifier) else "answer")


@pytest.mark.parametrize("model", CATEGORICAL, ids=lambda each: type(each).__name__)
def test_codes_in_the_place_of_the_categories_are_refused(
    model: BaseEstimator, colours: pd.DataFrame, tmp_path: Path
) -> None:
    given = colours[["colour", "n"]].astype({"colour": "category"})
    model.fit(given, colours["warm"])
    codes = given.assign(colour=given["colour"].cat.codes)
    with pytest.raises(InputError, match="colour holds numbers, and the model knows texts such as 'b' there"):
        export(model, codes, name="refused", out=tmp_path)


def test_ordered_categories_of_lightgbm_are_refused_with_the_way_out(colours: pd.DataFrame, tmp_path: Path) -> None:
    rows = colours[["colour", "n"]].astype({"colour": pd.CategoricalDtype(list("rgb"), ordered=True)})
    model = LGBMClassifier(**LIGHT).fit(rows, colours["warm"])
    with pytest.raises(UnsupportedModel, match=r"without saying of which columns.*column\.cat\.as_unordered\(\)"):
        export(model, rows, name="refused", out=tmp_path)


def test_a_file_of_a_ranker_is_exported_as_the_plain_sum_of_its_trees(rows: pd.DataFrame, tmp_path: Path) -> None:
    data = xgboost.DMatrix(_features(rows), rows["two"])
    data.set_group([200, 200])
    xgboost.train({"objective": "rank:ndcg"}, data, 2).save_model(tmp_path / "model.ubj")
    exported = export(tmp_path / "model.ubj", _features(rows), name="ranker", out=tmp_path / "made")
    assert (exported.contract.task, exported.parity.failures) == ("regression", 0)


def test_where_the_extra_is_not_installed_its_name_is_told(
    rows: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joblib.dump(XGBClassifier(n_estimators=1).fit(_features(rows), rows["two"]), tmp_path / "model.joblib")
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> object:  # noqa: ANN401 - whatever Python calls it with
        if name == "xgboost" or name.startswith("xgboost."):
            raise ModuleNotFoundError(name=name)
        return real(name, *rest, **named)

    for name in [name for name in sys.modules if name.startswith("model_export.source.model.boosting.xgboost")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError) as caught:
        export(tmp_path / "model.joblib", rows, name="refused", out=tmp_path / "made")
    assert "xgboost models need packages that are not installed (xgboost" in str(caught.value)
    assert str(caught.value).endswith("Install them: pip install 'inference-lib[boosting]'.")
