"""The image's bill of materials, as CycloneDX JSON: the packages that it holds, and the model.

The image build runs this file as a script over the folders that become the image's layers, so that the bill lists what
is installed instead of what was requested. It imports only the standard library.

References
----------
.. [1] https://cyclonedx.org/docs/1.6/json/
.. [2] https://github.com/package-url/purl-spec/blob/main/types-doc/pypi-definition.md
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from importlib.metadata import Distribution, distributions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inference_lib.contract.document import Json

SPEC_VERSION = "1.6"
RUNTIME = "inference/runtime"
"""Name of an image without a model."""

# SPDX identifiers (https://spdx.org/licenses/) by the names that packages use.
_SPDX = {
    "Apache Software License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "MIT License": "MIT",
    "MIT": "MIT",
    "BSD License": "BSD-3-Clause",
}
_CLASSIFIER = "License :: OSI Approved :: "


def licence_of(distribution: Distribution) -> str:
    """Return the licence of a package: an SPDX expression if there is one, otherwise the package's own text."""
    metadata = distribution.metadata
    said = metadata["License-Expression"] or ""
    classified = [
        each.removeprefix(_CLASSIFIER) for each in metadata.get_all("Classifier") or [] if _CLASSIFIER in each
    ]
    words: list[str] = [said, metadata["License"] or "", *classified]
    for text in words:
        if text:
            return _SPDX.get(text, text)
    return "unknown"


def packages_of(folder: str) -> list[Distribution]:
    """Return the packages that are installed in a folder, by name."""
    found = distributions(path=[folder])
    return sorted(found, key=lambda distribution: normalised(distribution.metadata["Name"]))


def normalised(name: str) -> str:
    """Return the name of a package as the package index normalises it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _package(distribution: Distribution) -> dict[str, Json]:
    name, version = normalised(distribution.metadata["Name"]), distribution.version
    url = f"pkg:pypi/{name}@{version}"
    return {
        "type": "library",
        "bom-ref": url,
        "name": name,
        "version": version,
        "licenses": list(_licences(licence_of(distribution))),
        "purl": url,
    }


def _licences(licence: str) -> Iterator[dict[str, Json]]:
    if re.search(r" (OR|AND|WITH) ", licence):
        yield {"expression": licence}
    elif licence in _SPDX.values():
        yield {"license": {"id": licence}}
    else:
        yield {"license": {"name": licence}}


def _model(bundle: str) -> dict[str, Json]:
    with open(os.path.join(bundle, "contract.json"), encoding="utf-8") as file:
        contract = json.load(file)
    with open(os.path.join(bundle, "model.onnx"), "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{contract['name']}@{contract['version']}",
        "name": contract["name"],
        "version": contract["version"],
        "description": contract["description"],
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }


def bill_of_materials(packages: str, bundle: str, *others: str) -> dict[str, Json]:
    """Return the bill of an image.

    Parameters
    ----------
    packages : str
        Folder of the installed packages.
    bundle : str
        Directory of the bundle version that is served; empty for an image without a model.
    *others : str
        Directories of further ones, such as the shadow.

    Returns
    -------
    dict
        A CycloneDX document. It depends on the content only: it has no date and no random number.
    """
    model = _model(bundle) if bundle else None
    models = [*([model] if model else []), *map(_model, others)]
    components: list[Json] = [*map(_package, packages_of(packages)), *models]
    image = {"name": f"inference/{model['name']}", "version": model["version"]} if model else {"name": RUNTIME}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "version": 1,
        "metadata": {"component": {"type": "container", **image}},
        "components": components,
    }


def main(arguments: Sequence[str]) -> int:
    """Write the bill of the given packages and bundles to a file."""
    packages, out, *bundles = arguments
    with open(out, "w", encoding="utf-8") as file:
        json.dump(bill_of_materials(packages, *bundles), file, indent=1, ensure_ascii=False)
        file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
