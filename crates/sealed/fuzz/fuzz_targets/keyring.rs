//! Any text as a keyring.
#![no_main]

use sealed::Keyring;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(keyring) = Keyring::parse(text) {
        assert!(keyring.len() >= 1);
        let current = keyring.current().public();
        assert_eq!(keyring.find(&current.id()).expect("its own key").public(), current);
    }
});
