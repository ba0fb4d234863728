"""DVC in its own environment: the pipeline, its comparisons, and both kinds of remote."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import boto3
import pytest

from benchmarks.environments.locked import interpreter
from infra.settings.files import PROJECT_DIRECTORY
from tests.infra.aws_provider.moto_server import moto_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Dvc = Callable[..., str]

LOCK = PROJECT_DIRECTORY / "requirements" / "versioning.txt"
BUNDLES, CACHE = "bundles/sleep_advice", ".dvc/cache"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the repository, committed in a repository of their own."""
    if not os.environ.get("CI") and not list((PROJECT_DIRECTORY / "build" / "benchmarks").glob("versioning-*")):
        pytest.skip("installs DVC; runs in CI, and after make repro")
    place = tmp_path_factory.mktemp("clone") / "project"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT_DIRECTORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT_DIRECTORY / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT_DIRECTORY / name, place / name)
    (place / "params.yaml").write_text(
        (place / "params.yaml").read_text(encoding="utf-8").replace(".venv/bin/python", sys.executable),
        encoding="utf-8",
    )
    git(place, "init", "--quiet")
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--message", "Start")
    return place


def git(place: Path, *arguments: str) -> None:
    author = ["-c", "user.name=Tester", "-c", "user.email=tester@example.com"]
    subprocess.run(["git", *author, *arguments], cwd=place, check=True, capture_output=True)


@pytest.fixture(scope="module")
def dvc(clone: Path) -> Dvc:
    """Run a command of DVC in the clone and return what it prints."""
    program = interpreter(LOCK).with_name("dvc")

    def run(*arguments: str) -> str:
        environment = {
            **os.environ, "DVC_NO_ANALYTICS": "true", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1", "DVC_GLOBAL_CONFIG_DIR": str(clone / ".dvc" / "tmp" / "global"),
        }  # fmt: skip
        done = subprocess.run(
            [program, *arguments], cwd=clone, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module")
def made(clone: Path, dvc: Dvc) -> Path:
    """The clone with the pipeline run and committed, then run again with other parameters."""
    dvc("repro")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "The model")
    params = (clone / "params.yaml").read_text(encoding="utf-8")
    (clone / "params.yaml").write_text(params.replace("max_iter: 60", "max_iter: 5"), encoding="utf-8")
    dvc("repro")
    return clone


def verified(clone: Path) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "model_export", "verify", BUNDLES],
        cwd=clone,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0


def test_the_pipeline_writes_a_bundle_that_verifies_and_runs_only_what_has_changed(made: Path, dvc: Dvc) -> None:
    assert verified(made)
    assert "Stage 'train' didn't change, skipping" in dvc("repro")


def test_metrics_are_compared_with_the_last_commit(made: Path, dvc: Dvc) -> None:
    found = json.loads(dvc("metrics", "diff", "--json"))["examples/sleep_advice/metrics.json"]

    assert found["model.accuracy"]["new"] < found["model.accuracy"]["old"]
    assert found["model.bytes"]["new"] < found["model.bytes"]["old"]
    assert re.search(r"\| examples/sleep_advice/metrics.json \| model.accuracy +\|", dvc("metrics", "diff", "--md"))
    assert (
        json.loads((made / "examples/sleep_advice/metrics.json").read_text(encoding="utf-8"))["parity"]["failures"] == 0
    )


def test_plots_are_compared_in_a_page(made: Path, dvc: Dvc) -> None:
    dvc("plots", "diff", "--out", "compared")
    page = (made / "compared" / "index.html").read_text(encoding="utf-8")

    assert "ROC, all labels taken together" in page
    assert "Confusion on held-out rows" in page
    assert "workspace" in page


def test_a_folder_takes_models_and_gives_them_back(made: Path, dvc: Dvc, tmp_path: Path) -> None:
    dvc("remote", "add", "--default", "--force", "models", str(tmp_path / "remote"))
    round_trip(made, dvc)


def test_a_bucket_takes_models_and_gives_them_back(made: Path, dvc: Dvc) -> None:
    with moto_server() as address:
        bucket = boto3.client(
            "s3", endpoint_url=address, region_name="eu-central-1", aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - moto takes any
        )  # fmt: skip
        bucket.create_bucket(Bucket="models", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        dvc("remote", "add", "--default", "--force", "models", "s3://models/store")
        dvc("remote", "modify", "models", "endpointurl", address)
        round_trip(made, dvc)
        assert bucket.list_objects_v2(Bucket="models", Prefix="store/files/md5/")["KeyCount"] > 5
        bucket.close()


def round_trip(clone: Path, dvc: Dvc) -> None:
    """Push, lose everything that was made, and pull it again."""
    version = (clone / BUNDLES / "latest").read_text(encoding="utf-8")
    assert "pushed" in dvc("push")
    shutil.rmtree(clone / CACHE)
    shutil.rmtree(clone / BUNDLES)
    (clone / "build/examples/sleep_advice/model.joblib").unlink()
    dvc("pull")

    assert (clone / BUNDLES / "latest").read_text(encoding="utf-8") == version
    assert verified(clone)
