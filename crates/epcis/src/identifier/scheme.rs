//! The EPC schemes that have a GS1 key, and how their parts are laid out.

use super::text::{decode, encode, encode_urn, is_digits, is_value, is_value39};
use super::{scheme_named, IdentifierError, DOMAIN};
use crate::limits::MAX_IDENTIFIER;

/// How the key is built from company prefix and reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// This many digits and a check digit; the reference's first digit moves to the front (GTIN, SSCC).
    IndicatorFirst(usize),
    /// This many digits and a check digit.
    Digits(usize),
    /// A zero, 12 digits and a check digit (GRAI).
    ZeroFirst,
    /// The prefix and any characters, this many together, without a check digit (GIAI, GINC).
    Characters(usize),
    /// The same, of the character set 39 (CPID).
    Characters39(usize),
}

/// The part after the key in a URN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing.
    None,
    /// A value of up to this many characters that is another element of the link, with its Application Identifier.
    Qualifier(&'static str, usize),
    /// The same in digits.
    DigitsQualifier(&'static str, usize),
    /// A value of up to this many characters that belongs to the key itself.
    Appended(usize),
    /// The same in digits.
    AppendedDigits(usize),
    /// Two digits of the piece and two of the total, and a serial.
    PieceTotalSerial,
}

/// An EPC scheme.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scheme {
    /// Its name in URNs.
    pub(super) name: &'static str,
    /// The Application Identifier of its key.
    pub(super) ai: &'static str,
    pub(super) layout: Layout,
    pub(super) tail: Tail,
    /// Whether it has a pattern, `urn:epc:idpat:`, for all its serials.
    pattern: bool,
}

const fn scheme(name: &'static str, ai: &'static str, layout: Layout, tail: Tail, pattern: bool) -> Scheme {
    Scheme { name, ai, layout, tail, pattern }
}

/// All schemes with a GS1 key (CBV 2.0, table 8-1).
pub(super) const SCHEMES: &[Scheme] = &[
    scheme("sgtin", "01", Layout::IndicatorFirst(13), Tail::Qualifier("21", 20), true),
    scheme("lgtin", "01", Layout::IndicatorFirst(13), Tail::Qualifier("10", 20), false),
    scheme("upui", "01", Layout::IndicatorFirst(13), Tail::Qualifier("235", 28), true),
    scheme("itip", "8006", Layout::IndicatorFirst(13), Tail::PieceTotalSerial, true),
    scheme("sscc", "00", Layout::IndicatorFirst(17), Tail::None, false),
    scheme("sgln", "414", Layout::Digits(12), Tail::Qualifier("254", 20), false),
    scheme("pgln", "417", Layout::Digits(12), Tail::None, false),
    scheme("grai", "8003", Layout::ZeroFirst, Tail::Appended(16), true),
    scheme("giai", "8004", Layout::Characters(30), Tail::None, false),
    scheme("gsrn", "8018", Layout::Digits(17), Tail::None, false),
    scheme("gsrnp", "8017", Layout::Digits(17), Tail::None, false),
    scheme("gdti", "253", Layout::Digits(12), Tail::Appended(17), true),
    scheme("sgcn", "255", Layout::Digits(12), Tail::AppendedDigits(12), true),
    scheme("cpi", "8010", Layout::Characters39(30), Tail::DigitsQualifier("8011", 12), true),
    scheme("ginc", "401", Layout::Characters(30), Tail::None, false),
    scheme("gsin", "402", Layout::Digits(16), Tail::None, false),
];

/// An SGLN without extension, as URN.
const NO_EXTENSION: &str = "0";

impl Scheme {
    /// The scheme of a URN, and the rest after its name.
    pub(super) fn of_urn(urn: &str) -> Result<(&'static Self, UrnValue<'_>), IdentifierError> {
        if urn.len() > MAX_IDENTIFIER {
            return Err(IdentifierError::TooLong);
        }
        let rest = urn.strip_prefix("urn:epc:").ok_or(IdentifierError::NotAnIdentifier)?;
        let mut parts = rest.splitn(3, ':');
        let (Some(kind), Some(name), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(IdentifierError::NotAnIdentifier);
        };
        let scheme = scheme_named(name).filter(|scheme| match kind {
            "id" => scheme.name != "lgtin",
            "class" => scheme.name == "lgtin",
            "idpat" => scheme.pattern,
            _ => false,
        });
        match scheme {
            Some(scheme) => Ok((scheme, UrnValue { value, pattern: kind == "idpat" })),
            None => Err(IdentifierError::UnknownScheme { scheme: format!("{kind}:{name}") }),
        }
    }

