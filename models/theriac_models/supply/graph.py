"""Builds an ONNX graph of plain operators, node by node; each output is a tensor [N, 1]."""

import numpy as np
from onnx import helper

from .. import export


class Graph:
    """Nodes and constants of one graph whose input is the tensor `features`."""

    def __init__(self, name: str, inputs: list[str]):
        self.name, self.inputs = name, inputs
        self.nodes: list = []
        self.constants: dict[str, np.ndarray] = {}

    def constant(self, values, kind=np.float32) -> str:
        """Stores values as a constant and gives its name."""
        name = f"c{len(self.constants)}"
        self.constants[name] = np.asarray(values, dtype=kind)
        return name

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
