//! The vectors of the standards' own suites: GS1 Barcode Syntax Dictionary (linters, table) and GS1 Barcode Syntax
//! Engine (carriers).
//!
//! They are read from `gs1/` in the folder that the environment variable `CONFORMANCE_DIR` names. Each test prints
//! how many vectors passed of how many; a set that is not in the folder is named.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

use std::cell::Cell;
use std::fmt::Write;
use std::path::PathBuf;

use gs1::{
    Content, Definition, Elements, Fault, Linter, ParseError, Parser, PrefixStatus, Range, Rules, Scan,
    Symbology,
};
use serde_json::Value;

const YEAR: u16 = 2026;

/// The text of a set, if there is a folder and it has the set.
fn set(file: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("CONFORMANCE_DIR") else {
        eprintln!("NOT RUN: gs1/{file}: CONFORMANCE_DIR is not set");
        return None;
    };
    let path = PathBuf::from(folder).join("gs1").join(file);
    if !path.exists() {
        eprintln!("NOT FOUND: gs1/{file}: not in the folder, so it did not run");
        return None;
    }
    Some(std::fs::read_to_string(path).unwrap())
}

/// Runs all vectors of a set.
fn run(file: &str, check: impl Fn(&Value) -> Result<(), String>) {
    if let Some(text) = set(file) {
        let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
        report(file, vectors.iter().map(|vector| (vector.to_string(), check(vector))));
    }
}

/// Prints how many passed, and fails if one did not.
fn report(name: &str, results: impl Iterator<Item = (String, Result<(), String>)>) {
    let (mut total, mut failures) = (0, Vec::new());
    for (vector, result) in results {
        total += 1;
        if let Err(reason) = result {
            failures.push(format!("{vector}: {reason}"));
        }
    }
    eprintln!("gs1/{name}: {} of {total} passed", total - failures.len());
    assert!(failures.is_empty(), "{name}:\n{}", failures.join("\n"));
    assert!(total > 0, "{name} has no vectors");
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

/// Whether a setting of the reference engine is on; without a word it has its own default.
fn is_on(vector: &Value, setting: &str, default: bool) -> bool {
    vector["settings"][setting].as_str().map_or(default, |value| value == "true")
}

fn parser(vector: &Value) -> Parser<'static> {
    Parser::new(Rules::new(YEAR))
        .permit_unknown_ais(is_on(vector, "PermitUnknownAIs", false))
        .permit_zero_suppressed_gtins(is_on(vector, "PermitZeroSuppressedGTINinDLuris", false))
        .permit_unknown_link_attributes(unknown_attributes(vector))
        .permit_convenience_alphas(is_on(vector, "permitConvenienceAlphas", true))
}

fn unknown_attributes(vector: &Value) -> bool {
    !is_on(vector, "gs1_encoder_vUNKNOWN_AI_NOT_DL_ATTR", true)
}

/// In linter vectors each character stands for one byte.
fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect()
}

/// The value with the linter's faulty part between asterisks, as in the markup.
fn markup(input: &[u8], fault: Fault) -> Vec<u8> {
    let (before, rest) = input.split_at(fault.start);
    let (faulty, after) = rest.split_at(fault.length);
    [before, b"*", faulty, b"*", after].concat()
}

#[test]
fn linters_refuse_what_they_should_with_error_and_markup() {
    run("linters.json", |vector| {
        let name = text(vector, "linter");
        let linter = Linter::ALL.iter().find(|linter| linter.name() == name).ok_or("unknown linter")?;
        let input = bytes(text(vector, "input"));
        let expected = match text(vector, "error") {
            "" => Ok(()),
            error => Err((error, bytes(text(vector, "markup")))),
        };
        let found = |rules: &Rules| {
            linter.check(&input, rules).map_err(|fault| (fault.error.code(), markup(&input, fault)))
        };
        let without_register = found(&Rules::new(YEAR));
        if without_register == expected {
            return Ok(());
        }
        // These vectors were made with a register that refuses one of the prefixes, or is offline.
        let status = match expected {
            Err(("INVALID_GCP_PREFIX", _)) => PrefixStatus::NotAllocated,
            Err(("GCP_DATASOURCE_OFFLINE", _)) => PrefixStatus::Offline,
            _ => return expect(without_register, expected),
        };
        let refusing_the = |nth: usize| {
            let asked = Cell::new(0);
            let register = |_: &[u8]| {
                asked.set(asked.get() + 1);
                if asked.get() == nth {
                    status
                } else {
                    PrefixStatus::Allocated
                }
            };
            found(&Rules::new(YEAR).with_register(&register))
        };
        let answers: Vec<_> = (1..=4).map(refusing_the).collect();
        if answers.contains(&expected) {
            return Ok(());
        }
        Err(format!("found {answers:?}, expected {expected:?}"))
    });
}

