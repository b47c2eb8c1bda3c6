//! Coupons: the North American Coupon Code, AI (8110), and the positive offer file, AI (8112), of the "North American
//! Coupon Application Guideline Using GS1 DataBar Expanded Symbols".

use super::numbers::digits;
use super::time::{short_date, Day, Ymd};
use super::{keys, Fault, LintError as E, Rules};

/// Digits that are read from left to right.
struct Digits<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Digits<'a> {
    fn new(value: &'a [u8]) -> Result<Self, Fault> {
        digits(value)?;
        Ok(Self { all: value, at: 0 })
    }

    fn rest(&self) -> &'a [u8] {
        self.all.get(self.at..).unwrap_or_default()
    }

    fn fault(&self, error: E, length: usize) -> Fault {
        Fault::new(error, self.at, length)
    }

    /// One digit, one of `allowed`: its value.
    fn digit(&mut self, allowed: &[u8], missing: E, invalid: E) -> Result<u8, Fault> {
        let digit = *self.rest().first().ok_or(Fault::whole(self.all, missing))?;
        if !allowed.contains(&digit) {
            return Err(self.fault(invalid, 1));
        }
        self.at = self.at.saturating_add(1);
        Ok(digit & 0x0F)
    }

    /// Exactly so many digits, at least one.
    fn take(&mut self, length: usize, truncated: E) -> Result<&'a [u8], Fault> {
        match self.rest() {
            [] => Err(Fault::whole(self.all, truncated)),
            rest => {
                let taken = rest.get(..length).ok_or_else(|| self.fault(truncated, rest.len()))?;
                self.at = self.at.saturating_add(length);
                Ok(taken)
            }
        }
    }

    /// A company prefix or GLN after the digit that says how many digits more than six it has.
    fn prefix(
        &mut self,
        allowed: &[u8],
        [missing, invalid, truncated]: [E; 3],
        rules: &Rules,
    ) -> Result<(), Fault> {
        let more = self.digit(allowed, missing, invalid)?;
        if more == NO_PREFIX {
            return Ok(());
        }
        let start = self.at;
        let prefix = self.take(six_and(more), truncated)?;
        let whole = |fault: Fault| Fault::new(fault.error, start, prefix.len());
        keys::company_prefix(prefix, rules).map_err(whole)
    }

    /// A value of one to five digits after the digit that says how many.
    fn counted(&mut self, [missing, invalid, truncated]: [E; 3]) -> Result<(), Fault> {
        let length = self.digit(b"12345", missing, invalid)?;
        self.take(length.into(), truncated).map(drop)
    }

    fn serial(&mut self) -> Result<(), Fault> {
        let more = self.take(1, E::CouponMissingSerialNumberVli)?.iter().fold(0, |_, digit| digit & 0x0F);
        self.take(six_and(more), E::CouponTruncatedSerialNumber).map(drop)
    }

    fn date(&mut self, [truncated, invalid]: [E; 2], rules: &Rules) -> Result<Ymd, Fault> {
        let start = self.at;
        let date = self.take(6, truncated)?;
        short_date(date, Day::Exact, rules).map_err(|_| Fault::new(invalid, start, 6))
    }

    /// Whether an optional field with this number comes next.
    fn field(&mut self, number: u8) -> bool {
        let here = self.rest().first() == Some(&number);
        self.at = self.at.saturating_add(here.into());
        here
    }

    fn end(&self) -> Result<(), Fault> {
        match self.rest() {
            [] => Ok(()),
            rest => Err(self.fault(E::CouponExcessData, rest.len())),
        }
    }

    /// The purchase that is required: a requirement, its code and a family of products.
    fn purchase(&mut self, errors: &Purchase) -> Result<(), Fault> {
        self.counted(errors.requirement)?;
        let [missing, invalid] = errors.code;
        self.digit(b"012349", missing, invalid)?;
        self.take(3, errors.family).map(drop)
    }
}

/// The length digit of an omitted prefix.
const NO_PREFIX: u8 = 9;

fn six_and(more: u8) -> usize {
    usize::from(more).saturating_add(6)
}

struct Purchase {
    requirement: [E; 3],
    code: [E; 2],
    family: E,
}

const FIRST: Purchase = Purchase {
    requirement: [
        E::CouponMissingFirstPurchaseRequirementVli,
        E::CouponInvalidFirstPurchaseRequirementLength,
        E::CouponTruncatedFirstPurchaseRequirement,
    ],
    code: [E::CouponMissingFirstPurchaseRequirementCode, E::CouponInvalidFirstPurchaseRequirementCode],
    family: E::CouponTruncatedFirstPurchaseFamilyCode,
};

