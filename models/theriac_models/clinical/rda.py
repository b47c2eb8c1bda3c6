"""Reads data frames of numbers and factors from R's XDR format (R Internals, section 1.8, "Serialization Formats")."""

import lzma
import struct

import numpy as np

PAIRLIST, SYMBOL, CHARACTER, INTEGER, REAL, STRING, VECTOR = 2, 1, 9, 13, 14, 16, 19
REFERENCE, NULL, MISSING_INTEGER = 255, 254, -(2**31)


class _Reader:
    def __init__(self, data: bytes):
        self.data, self.at, self.symbols = data, 0, []

    def take(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]

    def integer(self) -> int:
        return struct.unpack(">i", self.take(4))[0]

    def pairs(self, flags: int) -> dict:
        found = {}
        while flags & 255 == PAIRLIST:
            if flags & 512:
                self.item()
            tag = self.item() if flags & 1024 else None
            found[tag] = self.item()
            flags = self.integer()
        return found

    def item(self):
        flags = self.integer()
        kind = flags & 255
        if kind == NULL:
            return None
        if kind == REFERENCE:
            return self.symbols[(flags >> 8) - 1]
        if kind == PAIRLIST:
            return self.pairs(flags)
        if kind == SYMBOL:
            self.symbols.append(self.item())
            return self.symbols[-1]
        count = self.integer()
        if kind == CHARACTER:
            return self.take(count).decode() if count >= 0 else None
        if kind == REAL:
            value = np.frombuffer(self.take(8 * count), ">f8").astype(float)
        elif kind == INTEGER:
            whole = np.frombuffer(self.take(4 * count), ">i4").astype(float)
            value = np.where(whole == MISSING_INTEGER, np.nan, whole)
        elif kind in (STRING, VECTOR):
            value = [self.item() for _ in range(count)]
        else:
            raise SystemExit(f"R object of type {kind} is not supported: use a data frame of numbers and factors")
        attributes = self.pairs(self.integer()) if flags & 512 else {}
        return dict(zip(attributes["names"], value)) if kind == VECTOR and "names" in attributes else value


def objects(data: bytes) -> dict:
    """The objects of an .rda file that xz packed, by name; factors are their level's number from 1."""
    plain = lzma.decompress(data)
    reader = _Reader(plain)
    magic = reader.take(7)
    reader.integer(), reader.integer(), reader.integer()
    if magic == b"RDX3\nX\n":
        reader.take(reader.integer())
    elif magic != b"RDX2\nX\n":
        raise SystemExit("not an .rda file of version 2 or 3 in XDR form: get the pinned version")
    return reader.item()


def frame(data: bytes) -> dict[str, np.ndarray]:
    """The columns of the first data frame in such a file."""
    return next(iter(objects(data).values()))
