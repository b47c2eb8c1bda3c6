"""Makes the zoo: models as libraries export them with their defaults, each with rows and onnxruntime's results.

    python make.py FOLDER [NAME ...]

Each model gets a folder: model.onnx (and files of weights beside it), and rows.json (its kind, the values of each input of
the graph by row, and onnxruntime's values of each output by row). Folders that torch_models.py made, which have the inputs
only (inputs.json), get their outputs.

All models are trained here, on numbers that are drawn here: they have no other licence than this repository's.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")

ROWS = 200
ZOO = {}


def zoo(kind):
    """Registers a function that gives the bytes of a model, or a path, and a dictionary of inputs with 200 rows."""

    def register(make):
        ZOO[make.__name__.replace("_", "-")] = (kind, make)
        return make

    return register


def table(seed=0, columns=5, rows=600):
    """Columns of different scale, as of measurements, and a disease that depends on them."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, columns)).astype(np.float32)
    x = x * np.array([1, 10, 0.1, 5, 2, 1, 3, 0.5, 20, 1][:columns], np.float32) + np.arange(columns, dtype=np.float32)
    z = (x - x.mean(0)) / x.std(0)
    score = z[:, 0] + z[:, 1] * z[:, 2] - 0.5 * z[:, 3] + 0.3 * random.normal(size=rows)
    return x, score.astype(np.float32), (score > 0).astype(int), np.digitize(score, [-0.7, 0.7])


X, VALUE, YES, CLASS = table()
HELD = X[:ROWS]


def gaps(x, seed=1):
    x = x.copy()
    x[np.random.default_rng(seed).random(x.shape) < 0.15] = np.nan
    return x


def sk(model, y, x=X, held=None, initial=None, **options):
    """A scikit-learn model by skl2onnx, with its defaults."""
    from skl2onnx import to_onnx

    model.fit(x, y) if y is not None else model.fit(x)
    onnx = to_onnx(model, x[:1], **options) if initial is None else to_onnx(model, initial_types=initial, **options)
    held = x[:ROWS] if held is None else held
    return onnx.SerializeToString(), {onnx.graph.input[0].name: held}


def scaled(model):
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), model)


@zoo("linear classifier")
def logistic():
    from sklearn.linear_model import LogisticRegression

    return sk(scaled(LogisticRegression()), YES)


@zoo("linear classifier")
def logistic_no_table():
    from sklearn.linear_model import LogisticRegression

    model = scaled(LogisticRegression())
    return sk(model, YES, options={"zipmap": False})


@zoo("linear classifier")
def logistic_tables_by_column():
    from sklearn.linear_model import LogisticRegression

    model = scaled(LogisticRegression())
    return sk(model, YES, options={"zipmap": "columns"})


@zoo("linear classifier")
def logistic_three_classes():
    from sklearn.linear_model import LogisticRegression

    return sk(scaled(LogisticRegression()), CLASS)


@zoo("linear classifier")
def logistic_texts_as_classes():
    from sklearn.linear_model import LogisticRegression

    return sk(scaled(LogisticRegression()), np.array(["benign", "malignant"])[YES])


@zoo("linear classifier")
def logistic_opset_9():
    from sklearn.linear_model import LogisticRegression

    return sk(scaled(LogisticRegression()), YES, target_opset=9)


@zoo("linear classifier")
def logistic_double():
    from sklearn.linear_model import LogisticRegression

    # onnxruntime refuses the table of 64-bit numbers that the default would make.
    return sk(scaled(LogisticRegression()), YES, x=X.astype(np.float64), options={"zipmap": False})


@zoo("linear classifier")
def logistic_one_against_rest():
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    return sk(OneVsRestClassifier(scaled(LogisticRegression())), CLASS)


@zoo("linear classifier")
def sgd():
    from sklearn.linear_model import SGDClassifier

    return sk(scaled(SGDClassifier(loss="log_loss", random_state=0)), YES)


@zoo("linear classifier")
def linear_svc():
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    return sk(LinearSVC(random_state=0, max_iter=10000), YES)


@zoo("linear classifier")
def ridge_classifier():
    from sklearn.linear_model import RidgeClassifier

    return sk(scaled(RidgeClassifier()), CLASS)


