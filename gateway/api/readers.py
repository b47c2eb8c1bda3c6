"""Holds the gateway's readings of codes against those of readers that others wrote: biip for texts, zxing-cpp for pictures.

    readers.py URL COUNT SEED

Makes so many packs with any characters that GS1 allows, draws each as a GS1 DataMatrix, a GS1 QR code or a QR code with a
Digital Link, and asks what each reader finds. Every disagreement is shown, and fails the run.
"""

import io
import json
import random
import sys
import urllib.request
from urllib.parse import quote

import biip
import zxingcpp
from biip.checksums import gs1_standard_check_digit
from PIL import Image

# GS1 character set 82 (GenSpecs figure 7.11-1).
CHARACTERS = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
GS = "\x1d"
SYMBOLS = ("GS1 DataMatrix", "GS1 QR", "Digital Link")
# Characters that are not drawn. The maker of pictures takes brackets for its own notation. And rxing 0.9.3, by which the
# gateway reads pictures, finds no code where a GS1 QR code has a percent sign in alphanumeric mode, in which it is doubled:
# after the second one is taken away, the reader goes beyond the end (`DecodeAlphanumericSegment`).
NOT_DRAWN = {"GS1 DataMatrix": "()", "GS1 QR": "()%", "Digital Link": ""}
# Scanners spell out control characters in this way: a text with one is a fault of the scanner to the gateway.
SPELLED_OUT = ("%0a", "%0d", "%1d")


class Pack:
    def __init__(self, chance: random.Random, without: str = ""):
        allowed = [character for character in CHARACTERS if character not in without]

        def text() -> str:
            drawn = "".join(chance.choices(allowed, k=chance.randint(1, 20)))
            return text() if any(spelled in drawn.lower() for spelled in SPELLED_OUT) else drawn

        digits = "".join(chance.choices("0123456789", k=13))
        self.gtin, self.lot, self.serial = digits + str(gs1_standard_check_digit(digits)), text(), text()
        self.expiry = f"{chance.randint(27, 40):02}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
        # Any order of the elements.
        self.elements = [("01", self.gtin), ("17", self.expiry), ("10", self.lot), ("21", self.serial)]
        chance.shuffle(self.elements)

    def named(self) -> dict:
        return {"gtin": self.gtin, "lot": self.lot, "serial": self.serial, "expiry": self.expiry}

    def element_string(self) -> str:
        text = "".join(ai + value + (GS if ai in ("10", "21") else "") for ai, value in self.elements)
        return text.removesuffix(GS)

    def bracketed(self) -> str:
        return "".join(f"({ai}){value}" for ai, value in self.elements)

    def link(self) -> str:
        part = lambda value: quote(value, safe="")  # noqa: E731
        path = f"/01/{self.gtin}/10/{part(self.lot)}/21/{part(self.serial)}"
        return f"https://id.example.org{path}?17={self.expiry}"

    def drawn(self, symbol: str) -> zxingcpp.Barcode:
        if symbol == "Digital Link":
            return zxingcpp.create_barcode(self.link(), zxingcpp.BarcodeFormat.QRCode)
        form = zxingcpp.BarcodeFormat.DataMatrix if symbol == "GS1 DataMatrix" else zxingcpp.BarcodeFormat.QRCode
        # FNC1 stands in the first position only where no other character set is named before it.
        return zxingcpp.create_barcode(self.bracketed(), form, gs1=True, eci="ASCII", force_square=True)


def by_biip(text: str) -> dict:
    found = biip.parse(text)
    message = found.gs1_message or found.gs1_digital_link_uri
    if message is None:
        return {"error": f"{found.gs1_message_error} {found.gs1_digital_link_uri_error}"}
    values = {element.ai.ai: element.value for element in message.element_strings}
    return {name: values.get(ai) for name, ai in (("gtin", "01"), ("lot", "10"), ("serial", "21"), ("expiry", "17"))}


def ask(url: str, media_type: str, body: bytes) -> list:
    request = urllib.request.Request(f"{url}/verify", body, {"content-type": media_type})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["answers"]
    except urllib.error.HTTPError as error:
        return [json.load(error)]


def by_gateway(answer: dict) -> dict:
    pack = answer.get("pack")
    if pack is None:
        return {"error": answer.get("detail")}
    expiry = (pack["expiry"] or "").replace("-", "")[2:]
    return {"gtin": pack["gtin"], "lot": pack["lot"], "serial": pack["serial"], "expiry": expiry}


def png(image) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).convert("L").save(file, "PNG")
    return file.getvalue()


def main() -> int:
    url, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    disagreements, readings = 0, 0

    def compare(what: str, pack: Pack, readings_of: dict) -> None:
        nonlocal disagreements, readings
        readings += 1
        if any(found != pack.named() for found in readings_of.values()):
            disagreements += 1
            print(f"{what}: {pack.named()}", *(f"  {who}: {found}" for who, found in readings_of.items()), sep="\n")

    for number in range(count):
        symbol = SYMBOLS[number % len(SYMBOLS)]
        pack = Pack(chance, without=NOT_DRAWN[symbol])
        image = zxingcpp.write_barcode_to_image(pack.drawn(symbol), scale=chance.randint(3, 6))
        other = zxingcpp.read_barcode(image)
        assert symbol == "Digital Link" or other.symbology_identifier in ("]d2", "]Q3"), other.symbology_identifier
        [answer] = ask(url, "image/png", png(image))
        compare(
            f"picture {number}, {symbol}",
            pack,
            {"zxing-cpp and biip": by_biip(other.bytes.decode()), "the gateway": by_gateway(answer)},
        )

    # The texts, as scanners send them: with the identifier of the symbology, and without.
    packs = [Pack(chance) for _ in range(count)]
    texts = [
        chance.choice([pack.element_string(), "]d2" + pack.element_string(), "]Q3" + pack.element_string(), pack.link()])
        for pack in packs
    ]
    for begin in range(0, count, 10):
        part = slice(begin, begin + 10)
        answers = ask(url, "application/json", json.dumps({"codes": texts[part]}).encode())
        for pack, text, answer in zip(packs[part], texts[part], answers, strict=True):
            compare(f"text {text!r}", pack, {"biip": by_biip(text), "the gateway": by_gateway(answer)})
    print(f"{readings} codes, half of them in pictures: {disagreements} disagreements")
    return 1 if disagreements or readings != 2 * count else 0


if __name__ == "__main__":
    sys.exit(main())
