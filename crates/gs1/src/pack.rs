//! The four fields on a pack of medicine.

use alloc::string::{String, ToString};

use crate::{
    validate_lot, validate_serial, Ai, Date, Elements, Gtin, LinkError, ParseError, ParseErrorKind, Rules,
    TextError,
};

/// The fields of the code on a pack of medicine: (01) GTIN, and usually (17) expiry, (10) lot and (21) serial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MedicinePack {
    gtin: Gtin,
    expiry: Option<Date>,
    lot: Option<String>,
    serial: Option<String>,
    others: Elements,
}

impl MedicinePack {
    /// A pack with only its GTIN.
    #[must_use]
    pub const fn new(gtin: Gtin) -> Self {
        Self { gtin, expiry: None, lot: None, serial: None, others: Elements::empty() }
    }

    /// Adds the expiry date.
    #[must_use]
    pub fn with_expiry(mut self, expiry: Date) -> Self {
        self.expiry = Some(expiry);
        self
    }

    /// Adds the lot, 1 to 20 characters.
    pub fn with_lot(mut self, lot: &str) -> Result<Self, TextError> {
        validate_lot(lot.as_bytes())?;
        self.lot = Some(lot.into());
        Ok(self)
    }

    /// Adds the serial, 1 to 20 characters.
    pub fn with_serial(mut self, serial: &str) -> Result<Self, TextError> {
        validate_serial(serial.as_bytes())?;
        self.serial = Some(serial.into());
        Ok(self)
    }

    /// Reads a code in any form that [`Elements::parse`] reads, with the same limits. It must have a GTIN.
    pub fn parse(input: impl AsRef<[u8]>, current_year: u16) -> Result<Self, ParseError> {
        Self::from_elements(&Elements::parse(input, current_year)?, current_year)
    }

    /// The pack with these fields, which were read in this year. They must include a GTIN.
    pub fn from_elements(elements: &Elements, current_year: u16) -> Result<Self, ParseError> {
        let year = Rules::new(current_year).current_year();
        let missing_gtin = ParseError { position: 0, kind: ParseErrorKind::MissingGtin };
        let gtin = elements.get(Ai::GTIN).and_then(|value| value.parse().ok()).ok_or(missing_gtin)?;
        let mut pack = Self::new(gtin);
        for element in elements {
            let value = element.value();
            match element.ai() {
                Ai::GTIN => {}
                // Elements have checked the format and the day, in this very year.
                Ai::EXPIRY => {
                    let yymmdd = value.parse().ok();
                    pack.expiry = yymmdd.and_then(|yymmdd| Date::from_yymmdd(yymmdd, year).ok());
                }
                Ai::LOT => pack.lot = Some(value.into()),
                Ai::SERIAL => pack.serial = Some(value.into()),
                ai => pack.others.push_valid(ai, value),
            }
        }
        Ok(pack)
    }

    /// The trade item, AI (01).
    #[must_use]
    pub const fn gtin(&self) -> Gtin {
        self.gtin
    }

    /// The expiry date, AI (17).
    #[must_use]
    pub const fn expiry(&self) -> Option<Date> {
        self.expiry
    }

    /// The lot, AI (10).
    #[must_use]
    pub fn lot(&self) -> Option<&str> {
        self.lot.as_deref()
    }

    /// The serial, AI (21).
    #[must_use]
    pub fn serial(&self) -> Option<&str> {
        self.serial.as_deref()
    }

    /// All other fields of the code, in their order.
    #[must_use]
    pub const fn others(&self) -> &Elements {
        &self.others
    }

    /// The fields in the order that makes the shortest barcode: those of predefined length first.
    #[must_use]
    pub fn elements(&self) -> Elements {
        let mut all = Elements::default();
        all.push_valid(Ai::GTIN, &self.gtin.to_string());
        if let Some(expiry) = self.expiry {
            all.push_valid(Ai::EXPIRY, &alloc::format!("{:06}", expiry.to_yymmdd()));
        }
        for (ai, text) in [(Ai::LOT, &self.lot), (Ai::SERIAL, &self.serial)] {
            if let Some(text) = text {
                all.push_valid(ai, text);
            }
        }
        for other in &self.others {
            all.push_valid(other.ai(), other.value());
        }
        let mut sorted = Elements::default();
        for element in all.predefined_length_first() {
            sorted.push_valid(element.ai(), element.value());
        }
        sorted
    }

    /// As a bracketed element string, for example `(01)09506000134352(17)271231(10)ABC(21)123`.
    #[must_use]
    pub fn to_bracketed(&self) -> String {
        self.elements().to_bracketed()
    }

    /// As the data of a GS1 DataMatrix or GS1 QR Code; see [`Elements::to_element_string`].
    #[must_use]
    pub fn to_element_string(&self) -> String {
        self.elements().to_element_string()
    }

    /// As a GS1 Digital Link under `stem`; see [`Elements::to_digital_link`].
    pub fn to_digital_link(&self, stem: &str) -> Result<String, LinkError> {
        self.elements().to_digital_link(stem)
    }
}