@zoo("linear classifier")
def perceptron():
    from sklearn.linear_model import Perceptron

    return sk(scaled(Perceptron()), YES)


@zoo("calibrated classifier")
def calibrated_sigmoid():
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import LinearSVC

    return sk(CalibratedClassifierCV(LinearSVC(random_state=0), method="sigmoid", cv=3), YES)


@zoo("calibrated classifier")
def calibrated_isotonic():
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.naive_bayes import GaussianNB

    return sk(CalibratedClassifierCV(GaussianNB(), method="isotonic", cv=3), YES)


@zoo("discriminant analysis")
def linear_discriminant():
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    return sk(LinearDiscriminantAnalysis(), CLASS)


@zoo("discriminant analysis")
def quadratic_discriminant():
    from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis

    return sk(QuadraticDiscriminantAnalysis(), CLASS)


@zoo("linear regression")
def linear_regression():
    from sklearn.linear_model import LinearRegression

    return sk(scaled(LinearRegression()), VALUE)


@zoo("linear regression")
def ridge():
    from sklearn.linear_model import Ridge

    return sk(Ridge(), VALUE)


@zoo("linear regression")
def lasso_polynomial():
    from sklearn.linear_model import Lasso
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    return sk(make_pipeline(StandardScaler(), PolynomialFeatures(2), Lasso(alpha=0.01)), VALUE)


@zoo("generalised linear regression")
def poisson():
    from sklearn.linear_model import PoissonRegressor

    return sk(scaled(PoissonRegressor()), np.exp(VALUE / 3))


@zoo("generalised linear regression")
def tweedie():
    from sklearn.linear_model import TweedieRegressor

    return sk(scaled(TweedieRegressor(power=1.5)), np.exp(VALUE / 3))


@zoo("quantile regression")
def quantile():
    from sklearn.linear_model import QuantileRegressor

    return sk(scaled(QuantileRegressor(quantile=0.9, alpha=0.01)), VALUE)


@zoo("several targets")
def two_targets():
    from sklearn.linear_model import LinearRegression

    return sk(scaled(LinearRegression()), np.stack([VALUE, VALUE**2], axis=1))


@zoo("decision tree")
def tree():
    from sklearn.tree import DecisionTreeClassifier

    return sk(DecisionTreeClassifier(max_depth=5, random_state=0), CLASS)


@zoo("decision tree")
def tree_regression():
    from sklearn.tree import DecisionTreeRegressor

    return sk(DecisionTreeRegressor(max_depth=6, random_state=0), VALUE)


@zoo("random forest")
def forest():
    from sklearn.ensemble import RandomForestClassifier

    return sk(RandomForestClassifier(50, max_depth=7, random_state=0), YES)


@zoo("random forest")
def forest_three_classes():
    from sklearn.ensemble import RandomForestClassifier

    return sk(RandomForestClassifier(30, max_depth=6, random_state=0), CLASS)


@zoo("random forest")
def forest_regression():
    from sklearn.ensemble import RandomForestRegressor

    return sk(RandomForestRegressor(50, max_depth=7, random_state=0), VALUE)


@zoo("random forest")
def extra_trees():
    from sklearn.ensemble import ExtraTreesClassifier

    return sk(ExtraTreesClassifier(50, max_depth=7, random_state=0), YES)


@zoo("gradient boosting")
def boosting():
    from sklearn.ensemble import GradientBoostingClassifier

    return sk(GradientBoostingClassifier(random_state=0, n_estimators=50), YES)


@zoo("gradient boosting")
def boosting_three_classes():
    from sklearn.ensemble import GradientBoostingClassifier

    return sk(GradientBoostingClassifier(random_state=0, n_estimators=20), CLASS)


@zoo("gradient boosting")
def boosting_regression():
    from sklearn.ensemble import GradientBoostingRegressor

    return sk(GradientBoostingRegressor(random_state=0, n_estimators=50), VALUE)


@zoo("gradient boosting")
def adaboost():
    from sklearn.ensemble import AdaBoostClassifier

    return sk(AdaBoostClassifier(n_estimators=20, random_state=0), YES)


