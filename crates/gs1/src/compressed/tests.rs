//! Vectors: links that the public reference made (`compressGS1DigitalLink` of
//! `gs1/GS1DigitalLinkCompressionPrototype`, commit 21a894b, Apache-2.0), with and without its sequences, and the two worked
//! examples of the compression standard for EPC binary strings.

use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::Rules;

fn parser() -> Parser<'static> {
    Parser::new(Rules::new(2026))
}

fn link(segment: &str) -> Result<String, CompressedError> {
    Ok(parser().decompress(segment)?.elements.to_digital_link("https://id.gs1.org").unwrap())
}

#[test]
fn what_the_reference_compressed_is_read() {
    for (uri, segments) in [
        (
            "https://id.gs1.org/01/09506000134352/10/ABC123/21/12345?17=271231",
            ["GhFKk4XBoI1XgkYKMDlCN_", "ARFKk4XBoCCNV4JGLoRv5CCjA5"],
        ),
        ("https://id.gs1.org/01/09506000134352", ["ARFKk4XBoA", "ARFKk4XBoA"]),
        (
            "https://id.gs1.org/01/09506000134352/10/ABC-123/21/XYZ%2F7?17=280229",
            ["GhFKk4XBoM4AIX2u28LYs2l7dEal", "ARFKk4XBoCDOACF9rtuLojUpDC2LNpe3"],
        ),
        (
            "https://id.gs1.org/01/05412345000013/10/ABC%26%2B123?3103=000189&3923=2172",
            ["LQnYUc1gmgAXohEQYUNMrYsmZyRoQ-A", "AQnYUc1gmiERBhQ0ytiyZmIGABenJGhD4"],
        ),
        ("https://id.gs1.org/01/09506000134352/21/00abcf", ["DBFKk4XBoEwBV54", "ARFKk4XBoEJMAVee"]),
        (
            "https://id.gs1.org/01/09506000134352/10/LOT_A?17=261200",
            ["CxFKk4XBoMpZyf4Auf4oA", "ARFKk4XBoCDKWcn-ALn-KA"],
        ),
        ("https://id.gs1.org/8003/04007537168421100034022", ["gAMHSieooEoSL7MvM", "gAMHSieooEoSL7MvM"]),
        ("https://id.gs1.org/00/376104250021234569", ["AFODDSnQfHiQ", "AFODDSnQfHiQ"]),
        (
            "https://id.gs1.org/01/09506000134352/22/2A/10/L1/21/DEADBEEF",
            ["ChFKk4XBoIRUIMRepCkb1bfd4", "ARFKk4XBoCDEXqQpG9W33eRIRU"],
        ),
        ("https://id.gs1.org/414/9506000134376/254/32a%2Fb", ["nYpUnC4OiFZssK_E", "JUhWbLCvxIKRSpOFwdA"]),
        ("https://id.gs1.org/01/09506000134352?30=12", ["DxFKk4XBoEM", "ARFKk4XBoGBDA"]),
    ] {
        for segment in segments {
            assert_eq!(link(segment).as_deref(), Ok(uri), "{segment}");
        }
    }
}

#[test]
fn leading_zeros_of_a_serial_are_kept_which_the_reference_loses() {
    // It compressed `/01/09506000134352/21/007` to these, and reads them as serial 7.
    for segment in ["DBFKk4XBoAYDg", "ARFKk4XBoEIGA4"] {
        assert_eq!(link(segment).as_deref(), Ok("https://id.gs1.org/01/09506000134352/21/007"));
    }
}

#[test]
fn the_two_examples_of_an_epc_are_one_pack() {
    for segment in ["eh30164596f40c0e5cbe991a83", "exMBZFlvQMDly-mRqD"] {
        assert_eq!(link(segment).as_deref(), Ok("https://id.gs1.org/01/09528765123457/21/123456789123"));
    }
}

/// Writes bits as hexadecimal digits.
fn hexadecimal(fields: &[(u128, usize)]) -> String {
    let bits: Vec<u8> = fields
        .iter()
        .flat_map(|(value, width)| (0..*width).rev().map(move |shift| u8::from(value >> shift & 1 == 1)))
        .collect();
    let digits = bits.chunks(4).map(|chunk| {
        let value = (0..4).fold(0, |value, index| value * 2 + u32::from(*chunk.get(index).unwrap_or(&0)));
        char::from_digit(value, 16).unwrap()
    });
    std::format!("eh{}", digits.collect::<String>())
}

/// The bits of an SGTIN-198 of company prefix 9521234 and item 000001.
fn sgtin_198(serial: &str) -> String {
    let mut fields = std::vec![(0x36, 8), (1, 3), (5, 3), (9_521_234, 24), (1, 20)];
    fields.extend((0..20).map(|index| (u128::from(*serial.as_bytes().get(index).unwrap_or(&0)), 7)));
    hexadecimal(&fields)
}

