"""Every function of the stack finds its handler in the one image."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from infra.function.upload import HANDLER as UPLOAD
from infra.model_monitor.component import HANDLER as MONITOR

if TYPE_CHECKING:
    from tests.image.conftest import BuiltImage

IMPORT = """
import importlib, sys
from inference_lib.errors import SettingsError
module, _, function = sys.argv[1].rpartition(".")
try:
    print(callable(getattr(importlib.import_module(module), function)))
except SettingsError as error:
    print("settings:", error)
"""


@pytest.mark.parametrize("handler", [MONITOR, UPLOAD, "inference_lib.handler.handler"])
def test_a_handler_is_in_the_image_with_all_that_it_imports(image: BuiltImage, handler: str) -> None:
    command = ["docker", "run", "--rm", "--network", "none", "--entrypoint", "python", image.tag, "-c", IMPORT, handler]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1].startswith(("True", "settings: the environment variable "))
