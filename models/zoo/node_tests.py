"""Writes ONNX's own node tests as files: NAME/model.onnx and NAME/test_data_set_0/{input,output}_N.pb.

    python node_tests.py FOLDER

The package onnx holds those of "simple", "pytorch-operator" and "pytorch-converted" as files, and generates those of "node".
"""

import shutil
import sys
import warnings
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

import onnx
from onnx.backend.test import cmd_tools
from onnx.backend.test.loader import load_model_tests

warnings.filterwarnings("ignore")


def main():
    folder = Path(sys.argv[1])
    cmd_tools.model_test = SimpleNamespace(collect_testcases=lambda *_: load_model_tests(kind="node"))
    cmd_tools.generate_data(Namespace(output=str(folder), op_type=None, diff=None, clean=False))
    data = Path(onnx.__file__).parent / "backend" / "test" / "data"
    for kind in ["simple", "pytorch-operator", "pytorch-converted"]:
        for test in sorted((data / kind).iterdir()):
            shutil.copytree(test, folder / kind / test.name, dirs_exist_ok=True)
    print(f"{len(list(folder.glob('*/*/model.onnx')))} tests")


if __name__ == "__main__":
    main()
