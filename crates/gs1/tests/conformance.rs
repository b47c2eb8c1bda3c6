//! The vectors of the standards' own suites: GS1 syntax dictionary (linters) and GS1 syntax engine (carriers).
//!
//! They are read from `gs1/` in the folder that the environment variable `CONFORMANCE_DIR` names. Each test
//! prints how many vectors it attempted, how many passed, and which were left out and why.
#![allow(clippy::unwrap_used, clippy::panic)]

use gs1::{validate_lot, Date, DateError, Elements, KeyError, ParseErrorKind, TextError};
use serde_json::Value;

const YEAR: u16 = 2026;

fn vectors(file: &str) -> Option<Vec<Value>> {
    let Ok(folder) = std::env::var("CONFORMANCE_DIR") else {
        eprintln!("NOT RUN: {file}: CONFORMANCE_DIR is not set");
        return None;
    };
    let text = std::fs::read_to_string(format!("{folder}/gs1/{file}")).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// Runs the vectors; `check` returns `None` for a vector outside what this crate does.
fn run(name: &str, vectors: &[Value], check: impl Fn(&Value) -> Option<Result<(), String>>) {
    let results: Vec<_> = vectors.iter().map(|vector| (vector, check(vector))).collect();
    let attempted = results.iter().filter(|(_, result)| result.is_some()).count();
    let failed: Vec<_> = results
        .iter()
        .filter_map(|(vector, result)| Some((vector, result.as_ref()?.as_ref().err()?)))
        .collect();
    eprintln!(
        "{name}: {} of {attempted} passed; {} of {} left out",
        attempted.saturating_sub(failed.len()),
        results.len().saturating_sub(attempted),
        results.len(),
    );
    for (vector, result) in &results {
        if result.is_none() {
            eprintln!("  left out: {vector}");
        }
    }
    assert!(failed.is_empty(), "{name}: {failed:#?}");
    assert!(attempted > 0);
}

fn expect<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("found {found:?}, expected {expected:?}"))
    }
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_default()
}

/// In linter vectors each character stands for one byte.
fn bytes(vector: &Value) -> Vec<u8> {
    text(vector, "input").chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect()
}

/// The index of the faulty part, which the vector has between asterisks.
fn faulty(vector: &Value) -> usize {
    text(vector, "markup").chars().position(|character| character == '*').unwrap()
}

fn linter(name: &str, check: impl Fn(&Value) -> Option<Result<(), String>>) {
    let Some(all) = vectors("linters.json") else {
        return;
    };
    let chosen: Vec<_> = all.into_iter().filter(|vector| vector["linter"] == name).collect();
    run(name, &chosen, check);
}

/// AI whose value is exactly what a linter sees, as `(ai)value`.
fn parse_value(ai: &str, value: &[u8]) -> Result<Elements, gs1::ParseError> {
    Elements::parse([b"(", ai.as_bytes(), b")", value].concat(), YEAR)
}

#[test]
fn csum_vectors_agree_with_the_keys() {
    linter("csum", |vector| {
        let input = bytes(vector);
        let key = match input.len() {
            13 => gs1::Gln::from_digits(&input).map(drop),
            18 => gs1::Sscc::from_digits(&input).map(drop),
            _ => gs1::Gtin::from_digits(&input).map(drop),
        };
        Some(match (text(vector, "error"), key) {
            ("", result) => expect(result, Ok(())),
            ("INCORRECT_CHECK_DIGIT", Err(KeyError::CheckDigit { .. })) => Ok(()),
            ("NON_DIGIT_CHARACTER", Err(KeyError::NotADigit { position })) => {
                expect(usize::from(position), faulty(vector))
            }
            other => Err(format!("{other:?}")),
        })
    });
}

#[test]
fn cset82_vectors_agree_with_lots() {
    linter("cset82", |vector| {
        let input = bytes(vector);
        // The linter knows no length; a lot has 1 to 20 characters.
        if input.is_empty() || input.len() > gs1::MAX_TEXT {
            return None;
        }
        Some(match (text(vector, "error"), validate_lot(&input)) {
            ("", result) => expect(result, Ok(())),
            (_, Err(TextError::InvalidCharacter { position })) => {
                expect(usize::from(position), faulty(vector))
            }
            other => Err(format!("{other:?}")),
        })
    });
}

