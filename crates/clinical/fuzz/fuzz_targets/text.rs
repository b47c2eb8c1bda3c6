//! Any text is read: no panic, and every mention is within the text.
#![no_main]

use std::sync::LazyLock;

use clinical::text::Finder;
use libfuzzer_sys::fuzz_target;

static FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::new().unwrap());

fuzz_target!(|text: &str| {
    let Ok(mentions) = FINDER.find(text) else { return };
    let count = text.chars().count();
    let mut end = 0;
    for mention in mentions {
        assert!(end <= mention.start && mention.start < mention.end && mention.end <= count);
        let cut: String = text.chars().skip(mention.start).take(mention.end - mention.start).collect();
        assert_eq!(text.get(mention.bytes.clone()), Some(cut.as_str()));
        end = mention.end;
    }
});
