//! Each linter with values that it accepts and refuses, and the bytes that it marks. `make conformance` runs the
//! thousands of vectors of the reference; these are our own.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use gs1::{Fault, LintError as E, Linter, PrefixStatus, Rules};

const YEAR: u16 = 2026;

fn check(linter: Linter, value: &str) -> Result<(), Fault> {
    linter.check(value.as_bytes(), &Rules::new(YEAR))
}

fn takes(linter: Linter, values: &[&str]) {
    for value in values {
        assert_eq!(check(linter, value), Ok(()), "{}: {value}", linter.name());
    }
}

/// The faulty part is between asterisks.
fn refuses(linter: Linter, cases: &[(&str, E)]) {
    for (marked, error) in cases {
        let mut parts = marked.split('*');
        let (before, faulty) = (parts.next().unwrap(), parts.next().unwrap());
        let expected = Fault { error: *error, start: before.len(), length: faulty.len() };
        assert_eq!(check(linter, &marked.replace('*', "")), Err(expected), "{}: {marked}", linter.name());
    }
}

#[test]
fn every_linter_has_a_name_of_its_own() {
    for pair in Linter::ALL.windows(2) {
        assert!(pair[0].name() < pair[1].name(), "{}", pair[1].name());
    }
}

#[test]
fn characters_outside_their_set_are_marked() {
    takes(Linter::CsetNumeric, &["", "0123456789"]);
    refuses(Linter::CsetNumeric, &[("12*x*4", E::NonDigitCharacter)]);
    takes(Linter::Cset82, &["", "Az09!\"%&'()*+,-./:;<=>?_"]);
    refuses(Linter::Cset82, &[("A* *B", E::InvalidCset82Character), ("*#*", E::InvalidCset82Character)]);
    takes(Linter::Cset39, &["", "A-Z/09#"]);
    refuses(Linter::Cset39, &[("AB*c*", E::InvalidCset39Character)]);
    takes(Linter::Cset64, &["", "aB-_", "ab=", "a=="]);
    refuses(
        Linter::Cset64,
        &[
            ("ab*+*d", E::InvalidCset64Character),
            ("abc*=*", E::InvalidCset64Padding),
            ("*===*", E::InvalidCset64Padding),
        ],
    );
    takes(Linter::HasNonDigit, &["1A", "-"]);
    refuses(
        Linter::HasNonDigit,
        &[("*123*", E::RequiresNonDigitCharacter), ("**", E::RequiresNonDigitCharacter)],
    );
    takes(Linter::Hyphen, &["-"]);
    refuses(Linter::Hyphen, &[("*+*", E::NotHyphen), ("**", E::NotHyphen)]);
    takes(Linter::ImporterIdx, &["a", "Z", "0", "-", "_"]);
    refuses(
        Linter::ImporterIdx,
        &[("*=*", E::InvalidImportIdxCharacter), ("*ab*", E::ImporterIdxMustBeOneCharacter)],
    );
    takes(Linter::PcEnc, &["", "a%20b%ffc"]);
    refuses(Linter::PcEnc, &[("a%20*%2x*", E::InvalidPercentSequence), ("a*%2*", E::InvalidPercentSequence)]);
}

#[test]
fn check_digits_and_check_characters_are_verified() {
    takes(Linter::CSum, &["09506000134352", "376104250021234569", "0"]);
    refuses(
        Linter::CSum,
        &[
            ("0950600013435*3*", E::IncorrectCheckDigit),
            ("0950600013*a*352", E::NonDigitCharacter),
            ("**", E::TooShortForCheckDigit),
        ],
    );
    // The example of GenSpecs 7.9.5.
    takes(Linter::CSumAlpha, &["1987654Ad4X4bL5ttr2310c2K"]);
    refuses(
        Linter::CSumAlpha,
        &[
            ("1987654Ad4X4bL5ttr2310c*2L*", E::IncorrectCheckPair),
            ("1987654Ad4X4bL5ttr2310d*2K*", E::IncorrectCheckPair),
            ("*A*", E::TooShortForCheckPair),
            ("1*#*2K", E::InvalidCset82Character),
        ],
    );
    // Published in the registry of ISO 13616.
    takes(Linter::Iban, &["GB29NWBK60161331926819", "NO9386011117947", "MT84MALT011000012345MTLCAST001S"]);
    refuses(
        Linter::Iban,
        &[
            ("GB*28*NWBK60161331926819", E::IncorrectIbanChecksum),
            ("*QQ*29NWBK60161331926819", E::IllegalIbanCountryCode),
            ("GB29NW*b*K60161331926819", E::InvalidIbanCharacter),
            ("*GB29NWBK60*", E::IbanTooShort),
            ("*GB29NWBK601613319268190000000000000*", E::IbanTooLong),
        ],
    );
}

