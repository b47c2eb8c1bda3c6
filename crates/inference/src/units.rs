//! Units of measurement in FHIR (UCUM, case sensitive), as far as our models need them.
//!
//! Sources: UCUM table of units, version 2.1 (`m[Hg]` is 133.3220 kPa); molar masses from PubChem, cholesterol
//! (CID 5997) 386.65 g/mol and D-glucose (CID 5793) 180.156 g/mol.

use serde::Deserialize;

/// The measured substance, if a conversion depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Substance {
    /// C₂₇H₄₆O.
    Cholesterol,
    /// C₆H₁₂O₆.
    Glucose,
}

impl Substance {
    /// Grams per mole.
    fn molar_mass(self) -> f64 {
        match self {
            Self::Cholesterol => 386.65,
            Self::Glucose => 180.156,
        }
    }
}

/// Why a value could not be converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// A unit that is not in our table.
    #[error("the unit {0:?} is not known; send a UCUM code such as mg/dL, mmol/L, mm[Hg] or /min")]
    Unknown(String),
    /// The units measure different things.
    #[error("{from} cannot be converted to {to}; check that the observation has the right code and unit")]
    Incompatible {
        /// The unit of the value.
        from: String,
        /// The target unit.
        to: String,
    },
}

/// 0 Cel in K (UCUM; BIPM, SI brochure, 9th edition, 2.3.1).
const ZERO_CELSIUS: f64 = 273.15;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quantity {
    Number,
    Years,
    Months,
    Weeks,
    Days,
    Hours,
    Volume,
    BodyMassIndex,
    CellCount,
    Acidity,
    ArbitraryUnits,
    Dollars,
    Length,
    Kelvin,
    Celsius,
    Pressure,
    Rate,
    Area,
    MolarMass,
    MassConcentration,
    AmountConcentration,
}

/// The quantity that a unit measures, and its factor to the base unit: mm, mm[Hg], /min, Ao2 (square ångström), g/mol,
/// mg/dL, mmol/L.
fn lookup(unit: &str) -> Option<(Quantity, f64)> {
    Some(match unit {
        "1" => (Quantity::Number, 1.0),
        "a" => (Quantity::Years, 1.0),
        "mo" => (Quantity::Months, 1.0),
        "wk" => (Quantity::Weeks, 1.0),
        "d" => (Quantity::Days, 1.0),
        "h" => (Quantity::Hours, 1.0),
        "mL" => (Quantity::Volume, 1.0),
        "kg/m2" => (Quantity::BodyMassIndex, 1.0),
        "10*3/uL" | "10*9/L" => (Quantity::CellCount, 1.0),
        "[pH]" => (Quantity::Acidity, 1.0),
        "m[IU]/L" | "u[IU]/mL" => (Quantity::ArbitraryUnits, 1.0),
        // UCUM has no currencies.
        "$" => (Quantity::Dollars, 1.0),
        "K" => (Quantity::Kelvin, 1.0),
        "Cel" => (Quantity::Celsius, 1.0),
        "mm" => (Quantity::Length, 1.0),
        "cm" => (Quantity::Length, 10.0),
        "km" => (Quantity::Length, 1e6),
        "mm[Hg]" => (Quantity::Pressure, 1.0),
        "kPa" => (Quantity::Pressure, 1.0 / 0.133_322),
        "/min" => (Quantity::Rate, 1.0),
        "/s" => (Quantity::Rate, 60.0),
        "Ao2" => (Quantity::Area, 1.0),
        "g/mol" => (Quantity::MolarMass, 1.0),
        "mg/dL" => (Quantity::MassConcentration, 1.0),
        "mg/L" => (Quantity::MassConcentration, 0.1),
        "g/L" => (Quantity::MassConcentration, 100.0),
        "g/dL" => (Quantity::MassConcentration, 1000.0),
        "mmol/L" => (Quantity::AmountConcentration, 1.0),
        "nmol/L" => (Quantity::AmountConcentration, 1e-6),
        "umol/L" => (Quantity::AmountConcentration, 0.001),
        _ => return None,
    })
}

/// UCUM's annotations are for people: `{beats}/min` is `/min`, and `{score}` alone is a pure number.
fn without_annotation(unit: &str) -> String {
    let mut plain = unit.to_owned();
    while let (Some(open), Some(close)) = (plain.find('{'), plain.find('}')) {
        if close < open {
            break;
        }
        plain.replace_range(open..=close, "");
    }
    if plain.is_empty() && !unit.is_empty() {
        plain.push('1');
    }
    plain
}

