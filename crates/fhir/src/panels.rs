//! Panels: observations whose values are their components.

/// The LOINC codes of the panels that have this LOINC code as a component.
///
/// A search by `code` finds an observation by its own code only, never by that of a component
/// (<https://hl7.org/fhir/R4/observation.html#search>), and not every server knows `combo-code`. So a search for a
/// component must include its panels. Source: LOINC 2.77, panels 85354-9, 55284-4 and 35094-2.
#[must_use]
pub fn panels_with(component: &str) -> &'static [&'static str] {
    match component {
        // Systolic and diastolic blood pressure.
        "8480-6" | "8462-4" => &["85354-9", "55284-4", "35094-2"],
        _ => &[],
    }
}
