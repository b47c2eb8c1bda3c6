"""Data sets by SHA-256: from a package, from the folder THERIAC_DATA, or fetched once into a cache."""

import csv
import hashlib
import io
import lzma
import os
import tarfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

MAXIMUM = 64 << 20


def verified(data: bytes, sha256: str, name: str) -> bytes:
    """The bytes themselves, or an end with the reason when they are not those that were studied."""
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise SystemExit(f"{name} has SHA-256 {found}, expected {sha256}: get the pinned version, or study the new file first")
    return data


@dataclass(frozen=True)
class Packaged:
    """A file inside an installed PyPI package."""

    package: str
    path: str
    sha256: str

    def read(self) -> bytes:
        spec = find_spec(self.package)
        if spec is None or spec.origin is None:
            raise SystemExit(f"{self.package} is not installed: run models/build, which installs the requirements")
        return verified((Path(spec.origin).parent / self.path).read_bytes(), self.sha256, f"{self.package}/{self.path}")


def debian_member(package: bytes, member: str) -> bytes:
    """A file out of a Debian package: an ar archive (ar(5)) that holds data.tar.xz."""
    at = 8
    while at + 60 <= len(package):
        header = package[at : at + 60]
        name, size = header[:16].decode("ascii").strip().rstrip("/"), int(header[48:58])
        body = package[at + 60 : at + 60 + size]
        if name == "data.tar.xz":
            with tarfile.open(fileobj=io.BytesIO(lzma.decompress(body))) as archive:
                return archive.extractfile(f"./{member}").read()
        at += 60 + size + size % 2
    raise SystemExit(f"the Debian package holds no data.tar.xz with {member}: get the pinned version")


@dataclass(frozen=True)
class Fetched:
    """A file that no PyPI package ships; `convert` makes the checked file out of what the address gives."""

    name: str
    url: str
    sha256: str
    convert: Callable[[bytes], bytes] = bytes

    def read(self) -> bytes:
        if folder := os.environ.get("THERIAC_DATA"):
            own = Path(folder) / self.name
            if own.is_file():
                return verified(own.read_bytes(), self.sha256, str(self.name))
        cached = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "theriac" / "data" / self.name
        if not cached.is_file():
            try:
                with urllib.request.urlopen(self.url, timeout=60) as answer:
                    data = self.convert(answer.read(MAXIMUM))
            except OSError as error:
                raise SystemExit(f"{self.url}: {error}; put {self.name} into a folder and name it in THERIAC_DATA") from error
            verified(data, self.sha256, self.name)
            cached.parent.mkdir(parents=True, exist_ok=True)
            cached.write_bytes(data)
        return verified(cached.read_bytes(), self.sha256, self.name)


def rows(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by column name."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
