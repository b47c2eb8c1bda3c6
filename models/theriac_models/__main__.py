"""`python -m theriac_models [--out FOLDER] [--check] [MODEL ...]`: all models, or those that are named.

A model is a package of this one that has a function `build(folder)` and writes into the folder of its name (with `-` for
`_`), or a dictionary `MODELS` of folder names and such functions: no list names them.
"""

import argparse
import pkgutil
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent


def registry() -> dict[str, Callable[[Path], str]]:
    """Every model by the name of its folder."""
    found: dict[str, Callable[[Path], str]] = {}
    for module in pkgutil.iter_modules([str(HERE)]):
        if not module.ispkg:
            continue
        package = import_module(f"{__package__}.{module.name}")
        if models := getattr(package, "MODELS", None):
            found |= models
        elif build := getattr(package, "build", None):
            found[module.name.replace("_", "-")] = build
    return found


def differing(folder: Path, shipped: Path) -> list[str]:
    """The files of a folder that the shipped one does not hold with the same bytes."""
    names = {path.name for place in (folder, shipped) for path in place.glob("*")}

    def bytes_of(path: Path) -> bytes | None:
        return path.read_bytes() if path.is_file() else None

    return sorted(name for name in names if bytes_of(folder / name) != bytes_of(shipped / name))


def main() -> None:
    models = registry()
    parser = argparse.ArgumentParser(prog="theriac_models", description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE.parent, help="where the model folders go")
    parser.add_argument("--check", action="store_true", help="write nothing; compare with the shipped files")
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"one of: {', '.join(sorted(models))}")
    arguments = parser.parse_args()
    if unknown := set(arguments.models) - set(models):
        parser.error(f"no such model: {', '.join(sorted(unknown))}; there are: {', '.join(sorted(models))}")
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        for name in arguments.models or sorted(models):
            folder = (Path(scratch) if arguments.check else arguments.out) / name
            folder.mkdir(parents=True, exist_ok=True)
            try:
                print(f"{name}: {models[name](folder)}", flush=True)
            except SystemExit as missing:
                # The others need not wait for data that are not here.
                print(f"{name}: not built: {missing}", file=sys.stderr)
                failed = True
                continue
            if arguments.check and (others := differing(folder, arguments.out / name)):
                print(f"{name}: other bytes than the shipped {', '.join(others)}", file=sys.stderr)
                failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