#[test]
fn a_company_prefix_is_looked_up_where_there_is_a_register() {
    takes(Linter::GcpPos1, &["1234", "1234ABC"]);
    refuses(Linter::GcpPos1, &[("*123*", E::TooShortForGcp), ("123*A*4", E::InvalidGcpPrefix)]);
    takes(Linter::GcpPos2, &["X1234"]);
    refuses(
        Linter::GcpPos2,
        &[("X*123*", E::TooShortForGcp), ("*X*", E::TooShortForGcp), ("X12*A*4", E::InvalidGcpPrefix)],
    );
    let answer = |status| {
        let register =
            move |digits: &[u8]| if digits.starts_with(b"9506") { PrefixStatus::Allocated } else { status };
        let rules = Rules::new(YEAR).with_register(&register);
        assert_eq!(Linter::GcpPos2.check(b"09506000134352", &rules), Ok(()));
        Linter::GcpPos2.check(b"01234000134352", &rules).unwrap_err()
    };
    let fault = |error| Fault { error, start: 1, length: 13 };
    assert_eq!(answer(PrefixStatus::NotAllocated), fault(E::InvalidGcpPrefix));
    assert_eq!(answer(PrefixStatus::Offline), fault(E::GcpDatasourceOffline));
}

#[test]
fn dates_and_times_must_exist() {
    takes(Linter::YyMmDd, &["280229", "991231"]);
    takes(Linter::YyMmD0, &["280200"]);
    takes(Linter::YyyyMmDd, &["20240229", "19991231"]);
    takes(Linter::YyyyMmD0, &["20240200"]);
    for linter in [Linter::YyMmDd, Linter::YyMmD0] {
        refuses(
            linter,
            &[
                ("2702*29*", E::IllegalDay),
                ("27*13*01", E::IllegalMonth),
                ("2*x*0101", E::NonDigitCharacter),
                ("*27010*", E::DateTooShort),
                ("*2701011*", E::DateTooLong),
            ],
        );
    }
    refuses(Linter::YyMmDd, &[("2702*00*", E::IllegalDay)]);
    refuses(
        Linter::YyyyMmDd,
        &[("190002*29*", E::IllegalDay), ("202402*00*", E::IllegalDay), ("*240229*", E::DateTooShort)],
    );
    refuses(Linter::YyyyMmD0, &[("2024*00*01", E::IllegalMonth), ("*202401011*", E::DateTooLong)]);
    takes(Linter::Hh, &["00", "23"]);
    refuses(Linter::Hh, &[("*24*", E::IllegalHour), ("*1*", E::HourTooShort), ("*011*", E::HourTooLong)]);
    takes(Linter::Mi, &["59"]);
    refuses(
        Linter::Mi,
        &[("*60*", E::IllegalMinute), ("*1*", E::MinuteTooShort), ("*011*", E::MinuteTooLong)],
    );
    takes(Linter::Ss, &["59"]);
    refuses(
        Linter::Ss,
        &[("*60*", E::IllegalSecond), ("*1*", E::SecondTooShort), ("*011*", E::SecondTooLong)],
    );
    takes(Linter::HhMi, &["2359"]);
    refuses(
        Linter::HhMi,
        &[
            ("*24*00", E::IllegalHour),
            ("23*60*", E::IllegalMinute),
            ("23*x*0", E::NonDigitCharacter),
            ("*235*", E::HourWithMinuteTooShort),
            ("*23590*", E::HourWithMinuteTooLong),
        ],
    );
}

#[test]
fn numbers_must_mean_something() {
    takes(Linter::Zero, &["0", "00"]);
    refuses(Linter::Zero, &[("*01*", E::NotZero), ("**", E::NotZero)]);
    takes(Linter::NonZero, &["01", "10"]);
    refuses(Linter::NonZero, &[("*00*", E::IllegalZeroValue), ("0*x*", E::NonDigitCharacter)]);
    takes(Linter::NoZeroPrefix, &["", "10"]);
    refuses(Linter::NoZeroPrefix, &[("*0*1", E::IllegalZeroPrefix), ("1*x*", E::NonDigitCharacter)]);
    takes(Linter::YesNo, &["0", "1"]);
    refuses(Linter::YesNo, &[("*2*", E::NotZeroOrOne)]);
    takes(Linter::Winding, &["0", "1", "9"]);
    refuses(Linter::Winding, &[("*2*", E::InvalidWindingDirection)]);
    takes(Linter::Iso5218, &["0", "1", "2", "9"]);
    refuses(Linter::Iso5218, &[("*3*", E::InvalidBiologicalSexCode)]);
    takes(Linter::Latitude, &["0000000000", "1800000000"]);
    refuses(
        Linter::Latitude,
        &[("*1800000001*", E::InvalidLatitude), ("*180000000*", E::LatitudeInvalidLength)],
    );
    takes(Linter::Longitude, &["3600000000"]);
    refuses(
        Linter::Longitude,
        &[
            ("*3600000001*", E::InvalidLongitude),
            ("*36000000000*", E::LongitudeInvalidLength),
            ("360000000*x*", E::NonDigitCharacter),
        ],
    );
    takes(Linter::PieceOfTotal, &["0102", "0202", "99"]);
    refuses(
        Linter::PieceOfTotal,
        &[
            ("*00*02", E::ZeroPieceNumber),
            ("01*00*", E::ZeroTotalPieces),
            ("*0302*", E::PieceNumberExceedsTotal),
            ("*010*", E::InvalidLengthForPieceOfTotal),
            ("01*x*2", E::NonDigitCharacter),
        ],
    );
    takes(Linter::PosInSeqSlash, &["1/1", "9/10"]);
    refuses(
        Linter::PosInSeqSlash,
        &[
            ("*1-2*", E::PositionInSequenceMalformed),
            ("*1/2/3*", E::PositionInSequenceMalformed),
            ("*01*/2", E::IllegalZeroPrefix),
            ("1/*02*", E::IllegalZeroPrefix),
            ("*10/9*", E::PositionExceedsEnd),
        ],
    );
}

