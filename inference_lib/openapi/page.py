"""The documentation page: Swagger UI for the OpenAPI document, without requests to other hosts."""

from __future__ import annotations

import os
from importlib.machinery import PathFinder

from inference_lib.errors import RouteNotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Contract

PACKAGE = "swagger_ui_bundle"
SCRIPT = "swagger-ui-bundle.js"
STYLE = "swagger-ui.css"

# The page's own address may or may not end with a slash, and begins with the stage.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<script>document.write('<base href="' + location.pathname.replace(/docs\\/?$/, "") + '">')</script>
<link rel="stylesheet" href="docs/{style}">
</head>
<body>
<div id="ui"></div>
<script src="docs/{script}"></script>
<script>
SwaggerUIBundle({{url: "openapi.json", dom_id: "#ui", deepLinking: true, tryItOutEnabled: true}})
</script>
</body>
</html>
"""


def page(contract: Contract) -> str:
    """Return the page as HTML."""
    return _PAGE.format(title=f"{contract.name} API", script=SCRIPT, style=STYLE)


def asset(name: str) -> str:
    """Return a file of Swagger UI, from the package swagger-ui-bundle.

    Raises
    ------
    RouteNotFound
        The package is not installed.
    """
    spec = PathFinder.find_spec(PACKAGE)
    for place in spec.submodule_search_locations or () if spec is not None else ():
        vendor = os.path.join(place, "vendor")
        for folder in sorted(os.listdir(vendor), reverse=True):
            path = os.path.join(vendor, folder, name)
            if os.path.isfile(path):
                with open(path, encoding="utf-8") as file:
                    return file.read()
    raise RouteNotFound("The page needs the package swagger-ui-bundle, which is not installed here.")
