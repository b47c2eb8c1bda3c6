use serde::{Deserialize, Serialize};

macro_rules! analytes {
    ($($(#[$doc:meta])* $name:ident, $mass:expr, $charge:expr;)+) => {
        /// What was measured, as far as a conversion depends on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Analyte {
            $($(#[$doc])* $name,)+
        }

        impl Analyte {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Grams per mole, where laboratories agree on what is weighed.
            #[must_use]
            pub fn molar_mass(self) -> Option<f64> {
                match self { $(Self::$name => $mass,)+ }
            }

            /// Equivalents per mole.
            #[must_use]
            pub fn charge(self) -> Option<f64> {
                match self { $(Self::$name => $charge,)+ }
            }
        }
    };
}

// Molar masses: PubChem (cholesterol CID 5997, D-glucose CID 5793, and so on), and the standard atomic weights of IUPAC
// (2021) for the ions. Phosphate and urea nitrogen are reported as the mass of phosphorus and of nitrogen.
analytes! {
    /// C₂₇H₄₆O; total, HDL and LDL cholesterol.
    Cholesterol, Some(386.65), None;
    /// C₆H₁₂O₆.
    Glucose, Some(180.156), None;
    /// As triolein, C₅₇H₁₀₄O₆, by which laboratories convert triglycerides.
    Triglycerides, Some(885.4), None;
    /// C₄H₇N₃O.
    Creatinine, Some(113.12), None;
    /// CH₄N₂O, weighed whole.
    Urea, Some(60.056), None;
    /// Urea by its nitrogen (blood urea nitrogen): two atoms in each molecule.
    UreaNitrogen, Some(28.014), None;
    /// C₅H₄N₄O₃.
    Urate, Some(168.11), None;
    /// C₃₃H₃₆N₄O₆.
    Bilirubin, Some(584.7), None;
    /// C₁₅H₁₁I₄NO₄.
    Thyroxine, Some(776.87), None;
    /// C₁₅H₁₂I₃NO₄.
    Triiodothyronine, Some(650.97), None;
    /// K⁺.
    Potassium, Some(39.098), Some(1.0);
    /// Na⁺.
    Sodium, Some(22.990), Some(1.0);
    /// Cl⁻.
    Chloride, Some(35.45), Some(1.0);
    /// HCO₃⁻.
    Bicarbonate, Some(61.017), Some(1.0);
    /// Ca²⁺.
    Calcium, Some(40.078), Some(2.0);
    /// Mg²⁺.
    Magnesium, Some(24.305), Some(2.0);
    /// By its phosphorus; its charge depends on the acidity.
    Phosphate, Some(30.974), None;
    /// Fe.
    Iron, Some(55.845), None;
}