#[test]
fn codes_must_be_in_their_list() {
    takes(Linter::Iso3166, &["276", "004", "894"]);
    refuses(Linter::Iso3166, &[("*999*", E::NotIso3166), ("*27*", E::NotIso3166), ("*27x*", E::NotIso3166)]);
    takes(Linter::Iso3166999, &["276", "999"]);
    refuses(Linter::Iso3166999, &[("*998*", E::NotIso3166Or999)]);
    takes(Linter::Iso3166Alpha2, &["DE", "AD", "ZW"]);
    refuses(
        Linter::Iso3166Alpha2,
        &[("*de*", E::NotIso3166Alpha2), ("*D*", E::NotIso3166Alpha2), ("*D *", E::NotIso3166Alpha2)],
    );
    takes(Linter::Iso4217, &["978", "840", "008"]);
    refuses(Linter::Iso4217, &[("*276*", E::NotIso4217)]);
    takes(Linter::MediaType, &["01", "10", "80", "99"]);
    refuses(Linter::MediaType, &[("*00*", E::InvalidMediaType), ("*11*", E::InvalidMediaType)]);
    takes(Linter::PackageType, &["1A", "8", "200", "ZZ"]);
    refuses(Linter::PackageType, &[("*1C*", E::InvalidPackageType), ("**", E::InvalidPackageType)]);
}

#[test]
fn coupons_are_read_field_by_field() {
    let shortest = "012345612345611110123";
    takes(Linter::CouponCode, &[shortest]);
    refuses(
        Linter::CouponCode,
        &[
            ("**", E::CouponMissingGcpVli),
            ("*7*12345", E::CouponInvalidGcpLength),
            ("0*12345*", E::CouponTruncatedGcp),
            ("*0123456*", E::CouponTruncatedOfferCode),
            ("0123456123456*6*", E::CouponInvalidSaveValueLength),
            ("01234561234561111*5*", E::CouponInvalidFirstPurchaseRequirementCode),
            ("012345612345611110123*0*", E::CouponExcessData),
            ("0123456123456111101231*4*", E::CouponInvalidAdditionalPurchaseRulesCode),
            ("012345612345611110123101101230*12*", E::CouponTruncatedSecondPurchaseGcp),
            ("*0123456123456111101232*", E::CouponMissingThirdPurchaseRequirementVli),
            ("0123456123456111101233*270229*", E::CouponInvalidExpirationDate),
            ("012345612345611110123*32701014270102*", E::CouponExpirationBeforeStart),
            ("01234561234561111012350*12345*", E::CouponTruncatedSerialNumber),
            ("0123456123456111101236*8*", E::CouponInvalidRetailerGcpOrGlnLength),
            ("0123456123456111101239000*2*", E::CouponInvalidDontMultiplyFlag),
        ],
    );
    // A coupon that starts in 1999 and ends in 2000.
    takes(Linter::CouponCode, &[&format!("{shortest}30001014991231")]);
    takes(Linter::CouponPosOffer, &["001234561234560123456"]);
    refuses(
        Linter::CouponPosOffer,
        &[
            ("*2*01234561234560123456", E::CouponInvalidFormatCode),
            ("0*7*1234561234560123456", E::CouponInvalidFunderLength),
            ("001234561234560*12345*", E::CouponTruncatedSerialNumber),
            ("001234561234560123456*7*", E::CouponExcessData),
        ],
    );
}

#[test]
fn a_year_outside_the_calendar_counts_as_the_nearest() {
    assert_eq!(Rules::new(0).current_year(), 1970);
    assert_eq!(Rules::new(u16::MAX).current_year(), 9949);
}