    /// The key of company prefix and reference, with its check digit.
    pub(super) fn key(&self, prefix: &str, reference: &str) -> Option<String> {
        if !(6..=12).contains(&prefix.len()) || !is_digits(prefix, 12) {
            return None;
        }
        let length = prefix.len().checked_add(reference.len())?;
        let digits = |wanted: usize| {
            (length == wanted && reference.bytes().all(|byte| byte.is_ascii_digit())).then_some(())
        };
        let payload = match self.layout {
            Layout::IndicatorFirst(wanted) => {
                digits(wanted)?;
                let (indicator, rest) = reference.split_at_checked(1)?;
                format!("{indicator}{prefix}{rest}")
            }
            Layout::Digits(wanted) => {
                digits(wanted)?;
                format!("{prefix}{reference}")
            }
            Layout::ZeroFirst => {
                digits(12)?;
                format!("0{prefix}{reference}")
            }
            Layout::Characters(most) | Layout::Characters39(most) => {
                let reference = decode(reference)?;
                let key = format!("{prefix}{reference}");
                return (!reference.is_empty() && self.is_characters(&key, most)).then_some(key);
            }
        };
        let check = gs1::check_digit(payload.parse().ok()?);
        Some(format!("{payload}{check}"))
    }

    fn is_characters(&self, key: &str, most: usize) -> bool {
        match self.layout {
            Layout::Characters39(_) => is_value39(key, most),
            _ => is_value(key, most),
        }
    }

    /// The canonical link of a URN's value.
    pub(super) fn link_of_urn(&self, urn: UrnValue<'_>) -> Option<String> {
        let parts = urn.split(self)?;
        let key = self.key(parts.prefix, parts.reference)?;
        let mut link = format!("{DOMAIN}/{}/{}", self.ai, encode(&key));
        if let Some((piece, total)) = parts.piece_total {
            link.push_str(piece);
            link.push_str(total);
        }
        let Some(serial) = parts.serial else {
            return Some(link);
        };
        let serial = decode(serial)?;
        if !self.is_serial(&serial) {
            return None;
        }
        match self.tail {
            Tail::Appended(_) | Tail::AppendedDigits(_) => link.push_str(&encode(&serial)),
            Tail::Qualifier("254", _) if serial == NO_EXTENSION => {}
            Tail::Qualifier(ai, _) | Tail::DigitsQualifier(ai, _) => {
                link.push_str(&format!("/{ai}/{}", encode(&serial)));
            }
            Tail::PieceTotalSerial => link.push_str(&format!("/21/{}", encode(&serial))),
            Tail::None => return None,
        }
        Some(link)
    }

    fn is_serial(&self, serial: &str) -> bool {
        match self.tail {
            Tail::None => false,
            Tail::Qualifier(_, most) | Tail::Appended(most) => is_value(serial, most),
            Tail::DigitsQualifier(_, most) | Tail::AppendedDigits(most) => is_digits(serial, most),
            Tail::PieceTotalSerial => is_value(serial, 20),
        }
    }

    /// How many characters of the link's key belong to the key proper; the rest is its serial.
    fn key_length(&self) -> Option<usize> {
        match self.layout {
            Layout::IndicatorFirst(digits) | Layout::Digits(digits) => digits.checked_add(1),
            Layout::ZeroFirst => Some(14),
            Layout::Characters(_) | Layout::Characters39(_) => None,
        }
    }

    /// Refuses a wrong check digit, or a key of the wrong form.
    pub(super) fn ensure_check_digit(&self, key: &str) -> Result<(), IdentifierError> {
        let wrong = IdentifierError::Parts { scheme: self.name };
        let Some(length) = self.key_length() else {
            let most = if let Layout::Characters39(most) | Layout::Characters(most) = self.layout {
                most
            } else {
                0
            };
            return if self.is_characters(key, most) { Ok(()) } else { Err(wrong) };
        };
        let (digits, rest) = key.split_at_checked(length).ok_or(wrong.clone())?;
        let ok = match self.tail {
            Tail::Appended(_) | Tail::AppendedDigits(_) => rest.is_empty() || self.is_serial(rest),
            Tail::PieceTotalSerial => rest.len() == 4 && is_digits(rest, 4),
            _ => rest.is_empty(),
        };
        let number: u64 = digits.parse().map_err(|_| wrong.clone())?;
        if !ok || !is_digits(digits, length) {
            return Err(wrong);
        }
        if u64::from(gs1::check_digit(number / 10)) != number % 10 {
            return Err(IdentifierError::CheckDigit { scheme: self.name });
        }
        Ok(())
    }

