//! Identifiers in both forms, scheme by scheme.

#![allow(clippy::unwrap_used)]

use epcis::{canonical, link_to_urn, urn_to_link, IdentifierError};

/// URN, link on GS1's domain, and the length of the company prefix.
const PAIRS: [(&str, &str, usize); 24] = [
    ("urn:epc:id:sgtin:4012345.011111.9876", "01/04012345111118/21/9876", 7),
    ("urn:epc:id:sgtin:415056789012.0.987654", "01/04150567890128/21/987654", 12),
    (
        "urn:epc:id:sgtin:0614141.812345.6789%2F%26%25%22!%3F()",
        "01/80614141123458/21/6789%2F%26%25%22%21%3F%28%29",
        7,
    ),
    ("urn:epc:idpat:sgtin:4012345.066666.*", "01/04012345666663", 7),
    ("urn:epc:class:lgtin:4012345.012345.Lot987", "01/04012345123456/10/Lot987", 7),
    ("urn:epc:id:upui:1234567.098765.51qIgY)", "01/01234567987651/235/51qIgY%29", 7),
    ("urn:epc:id:itip:4012345.011111.01.02.987", "8006/040123451111180102/21/987", 7),
    ("urn:epc:idpat:itip:4012345.011111.01.02.*", "8006/040123451111180102", 7),
    ("urn:epc:id:sscc:4012345.3111111111", "00/340123451111111111", 7),
    ("urn:epc:id:sgln:4012345.00005.122", "414/4012345000054/254/122", 7),
    ("urn:epc:id:sgln:4012345.00005.0", "414/4012345000054", 7),
    ("urn:epc:id:sgln:401234500005..0", "414/4012345000054", 12),
    ("urn:epc:id:pgln:4000001.00000", "417/4000001000005", 7),
    ("urn:epc:id:pgln:999999999999.", "417/9999999999994", 12),
    ("urn:epc:id:grai:4012345.00022.334455", "8003/04012345000221334455", 7),
    ("urn:epc:idpat:grai:4012345.00022.*", "8003/04012345000221", 7),
    ("urn:epc:id:giai:4012345.ABC345", "8004/4012345ABC345", 7),
    ("urn:epc:id:gsrn:4012345.0000006765", "8018/401234500000067657", 7),
    ("urn:epc:id:gsrnp:4012345.0000000007", "8017/401234500000000074", 7),
    ("urn:epc:id:gdti:987659999999..9", "253/98765999999929", 12),
    ("urn:epc:id:sgcn:4012345.99999.44", "255/401234599999044", 7),
    ("urn:epc:id:cpi:0614141.11111111111111-A%23%2F.1234", "8010/061414111111111111111-A%23%2F/8011/1234", 7),
    ("urn:epc:id:ginc:0614141.xyz47%2F11", "401/0614141xyz47%2F11", 7),
    ("urn:epc:id:gsin:4012345.222333444", "402/40123452223334442", 7),
];

#[test]
fn every_scheme_converts_there_and_back() {
    for (urn, path, prefix_length) in PAIRS {
        let link = format!("https://id.gs1.org/{path}");
        assert_eq!(urn_to_link(urn), Ok(link.clone()));
        assert_eq!(link_to_urn(&link, prefix_length).as_deref(), Ok(urn));
        assert_eq!(canonical(urn), Some(link.clone()));
        assert_eq!(canonical(&link), Some(link));
    }
}

#[test]
fn links_on_any_domain_with_any_stem_are_read() {
    for link in [
        "https://example.com/01/04012345111118/21/A",
        "http://example.com/shop/gtin/4012345111118/ser/A",
        "https://example.com/01/04012345111118/21/%41/?17=291231#top",
    ] {
        assert_eq!(link_to_urn(link, 7).as_deref(), Ok("urn:epc:id:sgtin:4012345.011111.A"));
    }
    // A serial takes precedence over the lot beside it.
    let link = "https://example.com/01/04012345111118/10/L/21/A";
    assert_eq!(link_to_urn(link, 7).as_deref(), Ok("urn:epc:id:sgtin:4012345.011111.A"));
    assert_eq!(canonical(link).as_deref(), Some("https://id.gs1.org/01/04012345111118/10/L/21/A"));
}

#[test]
fn each_fault_of_an_identifier_has_its_own_error() {
    use IdentifierError as E;
    let parts = |scheme| E::Parts { scheme };
    for (urn, error) in [
        ("urn:uuid:04e9dd1e-1f3c-4c59-8a8b-d64ea5a1b7e0", E::NotAnIdentifier),
        ("urn:epc:id", E::NotAnIdentifier),
        ("urn:epc:id:usdod:CJ705.1", E::UnknownScheme { scheme: "id:usdod".to_owned() }),
        ("urn:epc:id:lgtin:4012345.012345.L", E::UnknownScheme { scheme: "id:lgtin".to_owned() }),
        ("urn:epc:idpat:sscc:4012345.*", E::UnknownScheme { scheme: "idpat:sscc".to_owned() }),
        ("urn:epc:id:sgtin:4012345.01111.9876", parts("sgtin")),
        ("urn:epc:id:sgtin:40123.01111111.9876", parts("sgtin")),
        ("urn:epc:id:sgtin:4012345.011111.", parts("sgtin")),
        ("urn:epc:id:sgtin:4012345.011111.123456789012345678901", parts("sgtin")),
        ("urn:epc:id:sgtin:4012345.011111.a%2", parts("sgtin")),
        ("urn:epc:id:sgtin:4012345.011111.a b", parts("sgtin")),
        ("urn:epc:idpat:sgtin:4012345.011111.5", parts("sgtin")),
        ("urn:epc:id:sscc:4012345.111", parts("sscc")),
        ("urn:epc:id:cpi:4012345.abc.1", parts("cpi")),
    ] {
        assert_eq!(urn_to_link(urn), Err(error), "{urn}");
    }
    for (link, prefix_length, error) in [
        ("https://example.com/01/04012345111119", 7, E::CheckDigit { scheme: "sgtin" }),
        ("https://example.com/01/0401234511111", 7, E::CheckDigit { scheme: "sgtin" }),
        ("https://example.com/01/040123", 7, parts("sgtin")),
        ("https://example.com/about", 7, E::NotAnIdentifier),
        ("ftp://example.com/01/04012345111118", 7, E::NotAnIdentifier),
        ("https://example.com/01/04012345111118/99/x", 7, E::NotAnIdentifier),
        ("https://example.com/01/04012345111118", 5, E::PrefixLength { found: 5 }),
    ] {
        assert_eq!(link_to_urn(link, prefix_length), Err(error), "{link}");
    }
    let long = format!("urn:epc:id:sgtin:4012345.011111.{}", "1".repeat(3000));
    assert_eq!(urn_to_link(&long), Err(E::TooLong));
}
