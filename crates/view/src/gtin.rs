use gs1::Gtin;

/// A GTIN with its 14 digits.
#[must_use]
pub fn gtin_text(gtin: u64) -> String {
    Gtin::new(gtin).map_or_else(|_| gtin.to_string(), |gtin| gtin.to_string())
}
