"""Builds an ONNX graph of plain operators, node by node; each output is a tensor [N, 1]."""

import numpy as np
from onnx import TensorProto, helper

from .. import export


class Graph:
    """Nodes and constants of one graph whose input is the tensor `features`.

    A `wide` graph computes with 64 bits between its input and its outputs, which keep 32: runtimes add the terms of a
    product in different orders, and where large terms cancel, 32 bits show it in the result. Its constants have nine
    decimals, so that the file does not depend on the last bits of the machine that trained.
    """

    def __init__(self, name: str, inputs: list[str], wide: bool = False):
        self.name, self.inputs, self.wide = name, inputs, wide
        self.nodes: list = []
        self.constants: dict[str, np.ndarray] = {}
        self.features = self.add("Cast", "features", to=TensorProto.DOUBLE) if wide else "features"

    def constant(self, values, kind=None) -> str:
        """Stores values as a constant and gives its name."""
        name = f"c{len(self.constants)}"
        if self.wide and kind is None:
            values, kind = np.round(values, 9), np.float64
        self.constants[name] = np.asarray(values, dtype=kind or np.float32)
        return name

    def result(self, source: str, output: str) -> None:
        """Makes a column of a wide graph an output."""
        self.add("Cast", source, output=output, to=TensorProto.FLOAT)

    def add(self, operator: str, *operands, output: str | None = None, **attributes) -> str:
        """Appends an operator; operands that are not names become constants."""
        names = [operand if isinstance(operand, str) else self.constant(operand) for operand in operands]
        output = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, names, [output], name=output, **attributes))
        return output

    def columns(self, source: str, which, output: str | None = None) -> str:
        """Columns of a matrix, by position."""
        return self.add("Gather", source, self.constant(which, np.int64), axis=1, output=output)

    def mean(self, source: str, count: int) -> str:
        """Mean over `count` columns, as a product with a vector, which every runtime sums alike."""
        return self.add("MatMul", source, np.full((count, 1), 1 / count))

    def bytes(self, outputs: list[str]) -> bytes:
        return export.graph_bytes(self.name, self.inputs, outputs, self.nodes, self.constants)
