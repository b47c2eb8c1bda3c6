"""`python -m theriac_models [--out FOLDER] [MODEL ...]`: all models, or those that are named."""

import argparse
from pathlib import Path

from . import heart_disease

MODELS = {"heart-disease": heart_disease.build}


def main() -> None:
    parser = argparse.ArgumentParser(prog="theriac_models", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent, help="where the model folders go")
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"one of: {', '.join(MODELS)}")
    arguments = parser.parse_args()
    if unknown := set(arguments.models) - set(MODELS):
        parser.error(f"no such model: {', '.join(sorted(unknown))}; there are: {', '.join(MODELS)}")
    for name in arguments.models or MODELS:
        folder = arguments.out / name
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{name}: {MODELS[name](folder)}")


main()
