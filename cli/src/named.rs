//! Sites and organisations as people name them.

use std::str::FromStr;

use gs1::Gln;
use primitives::{OrganisationId, SiteId};

/// A site as people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteRef {
    /// By its GLN.
    Gln(Gln),
    /// By its number.
    Number(SiteId),
}

impl FromStr for SiteRef {
    type Err = String;

    /// Reads a GLN of 13 digits, or a number with or without `site:` in front.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 13 && !text.starts_with("site:") {
            return text.parse().map(Self::Gln).map_err(|error: gs1::KeyError| error.to_string());
        }
        let number = text.strip_prefix("site:").unwrap_or(text);
        number.parse().map(Self::Number).map_err(|_| {
            "not a site; give its GLN of 13 digits, or its number such as site:7: see `theriac org site list`"
                .to_owned()
        })
    }
}

/// An organisation as people name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OrganisationRef {
    /// By its number.
    Number(OrganisationId),
    /// By a GLN: its own, or one of its sites'.
    Gln(Gln),
    /// By its URI.
    Uri(String),
}

impl FromStr for OrganisationRef {
    type Err = String;

    /// Reads a number, a GLN of 13 digits, or a URI.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains(':') {
            return Ok(Self::Uri(text.to_owned()));
        }
        if text.len() == 13 {
            return text.parse().map(Self::Gln).map_err(|error: gs1::KeyError| error.to_string());
        }
        text.parse().map(Self::Number).map_err(|_| {
            "not an organisation; give its number, its GLN of 13 digits, or its URI: see `theriac org list`".to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_named_by_its_gln_or_number() {
        let gln = Gln::new(6_291_041_500_213).unwrap();
        assert_eq!("6291041500213".parse(), Ok(SiteRef::Gln(gln)));
        for text in ["site:7", "7"] {
            assert_eq!(text.parse(), Ok(SiteRef::Number(7)));
        }
        assert_eq!("site:4294967295".parse(), Ok(SiteRef::Number(u32::MAX)));
        let wrong = |text: &str| text.parse::<SiteRef>().unwrap_err();
        assert!(wrong("6291041500214").contains("the check digit is 4 but should be 3"));
        for text in ["", "site:", "site:-1", "629104150021", "site:4294967296", "Plant 1"] {
            assert!(wrong(text).starts_with("not a site; give its GLN of 13 digits"), "{text}");
        }
    }

    #[test]
    fn an_organisation_is_named_by_its_number_gln_or_uri() {
        assert_eq!("3".parse(), Ok(OrganisationRef::Number(3)));
        let uri = "urn:oid:2.16.840.1.113883.4.6";
        assert_eq!(uri.parse(), Ok(OrganisationRef::Uri(uri.to_owned())));
        assert!(matches!("6291041500213".parse(), Ok(OrganisationRef::Gln(_))));
        for text in ["", "Alpha", "-1", "629104150021"] {
            assert!(
                text.parse::<OrganisationRef>().unwrap_err().starts_with("not an organisation"),
                "{text}"
            );
        }
    }
}
