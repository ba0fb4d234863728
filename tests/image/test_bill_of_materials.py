"""The bill of materials: valid CycloneDX, true to what is there, and the same each time."""

from __future__ import annotations

import hashlib
import json
import shutil
from importlib.metadata import distribution
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from infra.image.bill_of_materials import bill_of_materials, licence_of, main
from infra.image.licences import PAGE, image_packages, page


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The metadata of the image's packages, in a folder of their own."""
    folder = tmp_path_factory.mktemp("packages")
    for name in image_packages():
        place = Path(str(distribution(name).locate_file("")))
        (found,) = [each for each in place.glob("*.dist-info") if each.name == _folder(name)]
        shutil.copytree(found, folder / found.name)
    return folder


def _folder(name: str) -> str:
    return f"{name.replace('-', '_')}-{distribution(name).version}.dist-info"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_is_valid_cyclonedx(packages: Path, bundle_path: Path) -> None:
    text = json.dumps(bill_of_materials(str(packages), str(bundle_path)))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_it_names_each_package_and_the_model_with_its_digest(packages: Path, bundle_path: Path) -> None:
    components = json.loads(json.dumps(bill_of_materials(str(packages), str(bundle_path))))["components"]
    *libraries, model = components
    assert [each["name"] for each in libraries] == image_packages()
    assert {each["name"]: each["version"] for each in libraries} == {
        name: distribution(name).version for name in image_packages()
    }
    assert model["hashes"] == [
        {"alg": "SHA-256", "content": hashlib.sha256((bundle_path / "model.onnx").read_bytes()).hexdigest()}
    ]


def test_it_is_the_same_each_time(packages: Path, bundle_path: Path, tmp_path: Path) -> None:
    written = []
    for name in ("first", "second"):
        assert main([str(packages), str(tmp_path / name), str(bundle_path)]) == 0
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


def test_licences_are_told_by_their_spdx_identifier_where_there_is_one() -> None:
    assert licence_of(distribution("onnxruntime")) == "MIT"
    assert licence_of(distribution("awslambdaric")) == "Apache-2.0"
    assert licence_of(distribution("simplejson")) == "MIT OR AFL-2.1"


def test_the_page_of_licences_is_that_of_the_lock() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
