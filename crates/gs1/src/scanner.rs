//! Faults of scanners, as distinct from faults of codes.
//!
//! A scanner with Caps Lock on, with the keyboard layout of another country or without separators turns a genuine code
//! into a wrong text. [`diagnose`] finds faults that only a scanner can cause; [`lost_separators`] finds texts that are a
//! code and could be another one; [`alternatives`] finds other possible faults where the text is still a code. None
//! changes the reading: the corrected ones are suggestions.

mod layouts;
mod lost;
mod spelled;

pub use layouts::Layout;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use layouts::Lock;
use lost::{Expected, Readings};
use spelled::GS;

use crate::{digital_link, scan, Elements, ParseErrorKind, Parser, MAX_INPUT};

/// A fault of a scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScannerFault {
    /// Capitals and small letters are swapped.
    CapsLock,
    /// It types for a keyboard layout other than the computer's.
    KeyboardLayout {
        /// The layout of the computer.
        layout: Layout,
        /// Whether capitals and small letters are swapped as well.
        caps_lock: bool,
    },
    /// It omits the separator FNC1 (GS), or sends something else for it.
    LostSeparator,
    /// It writes the key that ends a scan, such as Enter, as text.
    SpelledKey,
    /// It sent the code more than once.
    DoubledScan,
    /// It sent several codes as one text.
    SeveralScans,
    /// It sent only the first part of the code.
    LostEnd,
    /// It omitted the first characters.
    LostStart,
    /// It put characters before the code, such as the letter of the symbology.
    Prefix,
}

impl ScannerFault {
    /// A stable name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CapsLock => "caps_lock",
            Self::KeyboardLayout { .. } => "keyboard_layout",
            Self::LostSeparator => "lost_separator",
            Self::SpelledKey => "spelled_key",
            Self::DoubledScan => "doubled_scan",
            Self::SeveralScans => "several_scans",
            Self::LostEnd => "lost_end",
            Self::LostStart => "lost_start",
            Self::Prefix => "prefix",
        }
    }
}

impl fmt::Display for ScannerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CapsLock => f.write_str(
                "your scanner swaps capitals and small letters; switch off Caps Lock on the keyboard and scan again",
            ),
            Self::KeyboardLayout { layout, caps_lock } => {
                let name = layout.name();
                let caps = if *caps_lock { ", switch off Caps Lock" } else { "" };
                write!(
                    f,
                    "your scanner types for another keyboard layout than the {name} one of this computer; set the \
                     scanner to this layout{caps} and scan again"
                )
            }
            Self::LostSeparator => f.write_str(
                "your scanner omits the separators between fields, or sends something else for them; set it to send FNC1 as \
                 GS (0x1D) and scan again",
            ),
            Self::SpelledKey => f.write_str(
                "your scanner writes the key at the end of a scan, such as Enter, as text; set its suffix to the key \
                 itself or to none and scan again",
            ),
            Self::DoubledScan => f.write_str("your scanner sent the code more than once; scan it once"),
            Self::SeveralScans => f.write_str("your scanner sent several codes as one text; give one code at a time"),
            Self::Prefix => f.write_str(
                "your scanner puts characters before the code; set it to send no prefix, or the symbology identifier such \
                 as ]d2, and scan again",
            ),
            Self::LostEnd => f.write_str("your scanner sent only the first part of the code; scan it again"),
            Self::LostStart => f.write_str("your scanner omitted the start of the code; scan it again"),
        }
    }
}

/// A fault of a scanner, and the codes that it should have sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The fault.
    pub fault: ScannerFault,
    /// The codes that can be on the pack, the likeliest first: compare them with the print, do not rely on one.
    pub readings: Vec<Elements>,
    /// Whether these are all. Only a text that reads in very many ways has more.
    pub complete: bool,
}

impl Diagnosis {
    fn one(fault: ScannerFault, reading: Elements) -> Self {
        Self { fault, readings: [reading].into(), complete: true }
    }

    const fn none(fault: ScannerFault) -> Self {
        Self { fault, readings: Vec::new(), complete: true }
    }

    /// The code that is on the pack if this is the fault: the only reading.
    #[must_use]
    pub fn corrected(&self) -> Option<&Elements> {
        match self.readings.as_slice() {
            [only] if self.complete => Some(only),
            _ => None,
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.fault)?;
        match self.readings.as_slice() {
            [] => return Ok(()),
            [_] if self.complete => {
                f.write_str(". If the print on the pack says the same, this is its code: ")?
            }
            _ => f.write_str(". Compare with the print on the pack, its code can be any of these: ")?,
        }
        for (index, reading) in self.readings.iter().enumerate() {
            f.write_str(if index > 0 { ", or " } else { "" })?;
            f.write_str(&reading.to_bracketed())?;
        }
        f.write_str(if self.complete { "" } else { ", or another one" })
    }
}

