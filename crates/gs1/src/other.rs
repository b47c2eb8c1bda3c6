//! Codes on packs that are read and are still not the one that identifies a pack: linear barcodes, which have only the item
//! number, codes of other systems, and GS1 data in a symbol that is not a GS1 symbol.

use alloc::string::String;
use core::fmt;

use crate::ifa::PPN_DIGITS;
use crate::scan::{unframed, IDENTIFIER};
use crate::{Ai, Aic, Date, Elements, Gtin, Hibc, Parser, Pzn, MAX_INPUT};

/// A code that is not GS1 data with the fields of a pack, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherCode {
    /// A linear barcode with nothing but a GTIN.
    Linear {
        /// Its name, by the number of its digits.
        name: LinearName,
        /// The item.
        gtin: Gtin,
    },
    /// A linear barcode (Code 39) with nothing but a PZN.
    Pzn(Pzn),
    /// A linear barcode (Code 32) with nothing but the AIC of a medicine in Italy.
    Aic(Aic),
    /// A code of the Health Industry Bar Code standard.
    Hibc(Hibc),
    /// A message of ISO/IEC 15434, format 06, with a PPN of the IFA coding system.
    Ppn(PpnPack),
    /// Another message of ISO/IEC 15434.
    Message {
        /// The digits of its format.
        format: [char; 2],
    },
    /// An element string in a symbol without FNC1 in first position, which is therefore not a GS1 symbol.
    WithoutFnc1(Elements),
}

/// Linear barcodes that carry a GTIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinearName {
    /// 8 digits.
    Ean8,
    /// 12 digits.
    UpcA,
    /// 8 digits, which stand for the 12 of a UPC-A with zeros.
    UpcE,
    /// 13 digits.
    Ean13,
    /// 14 digits.
    Itf14,
}

impl fmt::Display for LinearName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ean8 => "EAN-8",
            Self::UpcA => "UPC-A",
            Self::UpcE => "UPC-E",
            Self::Ean13 => "EAN-13",
            Self::Itf14 => "ITF-14",
        })
    }
}

/// The fields of a pack with a PPN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PpnPack {
    /// The item, data identifier 9N.
    pub pzn: Pzn,
    /// The lot, data identifier 1T.
    pub lot: Option<String>,
    /// The expiry, data identifier D.
    pub expiry: Option<Date>,
    /// The serial, data identifier S.
    pub serial: Option<String>,
}

impl PpnPack {
    /// The same pack by its NTIN: the code that it has if its manufacturer registered it by a GTIN made from the PZN.
    #[must_use]
    pub fn by_ntin(&self) -> Option<Elements> {
        let mut elements = Elements::default();
        elements.push_valid(Ai::GTIN, &alloc::format!("{}", self.pzn.ntin()?));
        if let Some(expiry) = self.expiry {
            elements.push_valid(Ai::EXPIRY, &alloc::format!("{:06}", expiry.to_yymmdd()));
        }
        for (ai, text) in [(Ai::LOT, &self.lot), (Ai::SERIAL, &self.serial)] {
            if let Some(text) = text {
                elements.push_valid(ai, text);
            }
        }
        Some(elements)
    }
}

