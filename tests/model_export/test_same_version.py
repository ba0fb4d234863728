"""The same model gives the same bytes: in any process, under any Python that is supported."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from model_export import export

FILES = Path(__file__).with_name("files")
VERSION = "6f1a9a59eea5"
"""Of the model in ``files/returning.skops``; it changes with the bundle's format and with the converter alone."""

SEEDS = range(20, 40)
"""Of Python's hashes, and with them the order of sets; 30 was seen to change the order of the opsets."""

CHILD = """
import hashlib, sys
from pathlib import Path
from model_export.__main__ import main
from model_export.proof.hunt import requests
requests.REQUESTS //= 10
model, data, out = sys.argv[1:]
code = main([model, "--data", data, "--target", "outcome", "--name", "returning", "--out", out])
assert code == 0
bundle = next(path for path in Path(out, "returning").iterdir() if path.is_dir())
for file in sorted(bundle.iterdir()):
    print("file", bundle.name, file.name, hashlib.sha256(file.read_bytes()).hexdigest())
"""


def test_a_stored_model_has_the_same_version_under_each_python(tmp_path: Path) -> None:
    exported = export(
        FILES / "returning.skops", FILES / "returning.csv", target="outcome", name="returning", out=tmp_path
    )
    assert exported.contract.version == VERSION


@pytest.mark.slow
def test_every_file_is_the_same_to_the_byte_under_twenty_hash_seeds(tmp_path: Path) -> None:
    def written(seed: int) -> tuple[str, ...]:
        files = [FILES / "returning.skops", FILES / "returning.csv", tmp_path / str(seed)]
        command = [sys.executable, "-c", CHILD, *map(str, files)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONHASHSEED": str(seed)}
        )
        assert done.returncode == 0, done.stderr
        return tuple(line for line in done.stdout.splitlines() if line.startswith("file "))

    with ThreadPoolExecutor(2) as pool:
        found = set(pool.map(written, SEEDS))
    assert len(found) == 1, "\n".join(map(str, sorted(found)))
    assert len(next(iter(found))) == 5, "graph, contract, golden answers, profile and report"


@pytest.mark.slow
def test_the_digest_of_the_build_context_is_the_same_under_any_hash_seed() -> None:
    code = (
        "from infra.image.context import ImageContent, context_digest; from pathlib import Path; "
        "print(context_digest(ImageContent(root=Path()).files()))"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "30")
    }
    assert len(digests) == 1