const SECOND: Purchase = Purchase {
    requirement: [
        E::CouponMissingSecondPurchaseRequirementVli,
        E::CouponInvalidSecondPurchaseRequirementLength,
        E::CouponTruncatedSecondPurchaseRequirement,
    ],
    code: [E::CouponMissingSecondPurchaseRequirementCode, E::CouponInvalidSecondPurchaseRequirementCode],
    family: E::CouponTruncatedSecondPurchaseFamilyCode,
};

const THIRD: Purchase = Purchase {
    requirement: [
        E::CouponMissingThirdPurchaseRequirementVli,
        E::CouponInvalidThirdPurchaseRequirementLength,
        E::CouponTruncatedThirdPurchaseRequirement,
    ],
    code: [E::CouponMissingThirdPurchaseRequirementCode, E::CouponInvalidThirdPurchaseRequirementCode],
    family: E::CouponTruncatedThirdPurchaseFamilyCode,
};

/// The coupon code of AI (8110).
pub(super) fn code(value: &[u8], rules: &Rules) -> Result<(), Fault> {
    let mut coupon = Digits::new(value)?;
    let prefix = [E::CouponMissingGcpVli, E::CouponInvalidGcpLength, E::CouponTruncatedGcp];
    coupon.prefix(b"0123456", prefix, rules)?;
    coupon.take(6, E::CouponTruncatedOfferCode)?;
    coupon.counted([
        E::CouponMissingSaveValueVli,
        E::CouponInvalidSaveValueLength,
        E::CouponTruncatedSaveValue,
    ])?;
    coupon.purchase(&FIRST)?;
    if coupon.field(b'1') {
        coupon.digit(
            b"0123",
            E::CouponMissingAdditionalPurchaseRulesCode,
            E::CouponInvalidAdditionalPurchaseRulesCode,
        )?;
        coupon.purchase(&SECOND)?;
        let prefix = [
            E::CouponMissingSecondPurchaseGcpVli,
            E::CouponInvalidSecondPurchaseGcpLength,
            E::CouponTruncatedSecondPurchaseGcp,
        ];
        coupon.prefix(b"01234569", prefix, rules)?;
    }
    if coupon.field(b'2') {
        coupon.purchase(&THIRD)?;
        let prefix = [
            E::CouponMissingThirdPurchaseGcpVli,
            E::CouponInvalidThirdPurchaseGcpLength,
            E::CouponTruncatedThirdPurchaseGcp,
        ];
        coupon.prefix(b"01234569", prefix, rules)?;
    }
    dates(&mut coupon, rules)?;
    if coupon.field(b'5') {
        coupon.serial()?;
    }
    if coupon.field(b'6') {
        let retailer = [
            E::CouponMissingRetailerGcpOrGlnVli,
            E::CouponInvalidRetailerGcpOrGlnLength,
            E::CouponTruncatedRetailerGcpOrGln,
        ];
        coupon.prefix(b"1234567", retailer, rules)?;
    }
    if coupon.field(b'9') {
        miscellaneous(&mut coupon)?;
    }
    coupon.end()
}

/// Expiration and start: a coupon may not expire before it starts.
fn dates(coupon: &mut Digits, rules: &Rules) -> Result<(), Fault> {
    let start_of_field = coupon.at;
    let expiration = [E::CouponTooShortForExpirationDate, E::CouponInvalidExpirationDate];
    let expiration = if coupon.field(b'3') { Some(coupon.date(expiration, rules)?) } else { None };
    if coupon.field(b'4') {
        let start = coupon.date([E::CouponTooShortForStartDate, E::CouponInvalidStartDate], rules)?;
        if expiration.is_some_and(|expiration| expiration < start) {
            // Both fields with their numbers.
            return Err(Fault::new(E::CouponExpirationBeforeStart, start_of_field, 14));
        }
    }
    Ok(())
}

fn miscellaneous(coupon: &mut Digits) -> Result<(), Fault> {
    coupon.digit(b"01256", E::CouponMissingSaveValueCode, E::CouponInvalidSaveValueCode)?;
    coupon.digit(b"012", E::CouponMissingSaveValueAppliesToItem, E::CouponInvalidSaveValueAppliesToItem)?;
    coupon.take(1, E::CouponMissingStoreCouponFlag)?;
    coupon.digit(b"01", E::CouponMissingDontMultiplyFlag, E::CouponInvalidDontMultiplyFlag)?;
    Ok(())
}

/// The positive offer file of AI (8112).
pub(super) fn positive_offer(value: &[u8], rules: &Rules) -> Result<(), Fault> {
    let mut coupon = Digits::new(value)?;
    coupon.digit(b"01", E::CouponMissingFormatCode, E::CouponInvalidFormatCode)?;
    let funder = [E::CouponMissingFunderVli, E::CouponInvalidFunderLength, E::CouponTruncatedFunder];
    coupon.prefix(b"0123456", funder, rules)?;
    coupon.take(6, E::CouponTruncatedOfferCode)?;
    coupon.serial()?;
    coupon.end()
}