    /// The URN of a key and its qualifier.
    pub(super) fn urn_of_key(
        &self,
        key: &str,
        qualifier: Option<&str>,
        prefix_length: usize,
    ) -> Option<String> {
        let (body, appended) = match self.key_length() {
            Some(length) => {
                let (digits, rest) = key.split_at_checked(length)?;
                (digits.get(..length.checked_sub(1)?)?, rest)
            }
            None => (key, ""),
        };
        let (lead, body) = match self.layout {
            Layout::IndicatorFirst(_) => body.split_at_checked(1)?,
            Layout::ZeroFirst => ("", body.strip_prefix('0')?),
            _ => ("", body),
        };
        let (prefix, reference) = body.split_at_checked(prefix_length)?;
        if !is_digits(prefix, 12) {
            return None;
        }
        let reference = encode_urn(reference);
        let value = format!("{prefix}.{lead}{reference}");
        if matches!(self.layout, Layout::Characters(_) | Layout::Characters39(_)) && reference.is_empty() {
            return None;
        }
        let serial = match (self.tail, qualifier) {
            (Tail::None, None) => return Some(format!("urn:epc:id:{}:{value}", self.name)),
            (Tail::PieceTotalSerial, serial) => {
                let (piece, total) = appended.split_at_checked(2)?;
                let serial = serial.map(encode_urn);
                return Some(match serial {
                    Some(serial) => format!("urn:epc:id:itip:{value}.{piece}.{total}.{serial}"),
                    None => format!("urn:epc:idpat:itip:{value}.{piece}.{total}.*"),
                });
            }
            (Tail::Appended(_) | Tail::AppendedDigits(_), None) => {
                Some(appended).filter(|serial| !serial.is_empty())
            }
            (Tail::Qualifier("254", _), None) => Some(NO_EXTENSION),
            (Tail::Qualifier(..) | Tail::DigitsQualifier(..), serial) => serial,
            _ => return None,
        };
        match serial {
            Some(serial) if self.is_serial(serial) => {
                let kind = if self.name == "lgtin" { "class" } else { "id" };
                Some(format!("urn:epc:{kind}:{}:{value}.{}", self.name, encode_urn(serial)))
            }
            Some(_) => None,
            None if self.pattern => Some(format!("urn:epc:idpat:{}:{value}.*", self.name)),
            None => None,
        }
    }
}

/// The part after the scheme's name in a URN.
#[derive(Clone, Copy, Debug)]
pub(super) struct UrnValue<'u> {
    value: &'u str,
    pattern: bool,
}

/// The parts of a URN's value.
pub(super) struct UrnParts<'u> {
    pub(super) prefix: &'u str,
    pub(super) reference: &'u str,
    pub(super) piece_total: Option<(&'u str, &'u str)>,
    /// The serial as it is written; `None` for a pattern.
    pub(super) serial: Option<&'u str>,
}

impl<'u> UrnValue<'u> {
    /// Splits the value. Only the last part may contain dots.
    pub(super) fn split(self, scheme: &Scheme) -> Option<UrnParts<'u>> {
        let (prefix, rest) = self.value.split_once('.')?;
        let mut piece_total = None;
        let (reference, serial) = match scheme.tail {
            Tail::None => (rest, None),
            Tail::PieceTotalSerial => {
                let (reference, rest) = rest.split_once('.')?;
                let (piece, rest) = rest.split_once('.')?;
                let (total, serial) = rest.split_once('.')?;
                if [piece, total].iter().any(|part| part.len() != 2 || !is_digits(part, 2)) {
                    return None;
                }
                piece_total = Some((piece, total));
                (reference, Some(serial))
            }
            // A component's reference may contain only encoded dots; its serial is digits.
            Tail::DigitsQualifier(..) => {
                let (reference, serial) = rest.rsplit_once('.')?;
                (reference, Some(serial))
            }
            _ => {
                let (reference, serial) = rest.split_once('.')?;
                (reference, Some(serial))
            }
        };
        let serial = match (self.pattern, serial) {
            (true, Some("*")) => None,
            (true, _) => return None,
            (false, serial) => serial,
        };
        Some(UrnParts { prefix, reference, piece_total, serial })
    }
}