def tools(convert, model, columns=5):
    from onnxmltools.convert.common.data_types import FloatTensorType

    onnx = convert(model, initial_types=[("input", FloatTensorType([None, columns]))])
    return onnx.SerializeToString(), {"input": HELD}


def lightgbm_model(kind, y, x=X, **options):
    import lightgbm

    model = getattr(lightgbm, kind)(n_estimators=40, verbose=-1, n_jobs=1, random_state=0, **options)
    return model.fit(x, y)


@zoo("LightGBM")
def lightgbm_classifier():
    from onnxmltools import convert_lightgbm

    return tools(convert_lightgbm, lightgbm_model("LGBMClassifier", YES))


@zoo("LightGBM")
def lightgbm_three_classes():
    from onnxmltools import convert_lightgbm

    return tools(convert_lightgbm, lightgbm_model("LGBMClassifier", CLASS))


@zoo("LightGBM")
def lightgbm_regressor():
    from onnxmltools import convert_lightgbm

    return tools(convert_lightgbm, lightgbm_model("LGBMRegressor", VALUE))


@zoo("LightGBM")
def lightgbm_gaps():
    from onnxmltools import convert_lightgbm

    onnx, _ = tools(convert_lightgbm, lightgbm_model("LGBMClassifier", YES, x=gaps(X)))
    return onnx, {"input": gaps(HELD, 2)}


@zoo("LightGBM")
def lightgbm_categories():
    import lightgbm
    from onnxmltools import convert_lightgbm

    x = X.copy()
    x[:, 4] = np.random.default_rng(3).integers(0, 12, len(x))
    y = ((x[:, 0] > 0) ^ np.isin(x[:, 4], [1, 4, 7, 9])).astype(int)
    model = lightgbm.LGBMClassifier(n_estimators=20, verbose=-1, n_jobs=1, random_state=0, min_cat_gain=0, cat_smooth=1)
    model.fit(x, y, categorical_feature=[4])
    onnx, _ = tools(convert_lightgbm, model)
    return onnx, {"input": x[:ROWS]}


@zoo("LightGBM")
def lightgbm_poisson():
    from onnxmltools import convert_lightgbm

    return tools(convert_lightgbm, lightgbm_model("LGBMRegressor", np.exp(VALUE / 3), objective="poisson"))


def xgboost_model(kind, y, x=X, **options):
    import xgboost

    return getattr(xgboost, kind)(n_estimators=30, n_jobs=1, max_depth=4, random_state=0, **options).fit(x, y)


@zoo("XGBoost")
def xgboost_classifier():
    from onnxmltools import convert_xgboost

    return tools(convert_xgboost, xgboost_model("XGBClassifier", YES))


@zoo("XGBoost")
def xgboost_three_classes():
    from onnxmltools import convert_xgboost

    return tools(convert_xgboost, xgboost_model("XGBClassifier", CLASS))


@zoo("XGBoost")
def xgboost_regressor():
    from onnxmltools import convert_xgboost

    return tools(convert_xgboost, xgboost_model("XGBRegressor", VALUE))


@zoo("XGBoost")
def xgboost_gaps():
    from onnxmltools import convert_xgboost

    onnx, _ = tools(convert_xgboost, xgboost_model("XGBRegressor", VALUE, x=gaps(X)))
    return onnx, {"input": gaps(HELD, 2)}


@zoo("XGBoost")
def xgboost_random_forest():
    from onnxmltools import convert_xgboost

    return tools(convert_xgboost, xgboost_model("XGBRFClassifier", YES))


@zoo("neural network of scikit-learn")
def mlp():
    from sklearn.neural_network import MLPClassifier

    return sk(scaled(MLPClassifier((16,), max_iter=200, random_state=0)), YES)


@zoo("neural network of scikit-learn")
def mlp_three_classes():
    from sklearn.neural_network import MLPClassifier

    return sk(scaled(MLPClassifier((16, 8), activation="tanh", max_iter=200, random_state=0)), CLASS)


@zoo("neural network of scikit-learn")
def mlp_regression():
    from sklearn.neural_network import MLPRegressor

    return sk(scaled(MLPRegressor(hidden_layer_sizes=(16,), max_iter=200, random_state=0)), VALUE)


