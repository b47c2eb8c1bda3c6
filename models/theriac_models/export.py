"""Writes a model folder: graph, manifest (checked against the schema), golden rows, card."""

import hashlib
import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import jsonschema
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

# tract 0.23.9 is tested on operator sets 9 to 18.
OPSET = 17
IR_VERSION = 8
SCHEMA = Path(__file__).resolve().parent.parent / "manifest.schema.json"


def graph_bytes(name: str, inputs: list[str], outputs: list[str], nodes, constants) -> bytes:
    """An ONNX model with one tensor `features[N, inputs]` in and one tensor `[N, 1]` out per output.

    The names of the features, in order, are in the model's metadata, so that the loader can hold them against
    the manifest: a graph that expects another order than the manifest says would give numbers that look fine.
    """
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", len(inputs)])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", 1]) for output in outputs],
        [onnx.numpy_helper.from_array(np.asarray(array), constant) for constant, array in constants.items()],
    )
    model = helper.make_model(
        graph, producer_name="theriac-models", ir_version=IR_VERSION, opset_imports=[helper.make_opsetid("", OPSET)]
    )
    helper.set_model_props(model, {"features": ",".join(inputs)})
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def run(graph: bytes, features: np.ndarray) -> dict[str, np.ndarray]:
    """What onnxruntime computes, by output name: the reference for every other runtime."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, (values[:, 0] for values in session.run(names, {"features": features.astype(np.float32)}))))


def fixed_point(value: np.float32, decimals: int) -> int:
    """The value times 10^decimals, rounded half away from zero, exactly as the chain sees it."""
    return int(Decimal(float(value)).scaleb(decimals).quantize(Decimal(1), ROUND_HALF_UP))


def golden_rows(graph: bytes, manifest: dict, rows: np.ndarray) -> dict:
    """Rows as the oracle would feed them (null is missing) with onnxruntime's answers."""
    names = [value["name"] for value in manifest["inputs"]]
    answers = run(graph, rows)
    return {
        "model_sha256": manifest["model"]["sha256"],
        "runtime": f"onnxruntime {onnxruntime.__version__}",
        "rows": [
            {
                "inputs": {name: None if np.isnan(value) else round(float(value), 6) for name, value in zip(names, row)},
                # Seven decimals is the resolution of a 32-bit float near one.
                "outputs": {o["name"]: round(float(answers[o["name"]][i]), 7) for o in manifest["outputs"]},
                "fixed": {o["name"]: fixed_point(answers[o["name"]][i], o["decimals"]) for o in manifest["outputs"]},
            }
            for i, row in enumerate(rows)
        ],
    }


def write(folder: Path, graph: bytes, manifest: dict, golden: np.ndarray, card: str) -> None:
    """Writes the four files; the manifest gets the graph's hash and must fit the schema."""
    manifest["model"]["sha256"] = hashlib.sha256(graph).hexdigest()
    jsonschema.validate(manifest, json.loads(SCHEMA.read_text()), format_checker=jsonschema.FormatChecker())
    (folder / "model.onnx").write_bytes(graph)
    (folder / "manifest.json").write_text(to_json(manifest))
    (folder / "golden.json").write_text(to_json(golden_rows(graph, manifest, golden)))
    (folder / "card.md").write_text(card)


def to_json(value: dict) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