/// The suite writes `^` for FNC1, also for the one that begins the symbol.
fn marked(elements: &Elements) -> String {
    format!("^{}", elements.to_element_string().replace('\u{1d}', "^"))
}

fn expect_elements(vector: &Value, result: Result<Elements, ParseError>) -> Result<(), String> {
    match (vector["valid"] == true, result) {
        (true, Ok(elements)) => expect(marked(&elements).as_str(), text(vector, "element_string")),
        (false, Err(_)) => Ok(()),
        (_, other) => Err(format!("{other:?}")),
    }
}

#[test]
fn bracketed_element_strings_are_read() {
    run("bracketed_parse.json", |vector| {
        expect_elements(vector, parser(vector).parse_bracketed(text(vector, "input")))
    });
}

#[test]
fn element_strings_are_read() {
    run("element_string_process.json", |vector| {
        let input = text(vector, "input");
        let parser = parser(vector);
        // Without FNC1 in first position it is not an element string, but data of an unnamed symbol.
        let valid = match input.strip_prefix('^') {
            Some(rest) => {
                parser.parse_element_string(format!("\u{1d}{}", rest.replace('^', "\u{1d}"))).is_ok()
            }
            None => parser.scan(input).is_ok(),
        };
        expect(valid, vector["valid"] == true)
    });
}

#[test]
fn digital_links_are_read() {
    run("digital_link_parse.json", |vector| {
        expect_elements(vector, parser(vector).parse_digital_link(text(vector, "input")))
    });
}

#[test]
fn digital_links_are_written() {
    run("digital_link_generate.json", |vector| {
        let elements =
            parser(vector).parse_bracketed(text(vector, "ai_data")).map_err(|error| error.to_string())?;
        let stem = vector["stem"].as_str().unwrap_or(gs1::CANONICAL_STEM);
        let uri = match unknown_attributes(vector) {
            true => elements.to_digital_link_with_unknown(stem),
            false => elements.to_digital_link(stem),
        };
        match (vector["valid"] == true, uri) {
            (true, Ok(uri)) => expect(uri.as_str(), text(vector, "uri")),
            (false, Err(_)) => Ok(()),
            (_, other) => Err(format!("{other:?}")),
        }
    });
}

/// The suite's name of a symbology.
fn symbology(scan: &Scan) -> &'static str {
    match scan.symbology() {
        Symbology::Ean13 => "EAN13",
        Symbology::Ean8 => "EAN8",
        Symbology::Gs1_128 => "GS1_128_CCA",
        Symbology::DataBar => "DataBarExpanded",
        Symbology::DataMatrix => "DM",
        Symbology::QrCode => "QR",
        Symbology::DotCode => "DotCode",
    }
}

/// The data of a scan as the suite writes it: plain text that looks as if it began with FNC1 is escaped.
fn data(scan: &Scan) -> String {
    let utf8 = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    match scan.content() {
        Content::Elements(elements) => marked(elements),
        Content::Link(uri, _) => utf8(uri),
        Content::Item(digits, None) => utf8(digits),
        Content::Item(digits, Some(composite)) => format!("{}|{}", utf8(digits), marked(composite)),
        Content::Plain(data) => {
            let data = utf8(data);
            let escape = if data.trim_start_matches('\\').starts_with('^') { "\\" } else { "" };
            format!("{escape}{data}")
        }
    }
}

