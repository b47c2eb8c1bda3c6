//! Checks of content: the linters of the GS1 Barcode Syntax Dictionary.

mod characters;
mod codes;
mod coupon;
mod error;
mod keys;
mod numbers;
mod time;

pub use error::LintError;
#[cfg(feature = "alloc")]
pub(crate) use keys::check_digit_of;

use codes::member;

/// A fault in a value: what is wrong, and which bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub error: LintError,
    /// Index of the first faulty byte of the value, from 0.
    pub start: usize,
    /// The number of faulty bytes. It may be 0 if the value is empty.
    pub length: usize,
}

impl Fault {
    const fn new(error: LintError, start: usize, length: usize) -> Self {
        Self { error, start, length }
    }

    /// The value as a whole is wrong.
    const fn whole(value: &[u8], error: LintError) -> Self {
        Self::new(error, 0, value.len())
    }

    /// The same fault in a longer value, of which `offset` bytes come first.
    pub(crate) const fn moved_by(mut self, offset: usize) -> Self {
        self.start = self.start.saturating_add(offset);
        self
    }
}

/// The answer of a register of GS1 Company Prefixes about a number that should begin with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrefixStatus {
    /// It begins with an allocated prefix.
    Allocated,
    /// It does not.
    NotAllocated,
    /// The register cannot be reached.
    Offline,
}

/// Asks a register of GS1 Company Prefixes about digits.
pub type Register<'a> = &'a dyn Fn(&[u8]) -> PrefixStatus;

/// What the linters take from outside: the year and a register of company prefixes.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    current_year: u16,
    register: Option<Register<'a>>,
}

impl<'a> Rules<'a> {
    /// Rules in a year, which decides the century of dates with two digits (GenSpecs 7.12). Years outside 1970 to
    /// 9949 count as the nearest of these. Any four digits count as the beginning of a company prefix.
    #[must_use]
    pub const fn new(current_year: u16) -> Self {
        let current_year = match current_year {
            0..=1969 => 1970,
            1970..=9949 => current_year,
            9950.. => 9949,
        };
        Self { current_year, register: None }
    }

    /// Asks a register of GS1 Company Prefixes, such as the GEPIR or a local list.
    #[must_use]
    pub const fn with_register(mut self, register: Register<'a>) -> Self {
        self.register = Some(register);
        self
    }

    /// The year.
    #[must_use]
    pub const fn current_year(&self) -> u16 {
        self.current_year
    }
}

impl core::fmt::Debug for Rules<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let register = self.register.map(|_| "register");
        f.debug_struct("Rules")
            .field("current_year", &self.current_year)
            .field("register", &register)
            .finish()
    }
}

