"""Bytecode of the standard library for the image: the modules that the function loads.

The slim Python images ship the standard library without bytecode, and the function's file system is read-only, so that
every cold start would compile its imports again. The image build runs this file as a script, in a stage that can import
the function's packages. It writes the missing ``.pyc`` files to a folder that is then copied over the base image.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

RUNTIME_CLIENT = ("awslambdaric.__main__", "awslambdaric.bootstrap")
PACKAGE = "inference_lib"
NOT_IMPORTED = ("handler", "testing")
"""Handlers need a bundle when they are imported. They import only these modules in addition:"""
FIRST_PROCESS = ("signal",)


def function_modules(package: str) -> list[str]:
    """Return the names of the modules that the function consists of.

    Parameters
    ----------
    package : str
        The folder of ``inference_lib``.
    """
    names = []
    for folder, _, files in os.walk(package):
        for file in files:
            stem, extension = os.path.splitext(os.path.relpath(os.path.join(folder, file), package))
            if extension == ".py" and os.path.basename(stem) not in NOT_IMPORTED:
                names.append(".".join((PACKAGE, *stem.removesuffix("__init__").split(os.sep))).rstrip("."))
    return sorted(names)


def missing_bytecode(standard_library: str) -> dict[str, str]:
    """Return the sources of loaded standard library modules without bytecode, and the paths of their bytecode."""
    specs = [module.__spec__ for module in list(sys.modules.values()) if getattr(module, "__spec__", None)]
    return {
        spec.origin: spec.cached
        for spec in specs
        if spec and spec.origin and spec.cached and spec.origin.startswith(standard_library + os.sep)
        if not os.path.exists(spec.cached)
    }


def write_bytecode(sources: dict[str, str], root: str) -> int:
    """Compile sources to their paths below ``root``; Python never checks the bytecode against the source.

    Parameters
    ----------
    sources : dict of str to str
        Absolute paths: the source and its bytecode.
    root : str
        Used instead of ``/``.

    Returns
    -------
    int
        Bytes written.
    """
    # Imported here, so that it is not among the modules that the function loads.
    import py_compile  # noqa: PLC0415

    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    written = 0
    for source, bytecode in sorted(sources.items()):
        place = os.path.join(root, bytecode.lstrip(os.sep))
        py_compile.compile(source, cfile=place, doraise=True, invalidation_mode=mode)
        written += os.path.getsize(place)
    return written


def main(arguments: Sequence[str]) -> int:
    """Import the function's modules and write the bytecode that the standard library lacks below a folder."""
    (root,) = arguments
    package = import_module(PACKAGE)
    for name in (*RUNTIME_CLIENT, *FIRST_PROCESS, *function_modules(package.__path__[0])):
        import_module(name)
    sources = missing_bytecode(os.path.dirname(os.__file__))
    size = write_bytecode(sources, root)
    sys.stdout.write(f"bytecode of {len(sources)} standard library modules: {size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