#[test]
fn scans_are_read() {
    run("scan_data.json", |vector| {
        match (vector["valid"] == true, parser(vector).scan(text(vector, "input"))) {
            (true, Ok(scan)) => expect(
                (symbology(&scan), data(&scan).as_str()),
                (text(vector, "symbology"), text(vector, "data")),
            ),
            (false, Err(_)) => Ok(()),
            (_, other) => Err(format!("{other:?}")),
        }
    });
}

/// `31nn` for 3100 to 3199.
fn pattern(range: &Range) -> String {
    let (first, last) = (range.first().to_string(), range.last().to_string());
    first.chars().zip(last.chars()).map(|(first, last)| if first == last { first } else { 'n' }).collect()
}

/// The attributes of an identifier in the notation of the dictionary.
fn attributes(definition: &Definition) -> Vec<String> {
    let join =
        |items: &mut dyn Iterator<Item = String>, separator: &str| items.collect::<Vec<_>>().join(separator);
    let mut all = Vec::new();
    if !definition.requires().is_empty() {
        let group = |group: &&[Range]| join(&mut group.iter().map(pattern), "+");
        all.push(format!("req={}", join(&mut definition.requires().iter().map(group), ",")));
    }
    if !definition.excludes().is_empty() {
        all.push(format!("ex={}", join(&mut definition.excludes().iter().map(pattern), ",")));
    }
    match definition.link_key() {
        None => {}
        Some([]) => all.push("dlpkey".to_owned()),
        Some(orders) => {
            let order = |order: &&[gs1::Ai]| join(&mut order.iter().map(ToString::to_string), ",");
            all.push(format!("dlpkey={}", join(&mut orders.iter().map(order), "|")));
        }
    }
    all.sort();
    all
}

/// A line of the dictionary without its layout: identifiers, flags, format, attributes and title.
fn written(definition: &Definition) -> String {
    let range = definition.range();
    let mut line = match (range.first().to_string(), range.last().to_string()) {
        (first, last) if first == last => first,
        (first, last) => format!("{first}-{last}"),
    };
    let flag = |on: bool, flag: &'static str| if on { flag } else { "" };
    let predefined = flag(definition.has_predefined_length(), "*");
    write!(line, " [{predefined}{}]", flag(definition.is_link_attribute(), "?")).unwrap();
    for component in definition.components() {
        write!(line, " {component}").unwrap();
    }
    format!("{line} {:?} # {}", attributes(definition), definition.title())
}

/// The same of a line as it is in the dictionary.
fn read(line: &str) -> String {
    let (entry, title) = line.split_once('#').unwrap_or((line, ""));
    let mut words = entry.split_whitespace().peekable();
    let ais = words.next().unwrap();
    let flags = words.next_if(|word| word.starts_with(['*', '?'])).unwrap_or_default();
    let (mut attributes, format): (Vec<_>, Vec<_>) =
        words.partition(|word| ["req=", "ex=", "dlpkey"].iter().any(|key| word.starts_with(key)));
    attributes.sort_unstable();
    format!("{ais} [{flags}] {} {attributes:?} # {}", format.join(" "), title.trim())
}

#[test]
fn the_table_is_the_one_of_the_dictionary() {
    let Some(dictionary) = set("gs1-syntax-dictionary.txt") else { return };
    let is_entry = |line: &&str| !line.starts_with('#') && !line.trim().is_empty();
    let lines: Vec<String> = dictionary.lines().filter(is_entry).map(read).collect();
    let ours: Vec<String> = Definition::all().iter().map(written).collect();
    let missing =
        |line: &String| if ours.contains(line) { Ok(()) } else { Err("not in our table".to_owned()) };
    let surplus = ours.iter().filter(|ours| !lines.contains(ours));
    let surplus = surplus.map(|ours| (ours.clone(), Err("not in the dictionary".to_owned())));
    report(
        "gs1-syntax-dictionary.txt",
        lines.iter().map(|line| (line.clone(), missing(line))).chain(surplus),
    );
}