@zoo("neural network of scikit-learn")
def mlp_double():
    from sklearn.neural_network import MLPClassifier

    model = scaled(MLPClassifier((16,), activation="logistic", max_iter=200, random_state=0))
    return sk(model, YES, x=X.astype(np.float64), options={"zipmap": False})


@zoo("support vector machine")
def svc():
    from sklearn.svm import SVC

    return sk(scaled(SVC(probability=True, random_state=0)), YES)


@zoo("support vector machine")
def svc_three_classes():
    from sklearn.svm import SVC

    return sk(scaled(SVC(probability=True, random_state=0, kernel="poly")), CLASS)


@zoo("support vector machine")
def svc_without_probability():
    from sklearn.svm import SVC

    return sk(scaled(SVC(kernel="sigmoid")), YES)


@zoo("support vector machine")
def svr():
    from sklearn.svm import SVR

    return sk(scaled(SVR()), VALUE)


@zoo("support vector machine")
def nu_svr_linear():
    from sklearn.svm import NuSVR

    return sk(scaled(NuSVR(kernel="linear")), VALUE)


@zoo("nearest neighbours")
def neighbours():
    from sklearn.neighbors import KNeighborsClassifier

    return sk(scaled(KNeighborsClassifier()), YES)


@zoo("nearest neighbours")
def neighbours_regression():
    from sklearn.neighbors import KNeighborsRegressor

    return sk(scaled(KNeighborsRegressor(weights="distance")), VALUE)


@zoo("naive Bayes")
def gaussian_bayes():
    from sklearn.naive_bayes import GaussianNB

    return sk(GaussianNB(), CLASS)


@zoo("naive Bayes")
def bernoulli_bayes():
    from sklearn.naive_bayes import BernoulliNB

    return sk(BernoulliNB(), YES)


@zoo("naive Bayes")
def multinomial_bayes():
    from sklearn.naive_bayes import MultinomialNB

    return sk(MultinomialNB(), CLASS, x=np.abs(X))


@zoo("Gaussian process")
def gaussian_process():
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel

    model = GaussianProcessRegressor(ConstantKernel(1.0) * RBF(2.0), alpha=1.0, optimizer=None)
    return sk(model, VALUE[:150], x=X.astype(np.float64)[:150], held=X.astype(np.float64)[:ROWS])


@zoo("outliers")
def isolation_forest():
    from sklearn.ensemble import IsolationForest

    return sk(IsolationForest(n_estimators=30, random_state=0), None, target_opset={"": 17, "ai.onnx.ml": 3})


@zoo("outliers")
def one_class_svm():
    from sklearn.svm import OneClassSVM

    # Other rows than in training, which lie on the border: their score is a zero of either sign.
    return sk(scaled(OneClassSVM()), None, x=X[ROWS:], held=HELD)


@zoo("outliers")
def local_outlier_factor():
    from sklearn.neighbors import LocalOutlierFactor

    return sk(scaled(LocalOutlierFactor(novelty=True)), None, target_opset=17)


@zoo("clusters")
def k_means():
    from sklearn.cluster import KMeans

    return sk(scaled(KMeans(4, n_init=3, random_state=0)), None)


@zoo("clusters")
def gaussian_mixture():
    from sklearn.mixture import GaussianMixture

    return sk(scaled(GaussianMixture(3, random_state=0)), None)


@zoo("fewer dimensions")
def principal_components():
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return sk(make_pipeline(StandardScaler(), PCA(3), LogisticRegression()), YES)


@zoo("fewer dimensions")
def partial_least_squares():
    from sklearn.cross_decomposition import PLSRegression

    return sk(PLSRegression(2), VALUE)


@zoo("votes and stacks")
def voting():
    from sklearn.ensemble import RandomForestClassifier, VotingClassifier
    from sklearn.linear_model import LogisticRegression

    parts = [("a", scaled(LogisticRegression())), ("b", RandomForestClassifier(10, max_depth=4, random_state=0))]
    return sk(VotingClassifier(parts, voting="soft", flatten_transform=False), YES)


@zoo("votes and stacks")
def stacking():
    from sklearn.ensemble import RandomForestRegressor, StackingRegressor
    from sklearn.linear_model import LinearRegression, Ridge

    parts = [("a", scaled(LinearRegression())), ("b", RandomForestRegressor(10, max_depth=4, random_state=0))]
    return sk(StackingRegressor(parts, Ridge()), VALUE)


