//! `theriac model units`: what is converted to what.

use std::fmt;

use inference::ucum::Analyte;
use serde::Serialize;

use crate::answer::Answer;
use crate::failure::Failure;

/// Runs `theriac model units`.
pub fn run() -> Result<Answer, Failure> {
    Answer::of(&UnitsView {
        alike: "Units of one kind (UCUM): mm[Hg] and kPa, [lb_av] and kg, Cel and [degF], U/L and ukat/L. What is in braces \
                is not a unit, and is never converted: %{HbA1c} is not mmol/mol",
        analytes: Analyte::ALL.iter().map(|analyte| AnalyteView::of(*analyte)).collect(),
    })
}

/// A substance as a manifest has it.
fn named(substance: &Analyte) -> Result<String, fmt::Error> {
    match serde_json::to_value(substance) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        _ => Err(fmt::Error),
    }
}

#[derive(Serialize)]
struct UnitsView {
    /// Conversions that need no substance.
    alike: &'static str,
    /// Conversions that need one.
    analytes: Vec<AnalyteView>,
}

#[derive(Serialize)]
struct AnalyteView {
    /// As `substance` of an input has it.
    substance: Analyte,
    /// Grams per mole, for mass and amount.
    molar_mass: Option<f64>,
    /// The charge of an ion, for amount and equivalents.
    charge: Option<f64>,
}

impl AnalyteView {
    fn of(substance: Analyte) -> Self {
        Self { substance, molar_mass: substance.molar_mass(), charge: substance.charge() }
    }
}

impl fmt::Display for UnitsView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}.\n", self.alike)?;
        writeln!(f, "With \"substance\" in the manifest's input, also:")?;
        for AnalyteView { substance, molar_mass, charge } in &self.analytes {
            let mass = molar_mass.map(|mass| format!("mg/dL and mmol/L by {mass} g/mol"));
            let charge = charge.map(|charge| format!("mmol/L and meq/L by a charge of {charge}"));
            let ways: Vec<String> = mass.into_iter().chain(charge).collect();
            writeln!(f, "  {:<15} {}", named(substance)?, ways.join("; "))?;
        }
        Ok(())
    }
}
