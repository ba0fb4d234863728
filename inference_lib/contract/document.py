"""The contract of a model bundle: ``contract.json`` as typed objects.

The classes are slotted and written by hand because this module is on the function's cold path,
where ``dataclasses`` alone costs 9 ms (docs/decisions/0003-cold-path.md).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final, Literal, TypeAlias

    FeatureType: TypeAlias = Literal["number", "integer", "string", "boolean"]
    ElementType: TypeAlias = Literal["float", "double", "int64", "string", "bool"]
    Unknown: TypeAlias = Literal["refuse", "answer", "answer texts"]
    Task: TypeAlias = Literal["binary", "multiclass", "regression", "anomaly", "clustering"]
    Scalar: TypeAlias = float | int | str | bool
    Json: TypeAlias = Scalar | list["Json"] | dict[str, "Json"] | None

FORMAT_VERSION: Final = 2
READABLE_VERSIONS: Final = (1, 2)
"""Format 1 has none of ``_SINCE_FORMAT_2``; it means their defaults."""
MISSING_TEXT: Final = "\ufdd0"
"""A missing text in a tensor that the export packs: Unicode keeps it for use in programs, no request may hold it."""
MODEL_FILE: Final = "model.onnx"
CONTRACT_FILE: Final = "contract.json"
GOLDEN_FILE: Final = "golden.json"
PROFILE_FILE: Final = "profile.json"
REPORT_FILE: Final = "report.html"
LATEST_FILE: Final = "latest"
"""In the folder of a model: names the version written last."""

FEATURE_TYPES: Final = ("number", "integer", "string", "boolean")
ELEMENT_TYPES: Final = ("float", "double", "int64", "string", "bool")
INLIER, OUTLIER = "inlier", "outlier"
REFUSE, IGNORE = "refuse", "ignore"
"""What becomes of a feature of a request that the model does not have."""
TASKS: Final = ("binary", "multiclass", "regression", "anomaly", "clustering")

_FEATURE_MEMBERS = (
    "name", "type", "nullable", "minimum", "maximum", "exclusive_minimum", "observed_minimum", "observed_maximum",
    "categories", "unknown_categories", "example", "description", "unit",
)  # fmt: skip


class Feature:
    """One feature, as callers send it.

    Parameters
    ----------
    name : str
        As the data scientist wrote it, spaces and accents included.
    type : {"number", "integer", "string", "boolean"}
        JSON type of the value.
    nullable : bool
        Whether the value may be null or left out.
    minimum, maximum : float, optional
        The allowed range; a value outside is refused.
    exclusive_minimum : bool
        Whether the minimum itself is refused too.
    observed_minimum, observed_maximum : float, optional
        The range seen in training; a value outside is answered and counted as out of range.
    categories : tuple of str, int or float, optional
        The values that the model's encoders know; None means any value of the type.
    unknown_categories : {"refuse", "answer", "answer texts"}
        Whether a value that is not in ``categories`` is refused, or answered and counted as unknown. "answer" means a
        null of a string feature too: such a model ignores what it does not know.
    example : float, int, str, bool or None
        A typical value.
    description, unit : str
        For documentation; empty when unknown.
    """

    __slots__ = _FEATURE_MEMBERS

    def __init__(  # noqa: PLR0913 - one keyword for each member of the JSON object
        self,
        *,
        name: str,
        type: FeatureType,  # noqa: A002 - the member's name in contract.json
        nullable: bool,
        minimum: float | None = None,
        maximum: float | None = None,
        exclusive_minimum: bool = False,
        observed_minimum: float | None = None,
        observed_maximum: float | None = None,
        categories: tuple[Scalar, ...] | None = None,
        unknown_categories: Unknown = "refuse",
        example: Scalar | None = None,
        description: str = "",
        unit: str = "",
    ) -> None:
        self.name = name
        self.type: FeatureType = type
        self.nullable = nullable
        self.minimum = minimum
        self.maximum = maximum
        self.exclusive_minimum = exclusive_minimum
        self.observed_minimum = observed_minimum
        self.observed_maximum = observed_maximum
        self.categories = None if categories is None else tuple(categories)
        self.unknown_categories: Unknown = unknown_categories
        self.example = example
        self.description = description
        self.unit = unit

    @property
    def takes_null(self) -> bool:
        """Whether null is answered: as a missing value, or as a text that the model does not know."""
        return self.nullable or (self.type == "string" and self.unknown_categories == "answer")


class InputTensor:
    """How features are packed into one ONNX input.

    Parameters
    ----------
    name : str
        Name of the ONNX input.
    element_type : {"float", "double", "int64", "string", "bool"}
        ONNX element type. A missing value is NaN in a float or double tensor and
        ``missing_text`` in a string tensor; the other types hold no missing values.
    features : tuple of str
        The columns of the tensor, in order; its shape is (n_instances, len(features)).
    limit : float, optional
        Largest magnitude of a number that the model answers; None means that of the element type.
    missing_text : str
        A missing value in a string tensor. The empty string cannot be told from a text that is empty.
    """

    __slots__ = ("element_type", "features", "limit", "missing_text", "name")

    def __init__(
        self,
        *,
        name: str,
        element_type: ElementType,
        features: tuple[str, ...],
        limit: float | None = None,
        missing_text: str = "",
    ) -> None:
        self.name = name
        self.limit = limit
        self.missing_text = missing_text
        self.element_type: ElementType = element_type
        self.features = tuple(features)


class OutputTensor:
    """One ONNX output and its element type; docs/predictions.md has the roles for each task."""

    __slots__ = ("element_type", "name")

    def __init__(self, *, name: str, element_type: ElementType) -> None:
        self.name = name
        self.element_type: ElementType = element_type


_CONTRACT_MEMBERS = ("format_version", "name", "version", "task", "description", "features", "inputs", "outputs")


class Target:
    """One of several things that a model predicts.

    Its name is that of its column; its classes are in the order of its probabilities, and empty for a number.
    """

    __slots__ = ("classes", "name")

    def __init__(self, *, name: str, classes: tuple[str | int | bool, ...] = ()) -> None:
        self.name = name
        self.classes = tuple(classes)


class Contract:
    """A model's inputs, outputs and origin.

    Parameters
    ----------
    name, version : str
        The model and its content-derived version.
    task : {"binary", "multiclass", "regression", "anomaly", "clustering"}
        Of several targets that with the most classes.
    features : tuple of Feature
        In the order of the training data.
    inputs : tuple of InputTensor
        They hold each feature once.
    outputs : dict of str to OutputTensor
        By role.
    classes : tuple of str, int or bool
        All labels, in the order of the columns of numbers; empty for a regressor and for several targets.
    targets : tuple of Target
        Empty unless the model predicts several.
    description : str
        One sentence, for documentation.
    metrics : dict of str to float
        Evaluation on held-out rows.
    libraries : dict of str to str
        Versions that made the bundle.
    git_commit : str
        Of the training code.
    files : dict of str to str
        SHA-256, in hexadecimal, of every other file of the bundle.
    profile_sha256 : str
        SHA-256 of a ``profile.json`` that was made from captured requests; empty when it is that of the export.
    unknown_features : {"refuse", "ignore"}
        Whether callers may send features that the model does not have.
    format_version : int
        One of ``READABLE_VERSIONS``.
    """

    __slots__ = (
        *(*_CONTRACT_MEMBERS, "classes", "metrics", "libraries", "git_commit", "files"),
        *("profile_sha256", "targets", "unknown_features"),
    )

    def __init__(  # noqa: PLR0913 - one keyword for each member of the JSON object
        self,
        *,
        name: str,
        version: str,
        task: Task,
        features: tuple[Feature, ...],
        inputs: tuple[InputTensor, ...],
        outputs: dict[str, OutputTensor],
        classes: tuple[str | int | bool, ...] = (),
        targets: tuple[Target, ...] = (),
        description: str = "",
        metrics: dict[str, float] | None = None,
        libraries: dict[str, str] | None = None,
        git_commit: str = "",
        files: dict[str, str] | None = None,
        profile_sha256: str = "",
        unknown_features: str = REFUSE,
        format_version: int = FORMAT_VERSION,
    ) -> None:
        self.format_version = format_version
        self.name = name
        self.version = version
        self.task: Task = task
        self.description = description
        self.features = tuple(features)
        self.inputs = tuple(inputs)
        self.outputs = outputs
        self.classes = tuple(classes)
        self.targets = tuple(targets)
        self.metrics = metrics or {}
        self.libraries = libraries or {}
        self.git_commit = git_commit
        self.files = files or {}
        self.profile_sha256 = profile_sha256
        self.unknown_features = unknown_features

    @property
    def has_probabilities(self) -> bool:
        """Whether a prediction has one probability: that of its label."""
        return "probabilities" in self.outputs

    @property
    def takes_feedback(self) -> bool:
        """Whether one actual label or value says how right a prediction was."""
        return not self.targets and self.task != "clustering"

    def to_dict(self) -> dict[str, Json]:
        """Return the members of ``contract.json``, in a fixed order; those of its format alone."""
        later = () if self.format_version > 1 else _SINCE_FORMAT_2
        of_feature = [name for name in _FEATURE_MEMBERS if name not in later]
        of_input = [name for name in ("name", "element_type", "features", "limit") if name not in later]
        return {
            "format_version": self.format_version,
            "name": self.name,
            "version": self.version,
            "task": self.task,
            "description": self.description,
            "features": [_members(feature, of_feature) for feature in self.features],
            "inputs": [_members(each, of_input + ["missing_text"] * bool(each.missing_text)) for each in self.inputs],
            "outputs": {role: _members(tensor, ("name", "element_type")) for role, tensor in self.outputs.items()},
            "classes": list(self.classes),
            **({"targets": [_members(target, ("name", "classes")) for target in self.targets]} if self.targets else {}),
            "metrics": dict(self.metrics),
            "libraries": dict(self.libraries),
            "git_commit": self.git_commit,
            "files": dict(self.files),
            **({"profile_sha256": self.profile_sha256} if self.profile_sha256 else {}),
            **({"unknown_features": self.unknown_features} if self.unknown_features != REFUSE else {}),
        }


_SINCE_FORMAT_2 = ("unknown_categories", "exclusive_minimum", "limit")


def _members(thing: Feature | InputTensor | OutputTensor | Target, names: Sequence[str]) -> dict[str, Json]:
    values: Iterator[tuple[str, Json | tuple[str, ...]]] = ((name, getattr(thing, name)) for name in names)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}


def class_key(value: str | int | bool) -> str:
    """Return the name of a class in ``probabilities``: the class as JSON spells it."""
    return value if isinstance(value, str) else str(value).lower()