/// Finds the fault of a scanner that explains why the text is not a code, is a code sent more than once, or spells out
/// characters that no keyboard has.
///
/// `None` if the text is a code, or if no fault of a scanner explains it.
#[must_use]
pub fn diagnose(text: &str, parser: &Parser) -> Option<Diagnosis> {
    if text.len() > MAX_INPUT {
        return None;
    }
    let text = unframed(text);
    let resolved = resolved(text);
    let sent = unframed(resolved.as_deref().unwrap_or(text));
    let doubled = || once(text).and_then(|once| identified(once, parser)).filter(spells_nothing);
    if let Some(reading) = once(sent).and_then(|once| identified(once, parser)).or_else(doubled) {
        return Some(Diagnosis::one(ScannerFault::DoubledScan, reading));
    }
    let result = parser.parse(text);
    // In `10X1D` the zero is the identifier's.
    let is_value = result.as_ref().is_ok_and(spells_nothing);
    if let Some(meant) = resolved.filter(|_| !is_value) {
        let separators = |text: &str| text.matches(GS).count();
        let spells_gs = separators(&meant) > separators(text);
        let fault = if spells_gs { ScannerFault::LostSeparator } else { ScannerFault::SpelledKey };
        let meant = unframed(&meant);
        if let Some(reading) = identified(meant, parser) {
            return Some(Diagnosis::one(fault, reading));
        }
        if let Some(found) = with_separators(meant, parser) {
            return Some(Diagnosis { fault, ..found });
        }
        if result.is_ok() {
            // What is spelled out is never a part of a value.
            return Some(Diagnosis::none(fault));
        }
    }
    let error = match result {
        Ok(read) if is_identified(&read) => return None,
        // Without its first character, a GTIN can be read as a lot.
        Ok(_) => return lost_start(text, parser),
        Err(error) => error,
    };
    if let Some(readings) = several(text, parser) {
        return Some(Diagnosis { fault: ScannerFault::SeveralScans, readings, complete: true });
    }
    if let Some(found) = separated(text, parser) {
        return Some(found);
    }
    if let Some(found) = keyboard_faults(text)
        .find_map(|(fault, meant)| Some(Diagnosis::one(fault, identified(&meant, parser)?)))
    {
        return Some(found);
    }
    // Separators get lost on the same way: try both together, the text as it is first.
    let as_is = core::iter::once((ScannerFault::LostSeparator, String::from(text)));
    for (fault, meant) in as_is.chain(keyboard_faults(text)) {
        if let Some(found) = with_separators(&meant, parser) {
            return Some(Diagnosis { fault, ..found });
        }
    }
    let ends_early = matches!(error.kind, ParseErrorKind::TooShort { .. }) && error.position == text.len();
    if ends_early && !text.starts_with('(') {
        return Some(Diagnosis::none(ScannerFault::LostEnd));
    }
    let guesses = [lost_start, prefixed, strangely_separated, unlikely_layout];
    guesses.into_iter().find_map(|guess| guess(text, parser)).or_else(|| match error.kind {
        // Only a separator ends such a value.
        ParseErrorKind::ValueTooLong { ai } if !ai.definition().has_predefined_length() => {
            element_string(text).map(|_| Diagnosis::none(ScannerFault::LostSeparator))
        }
        _ => None,
    })
}

/// Finds out whether a text that is a code can also be another one, whose separators the scanner omitted.
///
/// Such a text has no separator at all, and one of its values may be two fields: the lot `A21B`, or the lot `A` and the
/// serial `B`. All readings are in the diagnosis, that of the text as it stands among them. What a decoder of pictures
/// found needs no such question, because it reads the separators themselves; neither does a bracketed code or a link.
#[must_use]
pub fn lost_separators(text: &str, parser: &Parser) -> Option<Diagnosis> {
    let text = unframed(text);
    let read = parser.parse(text).ok()?;
    let message = element_string(text).filter(|message| !lost::has_separator(message))?;
    let Readings { mut codes, complete } = lost::readings(message, Expected::OnPacks, parser);
    if codes.is_empty() && complete {
        return None;
    }
    let place = codes.iter().take_while(|code| lost::missing(code) < lost::missing(&read)).count();
    codes.insert(place, read);
    Some(Diagnosis { fault: ScannerFault::LostSeparator, readings: codes, complete })
}

