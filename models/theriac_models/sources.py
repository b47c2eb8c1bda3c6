"""Data sets that ship in PyPI packages, read only when their bytes are the ones that we know."""

import csv
import hashlib
import io
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """One CSV file inside an installed package."""

    package: str
    path: str
    sha256: str

    def rows(self) -> list[dict[str, str]]:
        """All rows by column name; stops when the file isn't the one that was studied."""
        spec = find_spec(self.package)
        if spec is None or spec.origin is None:
            raise SystemExit(f"{self.package} is not installed: run models/build, which installs the requirements")
        data = (Path(spec.origin).parent / self.path).read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != self.sha256:
            raise SystemExit(
                f"{self.package}/{self.path} has SHA-256 {found}, expected {self.sha256}: "
                "install the pinned version, or study the new file before training on it"
            )
        return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


def without_duplicates(rows: list[dict[str, str]], identifier: str) -> list[dict[str, str]]:
    """The first of every group of rows that agree in all but their identifier.

    A copy that sits in a training and a test fold at once would be remembered, not predicted.
    """
    first = {}
    for row in rows:
        first.setdefault(tuple(value for column, value in row.items() if column != identifier), row)
    return list(first.values())