@zoo("votes and stacks")
def bagging():
    from sklearn.ensemble import BaggingClassifier

    return sk(BaggingClassifier(n_estimators=5, random_state=0), YES)


@zoo("preparation of numbers")
def imputed():
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression())
    return sk(model, YES, x=gaps(X))


@zoo("preparation of numbers")
def neighbours_imputed():
    from sklearn.impute import KNNImputer
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline

    return sk(make_pipeline(KNNImputer(n_neighbors=3), LinearRegression()), VALUE, x=gaps(X))


@zoo("preparation of numbers")
def robust_and_power():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PowerTransformer, RobustScaler

    return sk(make_pipeline(RobustScaler(), PowerTransformer(), LogisticRegression()), YES)


@zoo("preparation of numbers")
def bins():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import KBinsDiscretizer

    model = make_pipeline(KBinsDiscretizer(4, encode="onehot-dense", strategy="quantile"), LogisticRegression())
    return sk(model, YES)


@zoo("preparation of numbers")
def min_max_and_norm():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Binarizer, FunctionTransformer, MaxAbsScaler, MinMaxScaler, Normalizer

    return sk(make_pipeline(MinMaxScaler((-1, 1)), MaxAbsScaler(), Normalizer("l1"), LogisticRegression()), YES)


def ward():
    """Columns of several kinds, as a data frame has them."""
    import pandas

    random = np.random.default_rng(5)
    frame = pandas.DataFrame(
        {
            "Age": X[:, 0] * 10 + 50,
            "Systolic_BP": X[:, 1] + 120,
            "visits": random.integers(0, 9, len(X)),
            "sex": np.array(["female", "male"])[random.integers(0, 2, len(X))],
            "ward": np.array(["A1", "B2", "C3", "D4"])[random.integers(0, 4, len(X))],
        }
    ).astype({"Age": np.float32, "Systolic_BP": np.float32, "visits": np.int64})
    yes = ((X[:, 0] > 0) ^ (frame.ward == "B2") | (frame.visits > 6)).astype(int)
    return frame, yes


def framed(make, **options):
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType

    frame, yes = ward()
    model = make().fit(frame, yes)
    kinds = {"Age": FloatTensorType, "Systolic_BP": FloatTensorType, "visits": Int64TensorType}
    initial = [(name, kinds.get(name, StringTensorType)([None, 1])) for name in frame.columns]
    onnx = to_onnx(model, initial_types=initial, **options)
    kinds = {"Age": np.float32, "Systolic_BP": np.float32, "visits": np.int64}
    inputs = {
        name: frame[[name]].to_numpy()[:ROWS].astype(kinds.get(name, object)) for name in frame.columns
    }
    return onnx.SerializeToString(), inputs


@zoo("a column for each input")
def frame_one_hot():
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    def make():
        parts = ColumnTransformer(
            [
                ("n", StandardScaler(), ["Age", "Systolic_BP", "visits"]),
                ("c", OneHotEncoder(handle_unknown="ignore"), ["sex", "ward"]),
            ]
        )
        return make_pipeline(parts, LogisticRegression())

    return framed(make)


@zoo("a column for each input")
def frame_ordinal_forest():
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    def make():
        parts = ColumnTransformer([("c", OrdinalEncoder(), ["sex", "ward"])], remainder="passthrough")
        return make_pipeline(parts, RandomForestClassifier(20, max_depth=5, random_state=0))

    return framed(make)


@zoo("a column for each input")
def frame_imputed_boosting():
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    def make():
        parts = ColumnTransformer(
            [
                ("n", SimpleImputer(strategy="mean"), ["Age", "Systolic_BP"]),
                ("c", OneHotEncoder(sparse_output=False, drop="first"), ["sex", "ward"]),
            ]
        )
        return make_pipeline(parts, GradientBoostingClassifier(n_estimators=20, random_state=0))

    return framed(make)


