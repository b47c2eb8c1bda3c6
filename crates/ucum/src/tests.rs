use proptest::prelude::*;

use super::*;

#[track_caller]
fn near(found: Result<f64, UnitError>, expected: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} is not {expected}");
}

#[track_caller]
fn refused(from: &str, to: &str, analyte: Option<Analyte>) {
    let expected = Err(UnitError::Incompatible { from: from.into(), to: to.into() });
    assert_eq!(convert(6.5, from, to, analyte), expected);
}

#[test]
fn amounts_become_masses_only_for_a_known_analyte() {
    near(convert(5.2, "mmol/L", "mg/dL", Some(Analyte::Cholesterol)), 201.058);
    near(convert(5.0, "mmol/L", "mg/dL", Some(Analyte::Glucose)), 90.078);
    near(convert(90.078, "mg/dL", "mmol/L", Some(Analyte::Glucose)), 5.0);
    near(convert(5000.0, "umol/L", "mg/dL", Some(Analyte::Glucose)), 90.078);
    refused("mmol/L", "mg/dL", None);
}

#[test]
fn an_equivalent_is_a_mole_divided_by_the_charge() {
    near(convert(4.2, "meq/L", "mmol/L", Some(Analyte::Potassium)), 4.2);
    near(convert(5.0, "meq/L", "mmol/L", Some(Analyte::Calcium)), 2.5);
    near(convert(2.5, "mmol/L", "meq/L", Some(Analyte::Calcium)), 5.0);
    near(convert(5.0, "mEq/L", "mg/dL", Some(Analyte::Calcium)), 10.0195);
    refused("meq/L", "mmol/L", None);
    refused("meq/L", "mmol/L", Some(Analyte::Glucose));
}

#[test]
fn a_share_is_no_amount_of_substance() {
    // By UCUM alone 6.5 % of glycated haemoglobin would be 65 mmol/mol; it is 48.
    refused("%{HbA1c}", "mmol/mol", None);
    refused("10*3/uL", "mmol/L", None);
    refused("%", "mmol/L", Some(Analyte::Glucose));
    near(convert(12.0, "%", "1", None), 0.12);
}

#[test]
fn a_clearance_for_the_standard_body_surface_is_another_than_the_patient_s() {
    refused("mL/min", "mL/min/{1.73_m2}", None);
    refused("mL/min/{1.73_m2}", "mL/min", None);
    for unit in
        ["mL/min/{1.73_m2}", "mL/min/{1.73m2}", "mL/min/1.73.m2", "mL/min/1.73m2", "mL/min{1.73_sq.m}"]
    {
        near(convert(85.0, unit, "mL/min/{1.73_m2}", None), 85.0);
    }
    near(convert(1.5, "mL/s/{1.73_m2}", "mL/min/{1.73_m2}", None), 90.0);
}

#[test]
fn events_of_different_kinds_are_not_converted() {
    for (from, to) in
        [("Hz", "/min"), ("Bq", "/s"), ("U/L", "umol/min/L"), ("[pH]", "mol/L"), ("mosm/L", "mmol/L")]
    {
        refused(from, to, None);
    }
    near(convert(35.0, "U/L", "ukat/L", None), 35.0 / 60.0);
    near(convert(72.0, "{beat}/min", "/min", None), 72.0);
    near(convert(1.5, "/s", "/min", None), 90.0);
}

#[test]
fn the_same_quantity_in_other_units_is_converted() {
    near(convert(20.3, "kPa", "mm[Hg]", None), 20.3 / 0.133_322);
    near(convert(150.0, "[lb_av]", "kg", None), 68.038_855_5);
    near(convert(98.6, "[degF]", "Cel", None), 37.0);
    near(convert(5.0, "Cel", "K", None), 278.15);
    near(convert(7.5, "10*3/uL", "10*9/L", None), 7.5);
    near(convert(4.5, "u[IU]/mL", "m[IU]/L", None), 4.5);
    near(convert(3.0, "{score}", "1", None), 3.0);
    near(convert(3.0, "$", "$", None), 3.0);
    assert_eq!(convert(0.1 + 0.2, "mg/dL", "mg/dL", None), Ok(0.1 + 0.2));
}

