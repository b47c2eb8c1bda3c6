//! How often documents allocate: `cargo bench --package epcis --bench allocations`.
#![allow(missing_docs, clippy::unwrap_used)]
// Counting allocations takes an allocator, whose trait is unsafe.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use epcis::Document;

static COUNT: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

struct Counting;

// SAFETY: all calls go to the system's allocator; `realloc` and `alloc_zeroed` call `alloc` by default.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Relaxed);
        BYTES.fetch_add(layout.size().try_into().unwrap_or(u64::MAX), Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn measure<T>(name: &str, run: impl Fn() -> T) {
    let before = (COUNT.load(Relaxed), BYTES.load(Relaxed));
    black_box(run());
    let count = COUNT.load(Relaxed).saturating_sub(before.0);
    let bytes = BYTES.load(Relaxed).saturating_sub(before.1);
    println!("{name:<28}{count:>5} allocations {bytes:>7} bytes");
}

/// All for a document with one event of each type.
fn main() {
    let (json, xml) =
        (include_bytes!("../tests/data/all-types.jsonld"), include_bytes!("../tests/data/all-types.xml"));
    let document = Document::read(json).unwrap();
    println!("JSON-LD of {} bytes, XML of {} bytes, five events", json.len(), xml.len());
    measure("parse JSON-LD", || Document::read(json).unwrap());
    measure("parse XML", || Document::read(xml).unwrap());
    measure("validate", || document.validate().unwrap());
    measure("CBV hash", || document.events().map(|event| event.cbv_hash()).collect::<Vec<_>>());
    measure("strict hash", || document.events().map(|event| event.strict_hash()).collect::<Vec<_>>());
    measure("write", || document.to_json());
}