/// Other codes that a fault of the scanner could have turned into this one, each with its fault.
///
/// Letters may be swapped by Caps Lock, letters and signs by the layout of a keyboard (a German one makes `-` of `/`), and
/// separators may have got lost. A caller that does not know the code should try these before reporting it as wrong. A
/// code in brackets was typed by a person.
#[must_use]
pub fn alternatives(text: &str, parser: &Parser) -> Vec<Diagnosis> {
    let text = unframed(text);
    let read = match parser.parse(text) {
        Ok(read) if !text.starts_with('(') => read,
        _ => return Vec::new(),
    };
    let mut found: Vec<Diagnosis> = Vec::new();
    let mut add = |fault, reading: Option<Elements>| {
        let is_new = |reading: &Elements| {
            *reading != read && found.iter().all(|before| before.corrected() != Some(reading))
        };
        if let Some(reading) = reading.filter(is_new) {
            found.push(Diagnosis::one(fault, reading));
        }
    };
    let swapped = |value: &str| Some(value.chars().map(swapped_case).collect());
    add(ScannerFault::CapsLock, retyped(&read, parser, swapped));
    for (layout, lock) in Layout::all_with_locks() {
        add(layout_fault(layout, lock), retyped(&read, parser, |value| layout.meant(value, lock)));
    }
    if let Some(message) = element_string(text) {
        for reading in lost::readings(message, Expected::OnPacks, parser).codes {
            add(ScannerFault::LostSeparator, Some(reading));
        }
    }
    found
}

/// The text with its control characters that are spelled out; `None` if there are none.
pub(crate) fn resolved(text: &str) -> Option<String> {
    spelled::resolved(text, digital_link::is_uri(text.as_bytes()))
}

/// Whether no value has a control character that is spelled out.
fn spells_nothing(elements: &Elements) -> bool {
    elements.iter().all(|element| spelled::resolved(element.value(), false).is_none())
}

/// The text without what scanners add before and after each scan.
fn unframed(text: &str) -> &str {
    text.trim_matches(|character: char| u8::try_from(character).is_ok_and(scan::is_frame))
}

/// The element string in a text, without its symbology identifier; `None` if the text is a link or has brackets.
fn element_string(text: &str) -> Option<&str> {
    let message = if text.starts_with(']') { text.get(scan::IDENTIFIER..)? } else { text };
    let is_other = message.starts_with('(') || digital_link::is_uri(message.as_bytes());
    (!is_other).then_some(message)
}

/// The code, if it has a key: then its check digit confirms the correction.
fn identified(text: &str, parser: &Parser) -> Option<Elements> {
    let elements = if text.starts_with('(') && text.contains(GS) {
        // Between brackets a separator says nothing.
        parser.parse(text.trim_end_matches(GS).replace("\u{1d}(", "("))
    } else {
        parser.parse(text)
    };
    elements.ok().filter(is_identified)
}

fn is_identified(elements: &Elements) -> bool {
    elements.iter().any(|element| element.ai().definition().link_key().is_some())
}

/// The code whose first characters are missing in the text.
fn lost_start(text: &str, parser: &Parser) -> Option<Diagnosis> {
    let reading = ["0", "01"].iter().find_map(|start| identified(&[start, text].concat(), parser))?;
    Some(Diagnosis::one(ScannerFault::LostStart, reading))
}

/// The same fields with values by other keys.
fn retyped(elements: &Elements, parser: &Parser, meant: impl Fn(&str) -> Option<String>) -> Option<Elements> {
    let mut retyped = Elements::default();
    for element in elements {
        let value = meant(element.value())?;
        parser.check(element.ai(), value.as_bytes()).ok()?;
        retyped.push_valid(element.ai(), &value);
    }
    Some(retyped)
}

fn swapped_case(character: char) -> char {
    if character.is_ascii_lowercase() {
        character.to_ascii_uppercase()
    } else {
        character.to_ascii_lowercase()
    }
}

/// The texts that the scanner meant, one for each keyboard fault that explains all characters.
fn keyboard_faults(text: &str) -> impl Iterator<Item = (ScannerFault, String)> + '_ {
    let caps_lock = (ScannerFault::CapsLock, text.chars().map(swapped_case).collect());
    let likely = Layout::all_with_locks().filter(|(layout, lock)| layout.is_likely(*lock));
    let by_layout =
        |(layout, lock): (Layout, Lock)| Some((layout_fault(layout, lock), layout.meant(text, lock)?));
    core::iter::once(caps_lock).chain(likely.filter_map(by_layout))
}

