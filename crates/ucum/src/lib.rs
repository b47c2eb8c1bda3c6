//! Units of measurement in FHIR records and models: the Unified Code for Units of Measure (UCUM, case sensitive).
//!
//! `octofhir-ucum` parses and converts, in decimal arithmetic, so that all machines get the same bits. UCUM itself
//! permits conversions that are wrong for a patient, because a mole is a number in it, an equivalent is a mole, and an
//! annotation says nothing. [`convert`] refuses those: what is counted (moles, equivalents, osmoles, catalytic and
//! radioactive events, cycles, acidity, 1.73 m² of body surface) must be the same on both sides, unless the [`Analyte`]
//! has the mass or the charge that leads from one to the other.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod analyte;

use octofhir_ucum::{lookup_unit, parse_expression, Case, UnitExpr};

pub use analyte::Analyte;

/// Maximum length of a unit, in bytes. The longest in use have about 30.
pub const MAX_UNIT_BYTES: usize = 64;

/// Why a value could not be converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// Longer than [`MAX_UNIT_BYTES`].
    #[error("the unit is longer than {MAX_UNIT_BYTES} bytes; send a UCUM code such as mg/dL, mmol/L, mm[Hg] or /min")]
    TooLong,
    /// Not a UCUM code.
    #[error("the unit {0:?} is not a UCUM code; send a code such as mg/dL, mmol/L, mm[Hg] or /min")]
    Unknown(String),
    /// The units measure different things, or count different things.
    #[error("{from} cannot be converted to {to}; check that the observation has the right code and unit")]
    Incompatible {
        /// The unit of the value.
        from: String,
        /// The target unit.
        to: String,
    },
}

/// Codes that are frequent in records and not UCUM, but can mean only one unit.
const SYNONYMS: [(&str, &str); 6] = [
    ("mEq/L", "meq/L"),
    ("mL/min/1.73.m2", "mL/min/{1.73_m2}"),
    ("mL/min/1.73m2", "mL/min/{1.73_m2}"),
    ("mL/min/1.73_m2", "mL/min/{1.73_m2}"),
    ("ml/min/1.73m2", "mL/min/{1.73_m2}"),
    ("ml/min/{1.73_m2}", "mL/min/{1.73_m2}"),
];

/// UCUM has no currencies. A price is converted only to itself.
const DOLLAR: &str = "$";

/// Whether a manifest or a record may use this unit.
#[must_use]
pub fn is_known(unit: &str) -> bool {
    unit == DOLLAR || Unit::parse(unit).is_ok()
}

/// The value in another unit. Amounts and masses, and equivalents and moles, are converted only for an analyte whose
/// molar mass or charge is known.
///
/// Errors, the first that holds: `TooLong`, `Unknown`, `Incompatible`.
pub fn convert(value: f64, from: &str, to: &str, analyte: Option<Analyte>) -> Result<f64, UnitError> {
    let converted = if from == DOLLAR && to == DOLLAR {
        Some(value)
    } else {
        let (source, target) = (Unit::parse(from)?, Unit::parse(to)?);
        source.steps_to(&target, analyte).and_then(|steps| {
            if source.code == target.code {
                return Some(value);
            }
            let Steps { factor, from } = steps;
            octofhir_ucum::convert(value * factor, &from, target.code).ok()
        })
    };
    converted
        .filter(|value| value.is_finite())
        .ok_or_else(|| UnitError::Incompatible { from: from.to_owned(), to: to.to_owned() })
}

/// A unit, and the exponents of what it counts.
struct Unit<'a> {
    code: &'a str,
    counts: Counts,
}

/// What UCUM takes for a number, or for the same as something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    moles: i32,
    /// Moles below a fraction: `mmol/mol` is a share of molecules, and `%` may be one of mass.
    per_mole: i32,
    equivalents: i32,
    osmoles: i32,
    /// Catalytic activity: `U` is `umol/min`, but no amount.
    catalysis: i32,
    /// `Bq` and `Ci`.
    decays: i32,
    /// `Hz`.
    cycles: i32,
    /// The concentration behind `[pH]`.
    acidity: i32,
    /// `{1.73_m2}`, the only annotation that changes what was measured.
    body_surface: i32,
}

