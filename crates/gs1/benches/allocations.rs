//! How often codes allocate: `cargo bench --package gs1 --bench allocations`.
#![allow(missing_docs, clippy::unwrap_used)]
// Counting allocations takes an allocator, whose trait is unsafe.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use gs1::{Ai, Elements, MedicinePack, Rules, CANONICAL_STEM};

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
    println!("{name:<28}{count:>3} allocations {bytes:>6} bytes");
}

fn main() {
    const YEAR: u16 = 2026;
    let scan = "]d201095060001343521727123110ABC-123\u{1d}21S0000042";
    measure("check a GTIN", || Ai::GTIN.definition().check(b"09506000134352", &Rules::new(YEAR)).unwrap());
    measure("parse an element string", || Elements::parse(&scan[3..], YEAR).unwrap());
    measure("parse a scan", || Elements::parse(scan, YEAR).unwrap());
    let code = "(01)09506000134352(17)271231(10)ABC-123(21)S0000042";
    measure("parse brackets", || Elements::parse(code, YEAR).unwrap());
    let link = "https://id.gs1.org/01/09506000134352/10/ABC-123/21/S0000042?17=271231";
    measure("parse a link", || Elements::parse(link, YEAR).unwrap());
    let escaped = "https://id.gs1.org/01/09506000134352/10/ABC%2F123/21/S%2B42?17=271231";
    measure("parse a link with escapes", || Elements::parse(escaped, YEAR).unwrap());
    measure("refuse a check digit", || Elements::parse("]d20109506000134353", YEAR).unwrap_err());
    measure("parse a pack", || MedicinePack::parse(scan, YEAR).unwrap());
    let elements = Elements::parse(scan, YEAR).unwrap();
    measure("check pairs", || elements.ensure_pairs().unwrap());
    measure("build an element string", || elements.to_element_string());
    measure("build brackets", || elements.to_bracketed());
    measure("build human readable text", || elements.to_hri());
    measure("build a link", || elements.to_digital_link(CANONICAL_STEM).unwrap());
}
