"""The model: columns, two calibrated regressions, and the same as an ONNX graph."""

import numpy as np
from onnx import helper

from .. import export
from ..logistic import Calibrated, fit
from .inputs import NAMES, WORK_UP

FASTING_GLUCOSE_LIMIT = 120.0
# The columns that the weights see: numbers as they are, glucose as above the limit or not, chest pain as three
# indicators against "no pain".
NUMBERS = ["age", "sex", "systolic_pressure", "cholesterol"]
EXERCISE = ["maximum_heart_rate", "exercise_angina", "st_depression"]
CHEST_PAINS = [1.0, 2.0, 3.0]
HISTORY_COLUMNS = len(NUMBERS) + 1


def encode(x: np.ndarray) -> np.ndarray:
    """From inputs to the columns that the weights see; the graph does the same. NaN stays NaN."""

    def column(name: str) -> np.ndarray:
        return x[:, NAMES.index(name)]

    def unless_missing(values: np.ndarray, test: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(values), np.nan, test.astype(float))

    glucose, pain = column("fasting_glucose"), column("chest_pain")
    return np.column_stack(
        [column(name) for name in NUMBERS]
        + [unless_missing(glucose, glucose > FASTING_GLUCOSE_LIMIT)]
        + [column(name) for name in EXERCISE]
        + [unless_missing(pain, pain == kind) for kind in CHEST_PAINS]
    )


class Model:
    """Two calibrated logistic regressions: with a cardiac work-up, and from history alone."""

    def __init__(self, x: np.ndarray, y: np.ndarray):
        columns = encode(x)
        self.work_up: Calibrated = fit(columns, y)
        self.history: Calibrated = fit(columns[:, :HISTORY_COLUMNS], y)

    def risk(self, x: np.ndarray) -> np.ndarray:
        columns = encode(x)
        bare = np.isnan(x[:, [NAMES.index(name) for name in WORK_UP]]).all(axis=1)
        return np.where(bare, self.history.risk(columns[:, :HISTORY_COLUMNS]), self.work_up.risk(columns))


def without_work_up(x: np.ndarray) -> np.ndarray:
    """The same patients, had nobody asked about chest pain or made an exercise test."""
    x = x.copy()
    x[:, [NAMES.index(name) for name in WORK_UP]] = np.nan
    return x


def graph(model: Model) -> bytes:
    """The model as plain ONNX operators; column 0 of every pair is the work-up's, column 1 the history's."""
    work_up, history = model.work_up, model.history
    weights = np.zeros((len(work_up.weights), 2))
    # The scale is divided out of the weights' operand, not folded into the weights: what is stored is what the
    # card lists.
    weights[:, 0] = work_up.weights
    weights[:HISTORY_COLUMNS, 1] = history.weights
    # Both regressions saw the same patients, hence the same means and scales.
    assert np.array_equal(work_up.mean[:HISTORY_COLUMNS], history.mean)
    assert np.array_equal(work_up.scale[:HISTORY_COLUMNS], history.scale)

    def indices(names: list[str]) -> np.ndarray:
        return np.array([NAMES.index(name) for name in names], dtype=np.int64)

    def floats(values) -> np.ndarray:
        return np.array(values, dtype=np.float32)

    constants = {
        "number_indices": indices(NUMBERS),
        "glucose_index": indices(["fasting_glucose"]),
        "exercise_indices": indices(EXERCISE),
        "pain_index": indices(["chest_pain"]),
        "work_up_indices": indices(WORK_UP),
        "glucose_limit": floats([[FASTING_GLUCOSE_LIMIT]]),
        "pains": floats([CHEST_PAINS]),
        "mean": floats([work_up.mean]),
        "scale": floats([work_up.scale]),
        "weights": floats(weights),
        "bias": floats([[work_up.bias, history.bias]]),
        "platt_slope": floats([[work_up.slope, history.slope]]),
        "platt_offset": floats([[work_up.offset, history.offset]]),
        "work_up_ones": floats(np.ones((len(WORK_UP), 1))),
        "none_given": floats([[len(WORK_UP) - 0.5]]),
        "work_up_column": np.array([0], dtype=np.int64),
        "history_column": np.array([1], dtype=np.int64),
    }

    def node(operator: str, inputs: str, output: str, **attributes):
        return helper.make_node(operator, inputs.split(), [output], name=output, **attributes)

    float_type = export.TensorProto.FLOAT
    nodes = [
        # Encode.
        node("Gather", "features number_indices", "numbers", axis=1),
        node("Gather", "features exercise_indices", "exercise", axis=1),
        node("Gather", "features glucose_index", "glucose", axis=1),
        node("IsNaN", "glucose", "glucose_missing"),
        node("Greater", "glucose glucose_limit", "glucose_above"),
        node("Cast", "glucose_above", "glucose_indicator", to=float_type),
        node("Where", "glucose_missing glucose glucose_indicator", "glucose_high"),
        node("Gather", "features pain_index", "pain", axis=1),
        node("IsNaN", "pain", "pain_missing"),
        node("Equal", "pain pains", "pain_is"),
        node("Cast", "pain_is", "pain_indicators", to=float_type),
        node("Where", "pain_missing pain pain_indicators", "pain_kinds"),
        node("Concat", "numbers glucose_high exercise pain_kinds", "columns", axis=1),
        # Impute and scale.
        node("IsNaN", "columns", "missing"),
        node("Where", "missing mean columns", "filled"),
        node("Sub", "filled mean", "centred"),
        node("Div", "centred scale", "scaled"),
        # Both regressions, calibrated.
        node("MatMul", "scaled weights", "weighted"),
        node("Add", "weighted bias", "raw_logits"),
        node("Mul", "raw_logits platt_slope", "sloped"),
        node("Add", "sloped platt_offset", "logits"),
        node("Sigmoid", "logits", "risks"),
        # Choose by whether any part of the work-up is there.
        node("Gather", "features work_up_indices", "work_up_inputs", axis=1),
        node("IsNaN", "work_up_inputs", "work_up_missing"),
        node("Cast", "work_up_missing", "work_up_gaps", to=float_type),
        node("MatMul", "work_up_gaps work_up_ones", "gap_count"),
        node("Greater", "gap_count none_given", "no_work_up"),
        node("Gather", "risks work_up_column", "work_up_risk", axis=1),
        node("Gather", "risks history_column", "history_risk", axis=1),
        node("Where", "no_work_up history_risk work_up_risk", "risk"),
    ]
    return export.graph_bytes("heart-disease", NAMES, ["risk"], nodes, constants)
