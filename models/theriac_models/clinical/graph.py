"""The learner as ONNX: plain operators for the linear part and calibration, one TreeEnsembleRegressor for the trees."""

import numpy as np
import onnx
from onnx import TensorProto, helper

from .. import export
from ..supply.graph import Graph
from .learner import Model

TREES_OPSET = 3
LARGEST = float(np.finfo(np.float32).max)


def _below(threshold: float) -> float:
    """The largest 32-bit float up to the threshold: the same side for every 32-bit input."""
    found = np.float32(np.clip(threshold, -LARGEST, LARGEST))
    return float(np.nextafter(found, np.float32(-np.inf)) if float(found) > threshold else found)


def tree_attributes(booster) -> dict[str, list]:
    """LightGBM's trees as attributes of `ai.onnx.ml` TreeEnsembleRegressor, operator set 3.

    `nodes_hitrates` counts the training rows that came to each node, a branch as many as its two children: the operator
    ignores it, TreeSHAP weighs by it.
    """
    keys = [
        "treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids", "missing_value_tracks_true", "hitrates",
    ]
    nodes: dict[str, list] = {f"nodes_{key}": [] for key in keys}
    leaves: dict[str, list] = {f"target_{key}": [] for key in ["treeids", "nodeids", "ids", "weights"]}

    def row(*values) -> int:
        for key, value in zip(keys, values):
            nodes[f"nodes_{key}"].append(value)
        return len(nodes["nodes_nodeids"]) - 1

    for tree, description in enumerate(booster.dump_model()["tree_info"]):
        start = len(nodes["nodes_nodeids"])

        def visit(node: dict, tree: int = tree, start: int = start) -> int:
            own = len(nodes["nodes_nodeids"]) - start
            if "leaf_value" in node:
                row(tree, own, 0, "LEAF", 0.0, 0, 0, 0, float(node["leaf_count"]))
                for key, value in zip(leaves, (tree, own, 0, float(node["leaf_value"]))):
                    leaves[key].append(value)
                return own
            left = node["default_left"] if node["missing_type"] == "NaN" else node["threshold"] >= 0
            rows = float(node["internal_count"])
            place = row(tree, own, node["split_feature"], "BRANCH_LEQ", _below(node["threshold"]), 0, 0, int(left), rows)
            nodes["nodes_truenodeids"][place] = visit(node["left_child"])
            nodes["nodes_falsenodeids"][place] = visit(node["right_child"])
            return own

        visit(description["tree_structure"])
    return nodes | leaves


def graph_bytes(name: str, inputs: list[str], model: Model) -> bytes:
    """The model's graph with the output `risk[N, 1]`."""
    linear, recipe = model.linear, model.linear.recipe
    g = Graph(name, inputs)
    values = g.columns("features", [column for column in linear.numbers if column not in recipe.limits])
    if recipe.limits:
        known = g.columns("features", list(recipe.limits))
        above = g.add("Cast", g.add("Greater", known, [list(recipe.limits.values())]), to=TensorProto.FLOAT)
        values = g.add("Concat", values, g.add("Where", g.add("IsNaN", known), known, above), axis=1)
    gaps = g.add("IsNaN", values)
    z = g.add("Div", g.add("Sub", g.add("Where", gaps, [linear.mean], values), [linear.mean]), [linear.scale])
    parts = [z]
    if recipe.hinges:
        parts += [g.add("Max", g.add("Sub", z, [knot]), np.zeros((1, 1))) for knot in linear.knots]
    if recipe.indicators:
        parts.append(g.add("Cast", gaps, to=TensorProto.FLOAT))
    for column, kinds in recipe.categories.items():
        parts.append(g.add("Cast", g.add("Equal", g.columns("features", [column]), [kinds]), to=TensorProto.FLOAT))
    encoded = g.add("Concat", *parts, axis=1) if len(parts) > 1 else z
    logit = g.add("Add", g.add("MatMul", encoded, linear.weights[:, None]), [[linear.bias]])
    total = g.add("Mul", logit, [[model.stack[0]]])
    if model.booster is not None:
        attributes = tree_attributes(model.booster)
        trees = g.add("TreeEnsembleRegressor", "features", domain="ai.onnx.ml", n_targets=1, **attributes)
        total = g.add("Add", total, g.add("Mul", trees, [[model.stack[1]]]))
    g.add("Sigmoid", g.add("Add", total, [[model.offset]]), output="risk")
    if model.booster is None:
        return g.bytes(["risk"])
    return _with_tree_domain(g)


def _with_tree_domain(g: Graph) -> bytes:
    constants = [onnx.numpy_helper.from_array(value, key) for key, value in g.constants.items()]
    inside = [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", len(g.inputs)])]
    outside = [helper.make_tensor_value_info("risk", TensorProto.FLOAT, ["N", 1])]
    sets = [helper.make_opsetid("", export.OPSET), helper.make_opsetid("ai.onnx.ml", TREES_OPSET)]
    whole = helper.make_graph(g.nodes, g.name, inside, outside, constants)
    model = helper.make_model(whole, producer_name="theriac-models", ir_version=export.IR_VERSION, opset_imports=sets)
    helper.set_model_props(model, {"features": ",".join(g.inputs)})
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)
