//! A value for each identifier of the table, in every form.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::panic)]

use gs1::{Ai, Definition, Elements, Linter, Parser, Rules};

const YEAR: u16 = 2026;

/// All identifiers that the standard defines.
fn all() -> impl Iterator<Item = Ai> {
    (0..10_000).flat_map(|number| {
        [format!("{number:02}"), format!("{number:03}"), format!("{number:04}")]
            .into_iter()
            .filter_map(|digits| Ai::from_digits(digits.as_bytes()))
            .collect::<std::collections::BTreeSet<_>>()
    })
}

/// A part of a value that its linters accept, of maximum length.
fn part(component: &str) -> String {
    let mut words = component.trim_start_matches('[').split(',');
    let shape = words.next().unwrap().trim_end_matches(']');
    let length: usize = shape[1..].trim_start_matches('.').parse().unwrap();
    let linters: Vec<&str> = words.collect();
    let text = match linters.first() {
        None if shape.starts_with('N') => "1".repeat(length),
        None if shape.starts_with('Z') => "b-_".repeat(length / 3),
        None if shape.starts_with('Y') => "A#-/".repeat(length).chars().take(length).collect(),
        None => "(%+a/)Z?".repeat(length).chars().take(length).collect(),
        Some(&"csum") => keyed(length, Linter::CSum),
        Some(&"csumalpha") => keyed(length, Linter::CSumAlpha),
        Some(&"gcppos1") => "9506".chars().chain("A-".chars().cycle()).take(length).collect(),
        Some(&"couponcode") => "106141416543213500110000310123196000".to_owned(),
        Some(&"couponposoffer") => "001234561234560123456".to_owned(),
        Some(&"hh") => "23".to_owned(),
        Some(&"hhmi") => "2359".to_owned(),
        Some(&("mi" | "ss")) => "59".to_owned(),
        Some(&"hyphen") => "-".to_owned(),
        Some(&"iban") => "MT84MALT011000012345MTLCAST001S".to_owned(),
        Some(&"importeridx") => "_".to_owned(),
        Some(&("iso3166" | "iso3166999")) => "276".to_owned(),
        Some(&"iso3166alpha2") => "DE".to_owned(),
        Some(&"iso4217") => "978".to_owned(),
        Some(&("latitude" | "longitude")) => "1800000000".to_owned(),
        Some(&"mediatype") => "10".to_owned(),
        Some(&"nozeroprefix" | &"nonzero") => "9".repeat(length),
        Some(&"packagetype") => "200".to_owned(),
        Some(&"pcenc") => "A%20b%2f".to_owned(),
        Some(&"pieceoftotal") => "0102".to_owned(),
        Some(&"posinseqslash") => "1/2".to_owned(),
        Some(&("winding" | "yesno" | "iso5218")) => "1".to_owned(),
        Some(&("yymmd0" | "yymmdd")) => "280229".to_owned(),
        Some(&"yyyymmdd") => "19991231".to_owned(),
        Some(&"zero") => "0".to_owned(),
        Some(other) => panic!("no value for {other}"),
    };
    assert!(text.len() <= length, "{component}: {text}");
    text
}

/// A key of this length with its check digit or check characters, found by trying.
fn keyed(length: usize, linter: Linter) -> String {
    let characters = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ01";
    let rules = Rules::new(YEAR);
    let tails: Vec<Vec<u8>> = match linter {
        Linter::CSum => characters.iter().map(|last| vec![*last]).collect(),
        _ => characters.iter().flat_map(|one| characters.iter().map(|two| vec![*one, *two])).collect(),
    };
    let key = tails.into_iter().find_map(|tail| {
        let letter = if linter == Linter::CSum { '7' } else { 'x' };
        let mut key = format!("9506{}", letter.to_string().repeat(length - 4 - tail.len())).into_bytes();
        key.extend(tail);
        linter.check(&key, &rules).ok().map(|()| key)
    });
    String::from_utf8(key.unwrap()).unwrap()
}

fn value(definition: &Definition) -> String {
    definition.components().iter().map(|component| part(&component.to_string())).collect()
}

#[test]
fn the_table_has_all_identifiers_of_the_dictionary() {
    // 224 lines, of which some are for several.
    assert_eq!(Definition::all().len(), 224);
    assert_eq!(all().count(), 541);
}

#[test]
fn a_value_of_each_identifier_survives_every_form() {
    let parser = Parser::new(Rules::new(YEAR));
    let item = "(01)09506000134352";
    let mut linked = 0;
    for ai in all() {
        let value = value(ai.definition());
        let mut elements = Elements::default();
        elements
            .push(ai, value.as_bytes(), &Rules::new(YEAR))
            .unwrap_or_else(|error| panic!("({ai}) {value}: {error}"));
        assert_eq!(parser.parse_bracketed(elements.to_bracketed()).as_ref(), Ok(&elements), "({ai})");
        assert_eq!(
            parser.parse_element_string(elements.to_element_string()).as_ref(),
            Ok(&elements),
            "({ai})"
        );

        let with_item = parser.parse_bracketed([item, &elements.to_bracketed()].concat());
        let Ok(with_item) = with_item else {
            assert_eq!(ai, Ai::GTIN, "another GTIN is the only one that does not fit");
            continue;
        };
        if let Ok(link) = with_item.to_digital_link("https://a") {
            assert_eq!(parser.parse_digital_link(&link).as_ref(), Ok(&with_item), "{link}");
            linked += 1;
        }
    }
    assert_eq!(linked, 527, "all but those for which a link with a GTIN has no place");
}

#[test]
fn a_value_of_each_identifier_is_refused_when_it_is_too_long() {
    for ai in all() {
        let (_, max) = ai.definition().length();
        let long = "1".repeat(max + 1);
        let error = ai.definition().check(long.as_bytes(), &Rules::new(YEAR)).unwrap_err();
        assert_eq!(error, gs1::ValueFault::TooLong { max }, "({ai})");
    }
}