@zoo("whole numbers")
def whole_numbers():
    from sklearn.ensemble import RandomForestClassifier
    from skl2onnx.common.data_types import Int64TensorType

    x = np.random.default_rng(6).integers(0, 20, (600, 4))
    y = (x[:, 0] > x[:, 1]).astype(int)
    model = RandomForestClassifier(20, max_depth=5, random_state=0)
    return sk(model, y, x=x, initial=[("codes", Int64TensorType([None, 4]))])


@zoo("a table of names and numbers")
def dictionary():
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import DictionaryType, FloatTensorType, StringTensorType

    rows = [{"a": float(r[0]), "b": float(r[1]), "c": float(r[2])} for r in X]
    model = make_pipeline(DictVectorizer(sparse=False), LogisticRegression()).fit(rows, YES)
    kind = DictionaryType(StringTensorType([1]), FloatTensorType([1]))
    onnx = to_onnx(model, initial_types=[("record", kind)])
    return onnx.SerializeToString(), {"record": rows[:ROWS]}


def catboost_model(kind, y, **options):
    import tempfile

    import catboost

    model = getattr(catboost, kind)(iterations=30, depth=4, random_seed=0, verbose=False, thread_count=1, allow_writing_files=False, **options)
    model.fit(X, y)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        model.save_model(str(path), format="onnx")
        return path.read_bytes(), {"features": HELD}


@zoo("CatBoost")
def catboost_classifier():
    return catboost_model("CatBoostClassifier", YES)


@zoo("CatBoost")
def catboost_three_classes():
    return catboost_model("CatBoostClassifier", CLASS)


@zoo("CatBoost")
def catboost_regressor():
    return catboost_model("CatBoostRegressor", VALUE)


def results(path, inputs):
    """onnxruntime's values of all outputs, row by row where the file says so."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    first = session.get_inputs()[0]
    single = not first.shape or first.shape[0] == 1 or isinstance(next(iter(inputs.values())), list)
    if not single:
        return dict(zip(names, session.run(None, inputs)))
    parts = []
    count = len(next(iter(inputs.values())))
    for row in range(count):
        one = {n: (v[row] if isinstance(v, list) else v[row : row + 1]) for n, v in inputs.items()}
        parts.append(session.run(None, one))
    joined = {}
    for place, name in enumerate(names):
        values = [part[place] for part in parts]
        joined[name] = sum(values, []) if isinstance(values[0], list) else np.concatenate(values)
    return joined


def by_row(value, count):
    """Labels that a graph gives as one row become a column."""
    if isinstance(value, np.ndarray) and value.ndim == 2 and value.shape == (1, count) and count > 1:
        return value.T
    return value


def plain(value):
    """As JSON: NaN and infinities are texts."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, np.ndarray):
        return [plain(one) for one in value.tolist()]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value


def write(folder, name):
    kind, make = ZOO[name]
    onnx, inputs = make()
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    (target / "model.onnx").write_bytes(onnx)
    finish(target, kind, inputs, str(target / "model.onnx"))


def finish(target, kind, inputs, path):
    outputs = results(path, inputs)
    columns = {}
    for port, values in inputs.items():
        if isinstance(values, list):
            columns[port] = [[row[key] for key in sorted(row)] for row in values]
        else:
            columns[port] = plain(values.reshape(len(values), -1))
    count = len(next(iter(columns.values())))
    shown = {port: plain(by_row(values, count)) for port, values in outputs.items()}
    (target / "rows.json").write_text(json.dumps({"kind": kind, "inputs": columns, "outputs": shown}))


def complete(folder):
    """Adds onnxruntime's values to a model of torch_models.py."""
    made = json.loads((folder / "inputs.json").read_text())
    inputs = {name: np.array(values, dtype=made["types"][name]) for name, values in made["inputs"].items()}
    finish(folder, made["kind"], inputs, str(folder / "model.onnx"))


def main():
    folder = Path(sys.argv[1])
    failed = 0
    for path in sorted(folder.glob("*/inputs.json")):
        complete(path.parent)
    for name in sys.argv[2:] or ZOO:
        try:
            write(folder, name)
        except Exception as error:
            failed += 1
            print(f"{name}: {type(error).__name__}: {str(error)[:300]}")
    print(f"{len(sys.argv[2:] or ZOO) - failed} made, {failed} failed")


if __name__ == "__main__":
    main()