fn date_linter(name: &str, ai: &str) {
    linter(name, |vector| {
        let result = parse_value(ai, &bytes(vector)).map(drop).map_err(|error| error.kind);
        let date_error =
            |error| Err(ParseErrorKind::Date { ai: gs1::Ai::from_digits(ai.as_bytes()).unwrap(), error });
        Some(match (text(vector, "error"), result) {
            ("", result) => expect(result, Ok(())),
            ("ILLEGAL_DAY", result) => expect(result, date_error(DateError::DayOutOfRange)),
            ("ILLEGAL_MONTH", result) => expect(result, date_error(DateError::MonthOutOfRange)),
            ("DATE_TOO_SHORT", Err(ParseErrorKind::TooShort { .. }))
            | ("DATE_TOO_LONG", Err(ParseErrorKind::ValueTooLong { .. }))
            | ("NON_DIGIT_CHARACTER", Err(ParseErrorKind::Character { .. })) => Ok(()),
            other => Err(format!("{other:?}")),
        })
    });
}

#[test]
fn yymmd0_vectors_agree_with_expiry_dates() {
    date_linter("yymmd0", "17");
    // The day of a date that is valid is also the day that `Date` reads.
    assert_eq!(Date::from_yymmdd(200200, YEAR).unwrap().day(), 29);
}

#[test]
fn yymmdd_vectors_agree_with_freezing_dates() {
    date_linter("yymmdd", "7006");
}

/// The suite writes `^` for FNC1, the first of which only begins the symbol.
fn scanned(element_string: &str) -> String {
    element_string.trim_start_matches('^').replace('^', "\u{1d}")
}

fn expect_elements(result: Result<Elements, gs1::ParseError>, vector: &Value) -> Result<(), String> {
    match (vector["valid"] == true, result) {
        (true, Ok(elements)) => expect(elements.to_element_string(), scanned(text(vector, "element_string"))),
        (false, Err(_)) => Ok(()),
        (_, other) => Err(format!("{other:?}")),
    }
}

#[test]
fn bracketed_vectors_are_read() {
    let Some(all) = vectors("bracketed_parse.json") else {
        return;
    };
    run("bracketed_parse", &all, |vector| {
        Some(expect_elements(Elements::parse(text(vector, "input"), YEAR), vector))
    });
}

#[test]
fn element_string_vectors_are_read() {
    let Some(all) = vectors("element_string_process.json") else {
        return;
    };
    run("element_string_process", &all, |vector| {
        let result = Elements::parse(scanned(text(vector, "input")), YEAR);
        Some(expect(result.is_ok(), vector["valid"] == true))
    });
}

#[test]
fn digital_link_vectors_are_read() {
    let Some(all) = vectors("digital_link_parse.json") else {
        return;
    };
    run("digital_link_parse", &all, |vector| {
        let input = text(vector, "input");
        // We always read short GTINs; these vectors are of an engine that was told not to.
        let short_gtin_refused = vector["settings"]["PermitZeroSuppressedGTINinDLuris"] == "false"
            && vector["valid"] == false
            && input
                .split(['/', '?', '&', '='])
                .collect::<Vec<_>>()
                .windows(2)
                .any(|pair| pair[0] == "01" && matches!(pair[1].len(), 8 | 12 | 13));
        if short_gtin_refused {
            return None;
        }
        Some(expect_elements(Elements::parse(input, YEAR), vector))
    });
}

#[test]
fn digital_link_vectors_are_written() {
    let Some(all) = vectors("digital_link_generate.json") else {
        return;
    };
    run("digital_link_generate", &all, |vector| {
        // Identifiers that the standard does not define are refused, whatever the engine was told.
        if vector["settings"]["PermitUnknownAIs"] == "true" {
            return None;
        }
        let elements = match Elements::parse(text(vector, "ai_data"), YEAR) {
            Ok(elements) => elements,
            Err(error) => return Some(Err(error.to_string())),
        };
        let stem = vector["stem"].as_str().unwrap_or(gs1::CANONICAL_STEM);
        Some(match (vector["valid"] == true, elements.to_digital_link(stem)) {
            (true, Ok(uri)) => expect(uri.as_str(), text(vector, "uri")),
            (false, Err(_)) => Ok(()),
            (_, other) => Err(format!("{other:?}")),
        })
    });
}

#[test]
fn scans_of_gs1_symbols_are_read() {
    let Some(all) = vectors("scan_data.json") else {
        return;
    };
    run("scan_data", &all, |vector| {
        let data = text(vector, "data");
        let is_link = data.to_ascii_lowercase().starts_with("http");
        // Valid scans of plain text and of EAN/UPC, with or without a composite, are not element strings.
        let not_for_us = vector["valid"] == true && !data.starts_with('^') && !is_link;
        if not_for_us {
            return None;
        }
        let result = Elements::parse(text(vector, "input"), YEAR);
        Some(match (vector["valid"] == true, result) {
            (true, Ok(elements)) if is_link => expect(elements, Elements::parse(data, YEAR).unwrap()),
            (true, Ok(elements)) => expect(elements.to_element_string(), scanned(data)),
            (false, Err(_)) => Ok(()),
            (_, other) => Err(format!("{other:?}")),
        })
    });
}
