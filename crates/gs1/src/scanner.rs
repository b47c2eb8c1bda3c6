//! Faults of scanners, as distinct from faults of codes.
//!
//! A scanner with Caps Lock on, with the keyboard layout of another country or without separators turns a genuine code
//! into a wrong text. [`diagnose`] finds faults that only a scanner can cause; [`alternatives`] finds possible faults
//! where the text is still a code. Neither changes the reading: the corrected one is a suggestion.

mod layouts;
mod separators;

pub use layouts::Layout;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::{digital_link, Elements, ParseErrorKind, Parser};

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
    /// It omits the separator FNC1 (GS), or sends another character for it.
    LostSeparator,
    /// It sent the code more than once.
    DoubledScan,
    /// It sent only the first part of the code.
    LostEnd,
    /// It omitted the first characters.
    LostStart,
}

impl ScannerFault {
    /// A stable name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CapsLock => "caps_lock",
            Self::KeyboardLayout { .. } => "keyboard_layout",
            Self::LostSeparator => "lost_separator",
            Self::DoubledScan => "doubled_scan",
            Self::LostEnd => "lost_end",
            Self::LostStart => "lost_start",
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
                "your scanner omits the separators between fields; set it to send FNC1 as GS (0x1D) and scan again",
            ),
            Self::DoubledScan => f.write_str("your scanner sent the code more than once; scan it once"),
            Self::LostEnd => f.write_str("your scanner sent only the first part of the code; scan it again"),
            Self::LostStart => f.write_str("your scanner omitted the start of the code; scan it again"),
        }
    }
}

/// A fault of a scanner, and the code that it should have sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The fault.
    pub fault: ScannerFault,
    /// The code that is probably on the pack, if it can be determined: compare it with the print, do not rely on it.
    pub corrected: Option<Elements>,
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.fault)?;
        match &self.corrected {
            Some(corrected) => write!(
                f,
                ". If the print on the pack says the same, this is its code: {}",
                corrected.to_bracketed()
            ),
            None => Ok(()),
        }
    }
}

/// Finds the fault of a scanner that explains why the text is not a code, or is a code sent more than once.
///
/// `None` if the text is a code, or if no fault of a scanner explains it.
#[must_use]
pub fn diagnose(text: &str, parser: &Parser) -> Option<Diagnosis> {
    if text.len() > crate::MAX_INPUT {
        return None;
    }
    if let Some(corrected) = once(text).and_then(|once| identified(once, parser)) {
        return Some(Diagnosis { fault: ScannerFault::DoubledScan, corrected: Some(corrected) });
    }
    if let Some(corrected) = separators::spelled(text).and_then(|restored| identified(&restored, parser)) {
        return Some(Diagnosis { fault: ScannerFault::LostSeparator, corrected: Some(corrected) });
    }
    let error = parser.parse(text).err()?;
    let substituted = separators::restored(text).map(|meant| (ScannerFault::LostSeparator, meant));
    let complete = substituted
        .chain(keyboard_faults(text))
        .find_map(|(fault, meant)| Some(Diagnosis { fault, corrected: Some(identified(&meant, parser)?) }));
    if complete.is_some() {
        return complete;
    }
    // Separators get lost on the same way: try both together, the text as it is first.
    let as_is = core::iter::once((ScannerFault::LostSeparator, String::from(text)));
    for (fault, meant) in as_is.chain(keyboard_faults(text)) {
        if let Some(corrected) = with_separators(&meant, parser) {
            return Some(Diagnosis { fault, corrected });
        }
    }
    let ends_early = matches!(error.kind, ParseErrorKind::TooShort { .. }) && error.position == text.len();
    if ends_early && !text.starts_with('(') {
        return Some(Diagnosis { fault: ScannerFault::LostEnd, corrected: None });
    }
    ["0", "01"].iter().find_map(|start| {
        let corrected = identified(&[start, text].concat(), parser)?;
        Some(Diagnosis { fault: ScannerFault::LostStart, corrected: Some(corrected) })
    })
}

