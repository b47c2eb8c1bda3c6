use super::*;

/// Three inputs: a required age, a cholesterol in mg/dL, and a yes or no that may be missing.
fn manifest() -> Manifest {
    Manifest::parse(crate::manifest::tests::SMALL.as_bytes()).unwrap()
}

/// All inputs set except those named.
fn all_but<'m>(manifest: &'m Manifest, missing: &[&str]) -> Features<'m> {
    let mut features = Features::new(manifest);
    for (name, value, unit) in [("age", 50.0, "a"), ("cholesterol", 200.0, "mg/dL"), ("smoker", 1.0, "1")] {
        if !missing.contains(&name) {
            features.set(name, value, unit).unwrap();
        }
    }
    features
}

#[test]
fn values_are_converted_to_the_manifest_s_unit_and_put_in_its_order() {
    let manifest = manifest();
    let mut features = Features::new(&manifest);
    features.set("smoker", 0.0, "1").unwrap();
    features.set("cholesterol", 5.0, "mmol/L").unwrap();
    features.set("age", 60.0, "a").unwrap();
    let row: Vec<f64> = features.build().unwrap().row().collect();
    assert_eq!(row, [60.0, 193.325, 0.0]);
}

#[test]
fn a_missing_value_is_nan_for_the_graph() {
    let manifest = manifest();
    let row: Vec<f64> = all_but(&manifest, &["smoker"]).build().unwrap().row().collect();
    assert_eq!(row[..2], [50.0, 200.0]);
    assert!(row[2].is_nan());
}

#[test]
fn nan_and_infinities_are_refused_because_missing_inputs_are_left_out() {
    let manifest = manifest();
    let mut features = Features::new(&manifest);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(features.set("age", value, "a"), Err(FeatureError::NotFinite("age".into())));
    }
}

#[test]
fn a_value_outside_the_range_is_refused_without_repeating_it() {
    let manifest = manifest();
    let mut features = Features::new(&manifest);
    let error = FeatureError::OutOfRange {
        input: "cholesterol".into(),
        low: "85".into(),
        high: "603".into(),
        unit: "mg/dL".into(),
    };
    for value in [84.9, 603.1, -200.0, 0.0] {
        assert_eq!(features.set("cholesterol", value, "mg/dL"), Err(error.clone()));
    }
    // The right number in the wrong unit.
    assert_eq!(features.set("cholesterol", 200.0, "mmol/L"), Err(error.clone()));
    assert!(!error.to_string().contains("200"));
    features.set("cholesterol", 85.0, "mg/dL").unwrap();
}

#[test]
fn a_code_between_the_categories_is_refused() {
    let manifest = manifest();
    let refused = Features::new(&manifest).set("smoker", 0.5, "1");
    assert!(matches!(refused, Err(FeatureError::OutOfRange { input, .. }) if input == "smoker"));
}

#[test]
fn a_wrong_unit_an_unknown_name_and_a_second_value_are_refused() {
    let manifest = manifest();
    let mut features = Features::new(&manifest);
    assert_eq!(
        features.set("cholesterol", 200.0, "mm[Hg]"),
        Err(FeatureError::Unit {
            input: "cholesterol".into(),
            source: UnitError::Incompatible { from: "mm[Hg]".into(), to: "mg/dL".into() }
        })
    );
    assert_eq!(
        features.set("cholesterol", 200.0, "MG/DL"),
        Err(FeatureError::Unit { input: "cholesterol".into(), source: UnitError::Unknown("MG/DL".into()) })
    );
    assert_eq!(features.set("height", 180.0, "cm"), Err(FeatureError::UnknownInput("height".into())));
    features.set("age", 50.0, "a").unwrap();
    assert_eq!(features.set("age", 50.0, "a"), Err(FeatureError::Repeated("age".into())));
}

#[test]
fn required_inputs_and_the_number_of_missing_ones_are_checked() {
    let manifest = manifest();
    assert_eq!(all_but(&manifest, &["age", "smoker"]).missing().collect::<Vec<_>>(), ["age", "smoker"]);
    assert_eq!(all_but(&manifest, &["age"]).build(), Err(FeatureError::Required("age".into())));
    assert_eq!(
        all_but(&manifest, &["cholesterol", "smoker"]).build(),
        Err(FeatureError::TooManyMissing { missing: 2, allowed: 1, names: "cholesterol, smoker".into() })
    );
}

#[test]
fn the_commitment_is_the_documented_hash() {
    let manifest = manifest();
    let mut expected = b"theriac/inputs/1".to_vec();
    expected.extend([7; 32]);
    expected.extend(manifest.hash());
    expected.extend([1, 0x40, 0x49, 0, 0, 0, 0, 0, 0]);
    expected.extend([1, 0x40, 0x69, 0, 0, 0, 0, 0, 0]);
    expected.push(0);
    let vector = all_but(&manifest, &["smoker"]).build().unwrap();
    assert_eq!(vector.commitment(&[7; 32]), <[u8; 32]>::from(Sha256::digest(&expected)));
}

#[test]
fn the_commitment_changes_with_the_salt_the_values_and_the_manifest() {
    let manifest = manifest();
    let vector = all_but(&manifest, &[]).build().unwrap();
    let newer = crate::manifest::tests::SMALL.replace("1.0.0", "1.0.1");
    let newer = Manifest::parse(newer.as_bytes()).unwrap();
    let mut all = vec![
        vector.commitment(&[7; 32]),
        vector.commitment(&[8; 32]),
        all_but(&manifest, &["smoker"]).build().unwrap().commitment(&[7; 32]),
        all_but(&newer, &[]).build().unwrap().commitment(&[7; 32]),
    ];
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 4);

    let zero = |zero: f64| {
        let mut features = all_but(&manifest, &["smoker"]);
        features.set("smoker", zero, "1").unwrap();
        features.build().unwrap().commitment(&[7; 32])
    };
    assert_eq!(zero(0.0), zero(-0.0));
}

#[test]
fn the_debug_text_of_a_vector_has_no_measurement() {
    let manifest = manifest();
    let text = format!("{:?}", all_but(&manifest, &["smoker"]).build().unwrap());
    assert_eq!(text, "FeatureVector { inputs: 3, missing: 1, .. }");
}
