"""Loads a model bundle: checks the files that serve, and answers a golden request first."""

from __future__ import annotations

import os

from inference_lib.bundle.golden import parse_first, parse_golden
from inference_lib.bundle.profile import parse_profile
from inference_lib.contract.columns import Quality
from inference_lib.contract.digests import content_version, file_sha256
from inference_lib.contract.document import CONTRACT_FILE, GOLDEN_FILE, IGNORE, MODEL_FILE, PROFILE_FILE
from inference_lib.contract.reading import load_contract
from inference_lib.contract.validation import Validator
from inference_lib.environment import DEFAULT_MAX_TEXT_LENGTH
from inference_lib.errors import BundleError, InvalidRequest
from inference_lib.runtime.model import Model
from inference_lib.runtime.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from inference_lib.bundle.golden import Golden, GoldenCase
    from inference_lib.bundle.profile import Profile
    from inference_lib.contract.document import Contract, Json
    from inference_lib.runtime.options import SessionOptions

    Parsed = TypeVar("Parsed")


class Bundle:
    """A verified bundle, loaded and ready to predict.

    Parameters
    ----------
    contract : Contract
        What the model takes and gives.
    model : Model
        Predicts.
    validator : Validator
        Checks instances.
    first : Golden
        The first answer of the original model.
    path : str
        Its directory.
    """

    __slots__ = ("contract", "first", "model", "path", "validator")

    def __init__(self, contract: Contract, model: Model, validator: Validator, first: Golden, path: str) -> None:
        self.path = path
        self.contract = contract
        self.model = model
        self.validator = validator
        self.first = first

    def disagreement(self, case: GoldenCase) -> str:
        """Score a golden case like a caller's request, and return how the prediction differs; empty when it agrees.

        Raises
        ------
        RuntimeLibraryError
            ONNX Runtime refuses the run.
        """
        instances: Json = [case.instance]
        try:
            valid = self.validator.validate(instances, Quality())
        except InvalidRequest as error:
            return error.detail
        return self.first.disagreement(case, self.model.predict(valid.columns, valid.rows)[0])

    def checked_content(self, name: str) -> bytes:
        """Return the content of one of the bundle's files.

        Raises
        ------
        BundleError
            It is missing, or differs from its SHA-256 in the contract.
        """
        with open(_checked(self.path, name, self.contract), "rb") as file:
            return file.read()

    @property
    def golden(self) -> Golden:
        """All answers of the original model, read when they are asked for: a cold start needs the first alone.

        Raises
        ------
        BundleError
            The file is missing, differs from its SHA-256 in the contract, or holds no golden case.
        """
        return _parsed(self.path, GOLDEN_FILE, self.contract, parse_golden)

    def profile(self) -> Profile:
        """Return what the data and the predictions looked like at export.

        Raises
        ------
        BundleError
            The file is missing, differs from its SHA-256 in the contract, or is not a profile.
        """
        return _parsed(self.path, PROFILE_FILE, self.contract, parse_profile)


def load_bundle(
    path: str,
    max_instances: int,
    options: SessionOptions | None = None,
    max_text_length: int = DEFAULT_MAX_TEXT_LENGTH,
    *,
    ignores_unknown_features: bool = False,
) -> Bundle:
    """Load one bundle version.

    Parameters
    ----------
    path : str
        The directory ``NAME/VERSION``.
    max_instances : int
        Most instances in one request.
    options : SessionOptions, optional
        Of the ONNX Runtime session.
    max_text_length : int
        Of a free text, in characters.
    ignores_unknown_features : bool
        Whatever the contract says.

    Raises
    ------
    BundleError
        A file is missing or differs from its SHA-256, the contract is not that of its version, the format is
        another one, or the first golden case has another prediction than the original model's.
    RuntimeLibraryError
        ONNX Runtime is not installed or refuses the model.
    """
    contract = load_contract(path)
    _check_version(path, contract)
    if ignores_unknown_features:
        contract.unknown_features = IGNORE
    model = Model(contract, Session(_checked(path, MODEL_FILE, contract), options))
    first = _parsed(path, GOLDEN_FILE, contract, parse_first)
    bundle = Bundle(contract, model, Validator(contract, max_instances, max_text_length), first, path)
    _check_first_answer(bundle)
    return bundle


def load_profile(path: str) -> tuple[Contract, Profile]:
    """Load the contract and the reference profile of a bundle, and no model.

    Raises
    ------
    BundleError
        As for ``load_bundle``.
    """
    contract = load_contract(path)
    _check_version(path, contract)
    return contract, _parsed(path, PROFILE_FILE, contract, parse_profile)


def verify_files(path: str) -> Contract:
    """Check every file of a bundle against its SHA-256 in the contract.

    Returns
    -------
    Contract
        The bundle's contract.

    Raises
    ------
    BundleError
        Names the first file that is missing or differs.
    """
    contract = load_contract(path)
    _check_version(path, contract)
    for name in sorted(contract.files):
        _checked(path, name, contract)
    return contract


def _check_first_answer(bundle: Bundle) -> None:
    difference = bundle.disagreement(bundle.first.cases[0])
    if difference:
        raise BundleError(
            f"{bundle.path}: the prediction for a golden request differs from the original model's: {difference}. "
            "Check the version of onnxruntime, then export the model again."
        )


def _check_version(path: str, contract: Contract) -> None:
    """Refuse a contract that was changed after the export: it has no SHA-256, and its version is one."""
    expected = content_version(contract, contract.files.get(MODEL_FILE, ""))
    profile = contract.files.get(PROFILE_FILE, "")
    if contract.version != expected or contract.profile_sha256 not in ("", profile):
        raise BundleError(
            f"{os.path.join(path, CONTRACT_FILE)}: is damaged or was changed, its content has the version {expected}. "
            "Copy the bundle again, or export the model again."
        )


def _parsed(path: str, name: str, contract: Contract, parse: Callable[[bytes, str], Parsed]) -> Parsed:
    place = _checked(path, name, contract)
    with open(place, "rb") as file:
        return parse(file.read(), place)


def _checked(path: str, name: str, contract: Contract) -> str:
    place = os.path.join(path, name)
    try:
        digest = file_sha256(place)
    except OSError as error:
        raise BundleError(f"{place}: cannot be read ({error.strerror}). Export the model again.") from error
    expected = contract.files.get(name)
    if expected is None:
        raise BundleError(f"{os.path.join(path, CONTRACT_FILE)}: has no SHA-256 of {name}. Export the model again.")
    if digest != expected:
        raise BundleError(
            f"{place}: is damaged, its SHA-256 is not the one in {CONTRACT_FILE}. "
            "Copy the bundle again, or export the model again."
        )
    return place