impl OtherCode {
    /// A stable name for programs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "linear",
            Self::Pzn(_) => "pzn",
            Self::Aic(_) => "aic",
            Self::Hibc(_) => "hibc",
            Self::Ppn(_) => "ppn",
            Self::Message { .. } => "iso_15434",
            Self::WithoutFnc1(_) => "without_fnc1",
        }
    }

    /// Recognises what somebody scanned instead of the code that identifies a pack; `None` if it is not one of these.
    #[must_use]
    pub fn recognise(text: &str, parser: &Parser) -> Option<Self> {
        if text.len() > MAX_INPUT {
            return None;
        }
        // The frame of a serial line ends with EOT, and so does the message.
        let (start, bytes) = unframed(text.as_bytes());
        let (text, after) = text.get(start..)?.split_at_checked(bytes.len())?;
        let (identifier, data) = match text.get(..IDENTIFIER) {
            Some(identifier) if text.starts_with(']') => (identifier, text.get(IDENTIFIER..)?),
            _ => ("", text),
        };
        match identifier {
            "" => upc_e(data)
                .or_else(|| linear(data))
                .or_else(|| pzn(data))
                .or_else(|| aic(data))
                .or_else(|| message(data, parser))
                // A scanner for another keyboard layout sends a plus for the bracket of a GS1 symbol.
                .or_else(|| hibc(data, after).filter(|_| crate::scanner::diagnose(text, parser).is_none())),
            "]A0" | "]A1" | "]A2" => {
                pzn(data).or_else(|| aic(data)).or_else(|| code_32(data)).or_else(|| hibc(data, after))
            }
            // EAN/UPC are read as such, if they are not shortened; these say nothing but a GTIN either.
            "]E0" => upc_e(data),
            "]I0" | "]I1" | "]I2" => linear(data),
            "]C0" => linear(data).or_else(|| hibc(data, after)),
            "]d1" | "]Q1" | "]J0" => {
                message(data, parser).or_else(|| hibc(data, after)).or_else(|| without_fnc1(data, parser))
            }
            "]d2" => message(data, parser),
            _ => None,
        }
    }
}

/// The eight digits of a UPC-E. An EAN-8 that begins with 0 is for use within a shop and on no pack; one that begins
/// with 1 is a GTIN of its own, if its check digit is right.
fn upc_e(data: &str) -> Option<OtherCode> {
    let digits = data.as_bytes();
    let [system @ (b'0' | b'1'), a, b, c, d, e, last, check] = *digits else { return None };
    if system == b'1' && linear(data).is_some() {
        return None;
    }
    const NIL: u8 = b'0';
    let long = match last {
        b'0'..=b'2' => [system, a, b, last, NIL, NIL, NIL, NIL, c, d, e, check],
        b'3' => [system, a, b, c, NIL, NIL, NIL, NIL, NIL, d, e, check],
        b'4' => [system, a, b, c, d, NIL, NIL, NIL, NIL, NIL, e, check],
        _ => [system, a, b, c, d, e, NIL, NIL, NIL, NIL, last, check],
    };
    Some(OtherCode::Linear { name: LinearName::UpcE, gtin: Gtin::from_digits(&long).ok()? })
}

/// Scanners that know Code 32 send the number as it is printed.
fn aic(data: &str) -> Option<OtherCode> {
    let printed = data.strip_prefix('A').and_then(|digits| Aic::from_digits(digits.as_bytes()));
    // Six digits alone could be anything.
    let is_symbol = || data.bytes().any(|byte| byte.is_ascii_uppercase());
    printed.map(OtherCode::Aic).or_else(|| code_32(data).filter(|_| is_symbol()))
}

fn code_32(data: &str) -> Option<OtherCode> {
    Aic::from_code_32(data.as_bytes()).map(OtherCode::Aic)
}

/// The check character can be a space, which is cut with what scanners add. A space behind the code counts as that: with
/// either reading, a misread code would pass twice as often.
fn hibc(data: &str, after: &str) -> Option<OtherCode> {
    let code = if after.starts_with(' ') { Hibc::read(&alloc::format!("{data} ")) } else { Hibc::read(data) };
    code.map(OtherCode::Hibc)
}

fn linear(data: &str) -> Option<OtherCode> {
    let name = match data.len() {
        8 => LinearName::Ean8,
        12 => LinearName::UpcA,
        13 => LinearName::Ean13,
        14 => LinearName::Itf14,
        _ => return None,
    };
    Some(OtherCode::Linear { name, gtin: data.parse().ok()? })
}

/// The Code 39 of a PZN begins with a hyphen.
fn pzn(data: &str) -> Option<OtherCode> {
    Pzn::from_digits(data.strip_prefix('-')?.as_bytes()).ok().map(OtherCode::Pzn)
}

const GS: char = '\u{1d}';
const RS: char = '\u{1e}';
const EOT: char = '\u{4}';