/// How to convert: a factor, and then the library from this unit.
struct Steps {
    factor: f64,
    from: String,
}

impl<'a> Unit<'a> {
    fn parse(code: &'a str) -> Result<Self, UnitError> {
        if code.len() > MAX_UNIT_BYTES {
            return Err(UnitError::TooLong);
        }
        let unknown = |_| UnitError::Unknown(code.to_owned());
        let code = SYNONYMS.iter().find(|(synonym, _)| *synonym == code).map_or(code, |(_, ucum)| *ucum);
        let expression = parse_expression(code).map_err(unknown)?;
        octofhir_ucum::evaluate(&expression).map_err(unknown)?;
        let mut counts = Counts::default();
        counts.add(&expression, 1);
        Ok(Self { code, counts })
    }

    /// `None` if what the units count is not the same, and the analyte does not lead from one to the other.
    fn steps_to(&self, target: &Self, analyte: Option<Analyte>) -> Option<Steps> {
        let (from, to) = (self.counts, target.counts);
        let equivalents = from.equivalents.checked_sub(to.equivalents)?;
        let charge = analyte.and_then(Analyte::charge);
        let by_charge = match equivalents {
            0 => 1.0,
            1 => 1.0 / charge?,
            -1 => charge?,
            _ => return None,
        };
        let moles =
            from.moles.checked_add(from.equivalents)?.checked_sub(to.moles.checked_add(to.equivalents)?)?;
        let molar_mass = analyte.and_then(Analyte::molar_mass);
        let (by_mass, unit) = match moles {
            0 => (1.0, self.code.to_owned()),
            1 => (molar_mass?, format!("({}).(g/mol)", self.code)),
            -1 => (1.0 / molar_mass?, format!("({})/(g/mol)", self.code)),
            _ => return None,
        };
        let counted_alike =
            Counts { moles: 0, equivalents: 0, ..from } == Counts { moles: 0, equivalents: 0, ..to };
        counted_alike.then_some(Steps { factor: by_charge * by_mass, from: unit })
    }
}

impl Counts {
    /// Adds what an expression counts, to this power. The parser bounds the depth of expressions.
    fn add(&mut self, expression: &UnitExpr, power: i32) {
        match expression {
            UnitExpr::Symbol(symbol) => self.add_symbol(symbol, power),
            UnitExpr::Numeric(_) => {}
            UnitExpr::Power(base, exponent) => self.add(base, power.saturating_mul(*exponent)),
            UnitExpr::Annotation(text) => self.add_annotation(text, power),
            UnitExpr::Annotated(inner, text) => {
                self.add(inner, power);
                self.add_annotation(text, power);
            }
            UnitExpr::Product(terms) => terms.iter().for_each(|term| self.add(term, power)),
            UnitExpr::Quotient(numerator, denominator) => {
                self.add(numerator, power);
                self.add(denominator, power.saturating_neg());
            }
            UnitExpr::Reciprocal(inner) => self.add(inner, power.saturating_neg()),
        }
    }

    fn add_symbol(&mut self, symbol: &str, power: i32) {
        let Some((_, atom)) = lookup_unit(symbol, Case::Sensitive) else { return };
        let count = match atom.code {
            "mol" if power < 0 => &mut self.per_mole,
            "mol" => &mut self.moles,
            "eq" => &mut self.equivalents,
            "osm" => &mut self.osmoles,
            "kat" | "U" => &mut self.catalysis,
            "Bq" | "Ci" => &mut self.decays,
            "Hz" => &mut self.cycles,
            "[pH]" => &mut self.acidity,
            _ => return,
        };
        *count = count.saturating_add(power);
    }

    fn add_annotation(&mut self, text: &str, power: i32) {
        let plain: String =
            text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        if matches!(plain.as_str(), "173m2" | "173sqm" | "173msq" | "173squaremetres" | "173bsa") {
            self.body_surface = self.body_surface.saturating_add(power);
        }
    }
}

#[cfg(test)]
mod tests;