#[test]
fn a_serial_of_an_epc_can_have_all_characters_of_the_set() {
    assert_eq!(link(&sgtin_198("A/1-b")).as_deref(), Ok("https://id.gs1.org/01/09521234000013/21/A%2F1-b"));
    assert!(matches!(link(&sgtin_198("A B")), Err(CompressedError::Value(_))));
    assert!(matches!(link(&sgtin_198("")), Err(CompressedError::Value(_))));
    assert_eq!(link(&sgtin_198("A\0B")), Err(CompressedError::Epc));
}

#[test]
fn an_epc_that_is_not_one_is_refused() {
    let of = |header, partition, prefix| {
        hexadecimal(&[(header, 8), (0, 3), (partition, 3), (prefix, 24), (1, 20), (7, 38)])
    };
    assert_eq!(link(&of(0x30, 5, 9_521_234)).as_deref(), Ok("https://id.gs1.org/01/09521234000013/21/7"));
    assert_eq!(link(&of(0x31, 5, 1)), Err(CompressedError::EpcScheme { header: 0x31 }));
    assert_eq!(link(&of(0x30, 7, 1)), Err(CompressedError::Epc));
    assert_eq!(link(&of(0x30, 5, 10_000_000)), Err(CompressedError::Epc));
    assert_eq!(link("eh3016"), Err(CompressedError::Truncated));
    assert_eq!(link("eh30164596f40c0e5cbe991a8300"), Err(CompressedError::Trailing));
    assert_eq!(link("eh30164596F4"), Err(CompressedError::Character { position: 8 }));
}

#[test]
fn a_parameter_that_is_not_gs1_data_is_given_beside_it() {
    for (segment, name, value) in
        [("ARFKk4XBoeIlinkTypegfPzYuuGng", "linkType", "gs1:pip"), ("DBFKk4XBoINeDfooYNtqs", "foo", "bar")]
    {
        let read = parser().decompress(segment).unwrap();
        assert_eq!(read.elements.get(Ai::GTIN), Some("09506000134352"));
        assert_eq!(read.parameters, [(name.to_string(), value.to_string())]);
    }
}

#[test]
fn what_is_not_a_compressed_link_is_refused_with_its_reason() {
    assert_eq!(link("foo"), Err(CompressedError::Code { code: 0x7E }));
    assert_eq!(link(""), Err(CompressedError::Truncated));
    assert_eq!(link("A"), Err(CompressedError::Trailing));
    assert_eq!(link("ARFKk4XBo"), Err(CompressedError::Truncated));
    assert_eq!(link("ARFKk4XBoAA"), Err(CompressedError::Truncated));
    assert_eq!(link("ARFKk4XBoB"), Err(CompressedError::Trailing));
    assert_eq!(link("AR.Kk4XBoA"), Err(CompressedError::Character { position: 2 }));
    assert_eq!(link(&"A".repeat(MAX_COMPRESSED + 1)), Err(CompressedError::TooLong));
    assert!(matches!(link("ARFKk4XBpA"), Err(CompressedError::Value(_))), "the check digit is wrong");
    // Identifier (8030) came after the table.
    assert_eq!(link("gDAAAA"), Err(CompressedError::NotInTable { ai: Ai::from_digits(b"8030").unwrap() }));
}

#[test]
fn every_identifier_of_the_table_has_at_most_the_length_that_its_value_has() {
    for definition in crate::Definition::all() {
        let ai = definition.range().first();
        if table::contains(ai) {
            let most: usize = table::fields(ai)
                .iter()
                .map(|field| match field {
                    Field::Digits(count)
                    | Field::UpToDigits(count)
                    | Field::Text(count)
                    | Field::UpToText(count) => usize::from(*count),
                })
                .sum();
            assert!(most <= definition.length().1, "({ai}): {most}");
            assert!(most > 0, "({ai})");
        }
    }
}

proptest! {
    #[test]
    fn no_segment_panics(segment in "(eh|ex)?[A-Za-z0-9_-]{0,120}", bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = parser().decompress(&segment);
        let _ = parser().decompress(&bytes);
    }

    #[test]
    fn what_is_read_is_valid(segment in "(DB|ARFKk4XBo|Gh|Cx)[A-Za-z0-9_-]{0,60}") {
        if let Ok(read) = parser().decompress(&segment) {
            for element in &read.elements {
                prop_assert!(parser().check(element.ai(), element.value().as_bytes()).is_ok());
            }
            prop_assert!(!read.elements.to_bracketed().to_string().is_empty());
        }
    }
}
