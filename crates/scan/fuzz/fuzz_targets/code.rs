//! Whatever a scanner sends is read in one way, and the pack that it names is the one that its own spelling names.
#![no_main]

use scan::Code;

libfuzzer_sys::fuzz_target!(|input: &str| {
    let code = Code::typed(input);
    if let Ok(pack) = code.parse(2026) {
        let link = pack.to_digital_link("https://id.gs1.org").expect("a pack has a link");
        let again = Code::typed(&link).parse(2026);
        let again = again.unwrap_or_else(|error| panic!("{link}: {error}"));
        assert_eq!(
            (again.gtin(), again.lot(), again.serial()),
            (pack.gtin(), pack.lot(), pack.serial()),
            "{link}"
        );
    }
    for (diagnosis, pack) in code.alternatives(2026) {
        assert!(diagnosis.corrected().is_some());
        assert!(pack.to_digital_link("https://id.gs1.org").is_ok());
    }
});