/// Whether a manifest may use this unit.
pub(crate) fn is_known(unit: &str) -> bool {
    lookup(&without_annotation(unit)).is_some()
}

/// The value in another unit. Amounts and masses are converted only for a known substance.
pub fn convert(value: f64, from: &str, to: &str, substance: Option<Substance>) -> Result<f64, UnitError> {
    if from == to {
        return if is_known(to) { Ok(value) } else { Err(UnitError::Unknown(to.to_owned())) };
    }
    let find =
        |unit: &str| lookup(&without_annotation(unit)).ok_or_else(|| UnitError::Unknown(unit.to_owned()));
    let ((measured, factor), (wanted, divisor)) = (find(from)?, find(to)?);
    match (measured, wanted) {
        (Quantity::Celsius, Quantity::Kelvin) => return Ok(value + ZERO_CELSIUS),
        (Quantity::Kelvin, Quantity::Celsius) => return Ok(value - ZERO_CELSIUS),
        _ => {}
    }
    // mmol/L times g/mol is mg/L, and ten of those are one mg/dL.
    let change = match (measured, wanted, substance) {
        _ if measured == wanted => 1.0,
        (Quantity::AmountConcentration, Quantity::MassConcentration, Some(s)) => s.molar_mass() / 10.0,
        (Quantity::MassConcentration, Quantity::AmountConcentration, Some(s)) => 10.0 / s.molar_mass(),
        _ => return Err(UnitError::Incompatible { from: from.to_owned(), to: to.to_owned() }),
    };
    Ok(value * factor * change / divisor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: Result<f64, UnitError>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} is not {expected}");
    }

    #[test]
    fn amounts_become_masses_only_for_a_known_substance() {
        near(convert(5.2, "mmol/L", "mg/dL", Some(Substance::Cholesterol)), 201.058);
        near(convert(5.0, "mmol/L", "mg/dL", Some(Substance::Glucose)), 90.078);
        near(convert(90.078, "mg/dL", "mmol/L", Some(Substance::Glucose)), 5.0);
        near(convert(5000.0, "umol/L", "mg/dL", Some(Substance::Glucose)), 90.078);
        assert_eq!(
            convert(5.2, "mmol/L", "mg/dL", None),
            Err(UnitError::Incompatible { from: "mmol/L".into(), to: "mg/dL".into() })
        );
    }

    #[test]
    fn the_same_quantity_in_other_units_is_converted() {
        near(convert(16.0, "kPa", "mm[Hg]", None), 16.0 / 0.133_322);
        near(convert(2.01, "g/L", "mg/dL", Some(Substance::Cholesterol)), 201.0);
        near(convert(1.5, "/s", "/min", None), 90.0);
        near(convert(0.2, "cm", "mm", None), 2.0);
        near(convert(2.5, "km", "cm", None), 250_000.0);
        near(convert(5.0, "Cel", "K", None), 278.15);
        near(convert(2.0, "umol/L", "nmol/L", None), 2000.0);
        near(convert(4.5, "u[IU]/mL", "m[IU]/L", None), 4.5);
        near(convert(278.15, "K", "Cel", None), 5.0);
    }

    #[test]
    fn a_unit_s_annotation_is_ignored() {
        near(convert(72.0, "{beats}/min", "/min", None), 72.0);
        near(convert(3.0, "{score}", "1", None), 3.0);
        near(convert(3.0, "{case}", "{case}", None), 3.0);
    }

    #[test]
    fn unknown_units_and_units_of_another_quantity_are_refused() {
        for unit in ["mmHg", "MG/DL", "", "}{", "bpm"] {
            assert_eq!(convert(1.0, unit, "mm[Hg]", None), Err(UnitError::Unknown(unit.into())), "{unit:?}");
        }
        assert_eq!(
            convert(120.0, "mg/dL", "mm[Hg]", Some(Substance::Glucose)),
            Err(UnitError::Incompatible { from: "mg/dL".into(), to: "mm[Hg]".into() })
        );
        assert_eq!(convert(1.0, "furlong", "furlong", None), Err(UnitError::Unknown("furlong".into())));
    }
}