/// Other codes that a fault of the scanner could have turned into this one, each with its fault.
///
/// Letters may be swapped by Caps Lock, Y and Z by a German layout, and separators may have got lost. A caller
/// that does not know the code should try these before reporting it as wrong. A code in brackets was typed by a person.
#[must_use]
pub fn alternatives(text: &str, parser: &Parser) -> Vec<Diagnosis> {
    let read = match parser.parse(text) {
        Ok(read) if !text.starts_with('(') => read,
        _ => return Vec::new(),
    };
    let mut found: Vec<Diagnosis> = Vec::new();
    let mut add = |fault, corrected: Option<Elements>| {
        let is_new = |corrected: &Elements| {
            *corrected != read && found.iter().all(|before| before.corrected.as_ref() != Some(corrected))
        };
        if let Some(corrected) = corrected.filter(is_new) {
            found.push(Diagnosis { fault, corrected: Some(corrected) });
        }
    };
    add(ScannerFault::CapsLock, swapped_letters(&read, parser, swapped_case));
    let german = ScannerFault::KeyboardLayout { layout: Layout::German, caps_lock: false };
    add(german, swapped_letters(&read, parser, swapped_y_and_z));
    if !digital_link::is_uri(text.as_bytes()) {
        for meant in separators::found_again(text, parser) {
            add(ScannerFault::LostSeparator, identified(&meant, parser));
        }
    }
    found
}

/// The code, if it has a key: then its check digit confirms the correction.
fn identified(text: &str, parser: &Parser) -> Option<Elements> {
    let elements = parser.parse(text).ok()?;
    elements.iter().any(|element| element.ai().definition().link_key().is_some()).then_some(elements)
}

/// The same fields with other letters in their values.
fn swapped_letters(elements: &Elements, parser: &Parser, swap: fn(char) -> char) -> Option<Elements> {
    let mut swapped = Elements::default();
    for element in elements {
        let value: String = element.value().chars().map(swap).collect();
        parser.check(element.ai(), value.as_bytes()).ok()?;
        swapped.push_valid(element.ai(), &value);
    }
    Some(swapped)
}

fn swapped_case(character: char) -> char {
    if character.is_ascii_lowercase() {
        character.to_ascii_uppercase()
    } else {
        character.to_ascii_lowercase()
    }
}

const fn swapped_y_and_z(character: char) -> char {
    match character {
        'y' => 'z',
        'z' => 'y',
        'Y' => 'Z',
        'Z' => 'Y',
        other => other,
    }
}

/// The texts that the scanner meant, one for each keyboard fault that explains all characters.
fn keyboard_faults(text: &str) -> impl Iterator<Item = (ScannerFault, String)> + '_ {
    let swapped: String = text.chars().map(swapped_case).collect();
    let meant = |caps_lock, text: &str| {
        let by_layout = |layout: &Layout| {
            let fault = ScannerFault::KeyboardLayout { layout: *layout, caps_lock };
            Some((fault, layout.meant(text)?))
        };
        Layout::ALL.iter().filter_map(by_layout).collect::<Vec<_>>()
    };
    let (plain, with_caps_lock) = (meant(false, text), meant(true, &swapped));
    core::iter::once((ScannerFault::CapsLock, swapped)).chain(plain).chain(with_caps_lock)
}

/// The code with its lost separators, if there is one. The inner value is the corrected reading, if no other reading
/// needs as few lost separators.
fn with_separators(text: &str, parser: &Parser) -> Option<Option<Elements>> {
    if let Some(corrected) = separators::restored(text).find_map(|restored| identified(&restored, parser)) {
        return Some(Some(corrected));
    }
    if text.starts_with('(') || digital_link::is_uri(text.as_bytes()) {
        return None;
    }
    let codes = separators::found_again(text, parser);
    let separators = |code: &str| code.matches('\u{1d}').count();
    let readings: Vec<(usize, Elements)> =
        codes.iter().filter_map(|code| Some((separators(code), identified(code, parser)?))).collect();
    let (fewest, first) = readings.first()?;
    let only = readings.iter().filter(|(count, _)| count == fewest).count() == 1;
    Some(only.then(|| first.clone()))
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
