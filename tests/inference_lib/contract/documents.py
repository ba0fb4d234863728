"""The smallest document of a contract, which tests change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference_lib.contract.document import Json

REGRESSION: dict[str, Json] = {
    "format_version": 2,
    "name": "test",
    "version": "1",
    "task": "regression",
    "description": "",
    "features": [{"name": "age", "type": "number", "nullable": True}],
    "inputs": [{"name": "x", "element_type": "float", "features": ["age"]}],
    "outputs": {"value": {"name": "value", "element_type": "float"}},
    "classes": [],
}