#[test]
fn a_conversion_has_the_same_bits_on_every_machine() {
    // Commitments to a model's inputs are made of them.
    for (value, from, to, analyte, bits) in [
        (20.3, "kPa", "mm[Hg]", None, 0x4063086a06134d2e),
        (200.0, "mg/dL", "mmol/L", Some(Analyte::Cholesterol), 0x4014b0c7b04890de),
        (98.6, "[degF]", "Cel", None, 0x4042800000000000),
        (5.0, "mEq/L", "mg/dL", Some(Analyte::Calcium), 0x402409fbe76c8b44),
    ] {
        let found = convert(value, from, to, analyte).unwrap();
        assert_eq!(found.to_bits(), bits, "{value} {from} is {found} {to}, {:#018x}", found.to_bits());
    }
}

#[test]
fn other_codes_and_other_quantities_are_refused_by_name() {
    for unit in ["mmHg", "MG/DL", "", "}{", "bpm", "°C", "µg", "IU/L", " mg", "furlong", "mg//dL"] {
        assert_eq!(convert(1.0, unit, "mm[Hg]", None), Err(UnitError::Unknown(unit.into())), "{unit:?}");
        assert!(!is_known(unit), "{unit:?}");
    }
    refused("mg/dL", "mm[Hg]", Some(Analyte::Glucose));
    refused("[IU]/L", "mg/L", None);
    assert_eq!(convert(1.0, "$", "mg", None), Err(UnitError::Unknown("$".into())));
}

#[test]
fn a_unit_of_a_million_characters_is_refused_unread() {
    for unit in ["m".repeat(1_000_000), "(".repeat(1_000_000), format!("mg{{{}}}", "a".repeat(1_000_000))] {
        assert_eq!(convert(1.0, &unit, "mg", None), Err(UnitError::TooLong));
        assert!(!is_known(&unit));
    }
    assert_eq!(
        convert(1.0, &"(".repeat(MAX_UNIT_BYTES), "mg", None),
        Err(UnitError::Unknown("(".repeat(64)))
    );
    assert!(convert(f64::MAX, "10*30", "1", None).is_err());
}

#[test]
fn what_is_no_number_is_not_converted_to_its_own_unit_either() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for unit in ["$", "mg/dL"] {
            let error = UnitError::Incompatible { from: unit.into(), to: unit.into() };
            assert_eq!(convert(value, unit, unit, None), Err(error));
        }
    }
    assert_eq!(convert(2.5, "$", "$", None), Ok(2.5));
}

#[test]
fn names_in_manifests_are_those_of_the_table() {
    let named = |name: &str| serde_json::from_value::<Analyte>(name.into());
    assert_eq!(named("urea-nitrogen").unwrap(), Analyte::UreaNitrogen);
    assert!(named("unobtainium").is_err());
    for analyte in Analyte::ALL {
        assert!(analyte.molar_mass().is_some_and(|mass| (10.0..1000.0).contains(&mass)), "{analyte:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_unit_or_a_named_error(from in "\\PC{0,80}", to in "[a-zA-Z0-9*./{}\\[\\]()-]{0,30}", value: f64) {
        let _ = convert(value, &from, &to, Some(Analyte::Calcium));
    }

    #[test]
    fn there_and_back_is_the_same_value(
        value in 0.01_f64..10_000.0,
        pair in prop::sample::select(vec![("kPa", "mm[Hg]"), ("mmol/L", "mg/dL"), ("meq/L", "mg/dL"), ("Cel", "[degF]")]),
    ) {
        let (one, other) = pair;
        let there = convert(value, one, other, Some(Analyte::Calcium)).unwrap();
        let back = convert(there, other, one, Some(Analyte::Calcium)).unwrap();
        prop_assert!((back - value).abs() <= 1e-12 * value.max(32.0), "{value} {there} {back}");
    }
}
