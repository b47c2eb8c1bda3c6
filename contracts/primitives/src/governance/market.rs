use alloc::vec::Vec;

use scale::{Decode, Encode};

/// A market in which medicines are authorised: a country by its code of two capitals (ISO 3166-1 alpha-2), or `EU`, whose
/// authorisations hold in all of its countries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
pub struct Market(pub [u8; 2]);

impl Market {
    /// Whether it is two capitals from A to Z. Which codes are assigned is not known here.
    #[must_use]
    pub fn is_valid(self) -> bool {
        self.0.iter().all(u8::is_ascii_uppercase)
    }
}

/// The markets of an authority.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Markets {
    /// In which it decides, in the order in which it got them. At most [`MAX_MARKETS`].
    pub markets: Vec<Market>,
    /// How many organisations were ever registered: their numbers are below.
    pub organisations: u32,
}

/// The most markets of one authority.
pub const MAX_MARKETS: usize = 64;

#[cfg(feature = "std")]
impl core::fmt::Display for Market {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

#[cfg(feature = "std")]
impl core::str::FromStr for Market {
    type Err = String;

    /// Reads the two letters, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters = text
            .as_bytes()
            .try_into()
            .map(|letters: [u8; 2]| Market(letters.map(|l| l.to_ascii_uppercase())));
        let market = letters.ok().filter(|market| market.is_valid());
        market.ok_or_else(|| {
            format!("{text:?} is not a market; give a country by two letters, such as DE, or EU")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_market_is_two_letters() {
        assert_eq!("DE".parse(), Ok(Market(*b"DE")));
        assert_eq!("eu".parse::<Market>().unwrap().to_string(), "EU");
        for text in ["", "D", "DEU", "D1", "ÄE", "Ä", "D "] {
            assert!(text.parse::<Market>().unwrap_err().contains("such as DE, or EU"), "{text:?}");
        }
        assert!(!Market(*b"de").is_valid() && !Market([0xC3, 0x84]).is_valid());
    }
}