/// Messages of ISO/IEC 15434: a header, the format, and its fields. Some scanners omit the header.
fn message(data: &str, parser: &Parser) -> Option<OtherCode> {
    let spelled = crate::scanner::resolved(data);
    let data = spelled.as_deref().unwrap_or(data).trim_end_matches([RS, EOT, '\r', '\n', '\t']);
    let (format, body) = match data.strip_prefix("[)>") {
        Some(rest) => {
            let rest = rest.trim_start_matches(RS);
            let mut digits = rest.chars();
            let format = [digits.next()?, digits.next()?];
            (Some(format), digits.as_str().trim_start_matches(GS))
        }
        None => (None, data),
    };
    let fields = || body.trim_end_matches(RS).split(GS);
    let field = |identifier: &str| fields().find_map(|field| field.strip_prefix(identifier));
    let is_ppn_message = format.is_none_or(|format| format == ['0', '6']);
    // If the separators got lost, other fields follow the PPN.
    let ppn = field("9N").filter(|_| is_ppn_message).and_then(|value| value.as_bytes().get(..PPN_DIGITS));
    let Some(pzn) = ppn.and_then(|ppn| Pzn::from_ppn(ppn).ok()) else {
        return format.map(|format| OtherCode::Message { format });
    };
    let text = |identifier| {
        field(identifier).filter(|text| crate::validate_lot(text.as_bytes()).is_ok()).map(String::from)
    };
    let date = |value: &str| {
        let digits = value.len() == 6 && value.bytes().all(|byte| byte.is_ascii_digit());
        let yymmdd = value.parse().ok().filter(|_| digits)?;
        Date::from_yymmdd(yymmdd, parser.current_year()).ok()
    };
    let expiry = field("D").and_then(date);
    Some(OtherCode::Ppn(PpnPack { pzn, lot: text("1T"), expiry, serial: text("S") }))
}

fn without_fnc1(data: &str, parser: &Parser) -> Option<OtherCode> {
    let elements = parser.parse_element_string(data).ok()?;
    elements.get(Ai::GTIN)?;
    Some(OtherCode::WithoutFnc1(elements))
}

impl fmt::Display for OtherCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SCAN: &str = "scan the two-dimensional code of the pack, a GS1 DataMatrix or QR Code";
        match self {
            Self::Linear { name, gtin } => {
                write!(f, "this is a linear barcode ({name}), which has only the GTIN {gtin}; {SCAN}")
            }
            Self::Pzn(pzn) => write!(f, "this is a linear barcode (Code 39), which has only the PZN {pzn}; {SCAN}"),
            Self::Aic(number) => write!(
                f,
                "this is a linear barcode (Code 32), which has only the number of a medicine in Italy, AIC {number}; {SCAN}"
            ),
            Self::Hibc(code) => {
                f.write_str("this is not GS1 data but a code of the Health Industry Bar Code standard (HIBC)")?;
                match code {
                    Hibc::Item { labeler, item } => write!(f, ": labeler {labeler}, item {item}; {SCAN}"),
                    Hibc::Secondary => write!(f, ", a secondary one without the item; {SCAN}"),
                }
            }
            Self::Ppn(pack) => {
                write!(
                    f,
                    "this is not GS1 data but a PPN of the IFA coding system (ISO/IEC 15434, format 06), as packs in \
                     Germany have it: PZN {}",
                    pack.pzn
                )?;
                for (name, text) in [("lot", &pack.lot), ("serial", &pack.serial)] {
                    if let Some(text) = text {
                        write!(f, ", {name} {text}")?;
                    }
                }
                if let Some(expiry) = pack.expiry {
                    write!(f, ", expiry {expiry}")?;
                }
                match pack.by_ntin() {
                    Some(code) => write!(f, "; if it is registered by its NTIN, give {}", code.to_bracketed()),
                    None => Ok(()),
                }
            }
            Self::Message { format: [first, second] } => write!(
                f,
                "this is a message of ISO/IEC 15434, format {first}{second}, and not GS1 data with Application \
                 Identifiers; {SCAN}"
            ),
            Self::WithoutFnc1(elements) => write!(
                f,
                "this symbol has no FNC1 in first position, so that it is not a GS1 symbol, although its text looks like \
                 GS1 data: {}; report it to the manufacturer",
                elements.to_bracketed()
            ),
        }
    }
}
