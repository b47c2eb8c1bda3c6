//! Whatever is sent as a picture is read within its limits, or refused.
#![no_main]

use scan::picture::Limits;
use scan::Code;

/// Small ones, so that many are tried.
const LIMITS: Limits = Limits { bytes: 64 << 10, pixels: 100_000 };

// A panic of a decoder that is caught is an error of that one picture. One that is not caught ends the fuzzer all the same.
libfuzzer_sys::fuzz_target!(init: std::panic::set_hook(Box::new(|_| {})), |input: &[u8]| {
    if let Err(error) = Code::in_picture(input, LIMITS) {
        assert!(error.name().starts_with("picture/") && !error.to_string().is_empty());
    }
});
