"""Times onnxruntime as it is called from Python: the other side of crates/inference/examples/bench.

One JSON object per line in, one out. `{"model": path, "input": name, "rows": [[number or null, ...], ...]}` loads a
model, and answers `{"engine": name and version}`; `{"count": n, "calls": m}` runs it m times on n rows (the given ones,
repeated), and answers `{"nanoseconds": all calls together}`. One thread, as on the other side.
"""

import json
import sys
import time

try:
    import numpy as np
    import onnxruntime
except ImportError as error:
    print(json.dumps({"error": f"{error}; install onnxruntime and numpy for this Python"}), flush=True)
    sys.exit(1)


def main() -> None:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    for line in sys.stdin:
        order = json.loads(line)
        if "model" in order:
            name = order["input"]
            rows = np.array(order["rows"], np.float32)  # null becomes NaN
            session = onnxruntime.InferenceSession(order["model"], options, providers=["CPUExecutionProvider"])
            answer = {"engine": f"onnxruntime {onnxruntime.__version__} from Python"}
        else:
            inputs = {name: np.resize(rows, (order["count"], rows.shape[1]))}
            start = time.perf_counter_ns()
            for _ in range(order["calls"]):
                session.run(None, inputs)
            answer = {"nanoseconds": time.perf_counter_ns() - start}
        print(json.dumps(answer), flush=True)


try:
    main()
except Exception as error:  # whatever it is, the other side has to know
    print(json.dumps({"error": str(error)}), flush=True)
    sys.exit(1)