macro_rules! linters {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// A check of the content of a component, named as in the GS1 Barcode Syntax Dictionary.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Linter {
            $($(#[$doc])* $name,)*
        }

        impl Linter {
            /// All linters, sorted by name.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name in the dictionary, for example `csum`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

linters! {
    /// A North American coupon code, AI (8110).
    CouponCode = "couponcode",
    /// A positive offer file coupon, AI (8112).
    CouponPosOffer = "couponposoffer",
    /// Only characters of set 39.
    Cset39 = "cset39",
    /// Only base64url characters (RFC 4648) with right padding, or none.
    Cset64 = "cset64",
    /// Only characters of set 82.
    Cset82 = "cset82",
    /// Only digits.
    CsetNumeric = "csetnumeric",
    /// Ends in the check digit of the digits before it (GenSpecs 7.9.1).
    CSum = "csum",
    /// Ends in the pair of check characters of the text before it (GenSpecs 7.9.5).
    CSumAlpha = "csumalpha",
    /// Begins with a GS1 Company Prefix.
    GcpPos1 = "gcppos1",
    /// Has a GS1 Company Prefix from its second character.
    GcpPos2 = "gcppos2",
    /// Has a character that is not a digit.
    HasNonDigit = "hasnondigit",
    /// An hour, 00 to 23.
    Hh = "hh",
    /// An hour and a minute.
    HhMi = "hhmi",
    /// Only hyphens.
    Hyphen = "hyphen",
    /// An International Bank Account Number (ISO 13616).
    Iban = "iban",
    /// An importer index of one character.
    ImporterIdx = "importeridx",
    /// The three digits of a country (ISO 3166-1).
    Iso3166 = "iso3166",
    /// The three digits of a country (ISO 3166-1), or 999.
    Iso3166999 = "iso3166999",
    /// The two letters of a country (ISO 3166-1).
    Iso3166Alpha2 = "iso3166alpha2",
    /// The three digits of a currency (ISO 4217).
    Iso4217 = "iso4217",
    /// A sex (ISO/IEC 5218): 0, 1, 2 or 9.
    Iso5218 = "iso5218",
    /// A latitude, 0000000000 to 1800000000.
    Latitude = "latitude",
    /// A longitude, 0000000000 to 3600000000.
    Longitude = "longitude",
    /// A medium that carries a code on a person or sample.
    MediaType = "mediatype",
    /// A minute, 00 to 59.
    Mi = "mi",
    /// Digits of which one is not 0.
    NonZero = "nonzero",
    /// Digits of which the first is not 0.
    NoZeroPrefix = "nozeroprefix",
    /// A package type (UN/ECE Recommendation 21).
    PackageType = "packagetype",
    /// Each percent sign is followed by two hexadecimal digits (RFC 3986).
    PcEnc = "pcenc",
    /// The number of a piece, then in as many digits the number of all pieces.
    PieceOfTotal = "pieceoftotal",
    /// A position and the end of a sequence with a slash between them.
    PosInSeqSlash = "posinseqslash",
    /// A second, 00 to 59.
    Ss = "ss",
    /// A winding direction: 0, 1 or 9.
    Winding = "winding",
    /// A flag: 0 or 1.
    YesNo = "yesno",
    /// A date YYMMDD whose day may be 00.
    YyMmD0 = "yymmd0",
    /// A date YYMMDD.
    YyMmDd = "yymmdd",
    /// A date YYYYMMDD whose day may be 00.
    YyyyMmD0 = "yyyymmd0",
    /// A date YYYYMMDD.
    YyyyMmDd = "yyyymmdd",
    /// Only zeros.
    Zero = "zero",
}

impl Linter {
    /// Checks one component of a value.
    pub fn check(self, value: &[u8], rules: &Rules) -> Result<(), Fault> {
        use LintError as E;
        match self {
            Self::CouponCode => coupon::code(value, rules),
            Self::CouponPosOffer => coupon::positive_offer(value, rules),
            Self::Cset39 => characters::all(value, characters::is_cset39, E::InvalidCset39Character),
            Self::Cset64 => characters::cset64(value),
            Self::Cset82 => characters::all(value, crate::is_cset82, E::InvalidCset82Character),
            Self::CsetNumeric => numbers::digits(value),
            Self::CSum => keys::check_digit(value),
            Self::CSumAlpha => keys::check_pair(value),
            Self::GcpPos1 => keys::company_prefix(value, rules),
            Self::GcpPos2 => keys::company_prefix_from_second(value, rules),
            Self::HasNonDigit => {
                member(value.iter().any(|byte| !byte.is_ascii_digit()), value, E::RequiresNonDigitCharacter)
            }
            Self::Hh => time::hour(value),
            Self::HhMi => time::hour_and_minute(value),
            Self::Hyphen => {
                member(!value.is_empty() && value.iter().all(|byte| *byte == b'-'), value, E::NotHyphen)
            }
            Self::Iban => keys::iban(value),
            Self::ImporterIdx => characters::importer_index(value),
            Self::Iso3166 => member(codes::is_country_number(value), value, E::NotIso3166),
            Self::Iso3166999 => {
                member(value == b"999" || codes::is_country_number(value), value, E::NotIso3166Or999)
            }
            Self::Iso3166Alpha2 => member(codes::is_country(value), value, E::NotIso3166Alpha2),
            Self::Iso4217 => member(codes::is_currency_number(value), value, E::NotIso4217),
            Self::Iso5218 => {
                member(matches!(value, b"0" | b"1" | b"2" | b"9"), value, E::InvalidBiologicalSexCode)
            }
            Self::Latitude => {
                numbers::angle(value, 1_800_000_000, E::LatitudeInvalidLength, E::InvalidLatitude)
            }
            Self::Longitude => {
                numbers::angle(value, 3_600_000_000, E::LongitudeInvalidLength, E::InvalidLongitude)
            }
            Self::MediaType => member(codes::is_media_type(value), value, E::InvalidMediaType),
            Self::Mi => time::minute(value),
            Self::NonZero => numbers::non_zero(value),
            Self::NoZeroPrefix => numbers::no_zero_prefix(value),
            Self::PackageType => member(codes::is_package_type(value), value, E::InvalidPackageType),
            Self::PcEnc => characters::percent_encoding(value),
            Self::PieceOfTotal => numbers::piece_of_total(value),
            Self::PosInSeqSlash => numbers::position_in_sequence(value),
            Self::Ss => time::second(value),
            Self::Winding => member(matches!(value, b"0" | b"1" | b"9"), value, E::InvalidWindingDirection),
            Self::YesNo => member(matches!(value, b"0" | b"1"), value, E::NotZeroOrOne),
            Self::YyMmD0 => time::short_date(value, time::Day::MayBe00, rules).map(drop),
            Self::YyMmDd => time::short_date(value, time::Day::Exact, rules).map(drop),
            Self::YyyyMmD0 => time::long_date(value, time::Day::MayBe00),
            Self::YyyyMmDd => time::long_date(value, time::Day::Exact),
            Self::Zero => {
                member(!value.is_empty() && value.iter().all(|byte| *byte == b'0'), value, E::NotZero)
            }
        }
    }
}