/// The code by one of the other layouts. They explain very many texts, and nothing confirms them.
fn unlikely_layout(text: &str, parser: &Parser) -> Option<Diagnosis> {
    let mut unlikely = Layout::all_with_locks().filter(|(layout, lock)| !layout.is_likely(*lock));
    unlikely.find_map(|(layout, lock)| {
        let reading = identified(&layout.meant(text, lock)?, parser)?;
        Some(Diagnosis::one(layout_fault(layout, lock), reading))
    })
}

fn layout_fault(layout: Layout, lock: Lock) -> ScannerFault {
    ScannerFault::KeyboardLayout { layout, caps_lock: lock != Lock::Off }
}

/// The code after a prefix of the scanner: letters and signs, such as `w` or `P01`.
fn prefixed(text: &str, parser: &Parser) -> Option<Diagnosis> {
    const MOST: usize = 3;
    let starts_with_digit = text.starts_with(|character: char| character.is_ascii_digit());
    if starts_with_digit || text.starts_with('(') || digital_link::is_uri(text.as_bytes()) {
        return None;
    }
    let ends = text.char_indices().skip(1).take(MOST);
    let mut codes = ends.into_iter().filter_map(|(end, _)| identified(text.get(end..)?, parser));
    Some(Diagnosis::one(ScannerFault::Prefix, codes.next()?))
}

/// The codes that the text is if something that is not a value stands between its fields.
fn strangely_separated(text: &str, parser: &Parser) -> Option<Diagnosis> {
    let Readings { codes, complete } = lost::readings(element_string(text)?, Expected::Strange, parser);
    let fault = ScannerFault::LostSeparator;
    (!codes.is_empty()).then_some(Diagnosis { fault, readings: codes, complete })
}

/// The codes of several scans, with the ends of scans between them.
fn several(text: &str, parser: &Parser) -> Option<Vec<Elements>> {
    /// Shown, not read.
    const MOST: usize = 8;
    let scans = text.split(['\r', '\n', '\t']).map(unframed).filter(|scan| !scan.is_empty());
    let codes: Option<Vec<_>> = scans.take(MOST).map(|scan| identified(scan, parser)).collect();
    codes.filter(|codes| codes.len() > 1)
}

/// The codes that the text is if a character stands for the separators.
fn separated(text: &str, parser: &Parser) -> Option<Diagnosis> {
    let mut readings: Vec<Elements> = Vec::new();
    // Brackets and links need no separators: no character stands for them.
    let substituted = element_string(text).into_iter().flat_map(|_| lost::substituted(text));
    let texts = core::iter::once(String::from(text)).chain(substituted);
    for reading in texts.filter_map(|meant| identified(&meant, parser)) {
        if !readings.contains(&reading) {
            readings.push(reading);
        }
    }
    (!readings.is_empty()).then_some(Diagnosis {
        fault: ScannerFault::LostSeparator,
        readings,
        complete: true,
    })
}

/// The codes that the text is if it lost separators.
fn with_separators(text: &str, parser: &Parser) -> Option<Diagnosis> {
    if let Some(found) = separated(text, parser) {
        return Some(found);
    }
    let message = element_string(text)?;
    [Expected::OnPacks, Expected::All].into_iter().find_map(|expected| {
        let Readings { codes, complete } = lost::readings(message, expected, parser);
        let fault = ScannerFault::LostSeparator;
        (!codes.is_empty()).then_some(Diagnosis { fault, readings: codes, complete })
    })
}

/// The part that the whole text repeats, perhaps with the end of a scan between the repetitions.
fn once(text: &str) -> Option<&str> {
    const SHORTEST: usize = 10;
    (2..=4).find_map(|times| {
        ["", "\r\n", "\n", "\r", "\t", "\u{1d}", " "].iter().find_map(|end| {
            // The last scan may have the same end.
            let text = text.strip_suffix(end).filter(|_| !end.is_empty()).unwrap_or(text);
            let between = end.len().checked_mul(usize::checked_sub(times, 1)?)?;
            let all = text.len().checked_sub(between)?;
            let part = text.get(..all.checked_div(times)?).filter(|_| all.is_multiple_of(times))?;
            let mut rest = text.strip_prefix(part)?;
            while !rest.is_empty() {
                rest = rest.strip_prefix(end)?.strip_prefix(part)?;
            }
            (part.len() >= SHORTEST).then_some(part)
        })
    })
}
