//! How long codes take: `cargo bench --package gs1 --bench throughput`.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use gs1::{scanner, Ai, Elements, MedicinePack, Parser, Rules, CANONICAL_STEM, MAX_INPUT};

const YEAR: u16 = 2026;

/// The code of a pack of medicine in each form.
const FORMS: [(&str, &str); 4] = [
    ("element string", "01095060001343521727123110ABC-123\u{1d}21S0000042"),
    ("scan", "]d201095060001343521727123110ABC-123\u{1d}21S0000042"),
    ("bracketed", "(01)09506000134352(17)271231(10)ABC-123(21)S0000042"),
    ("link", "https://id.gs1.org/01/09506000134352/10/ABC-123/21/S0000042?17=271231"),
];

fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse");
    for (form, code) in FORMS {
        group.throughput(Throughput::Bytes(code.len().try_into().unwrap()));
        group.bench_function(form, |b| b.iter(|| Elements::parse(black_box(code), YEAR).unwrap()));
    }
    group.bench_function("pack", |b| b.iter(|| MedicinePack::parse(black_box(FORMS[0].1), YEAR).unwrap()));
    group.finish();
}

fn validate(c: &mut Criterion) {
    let mut group = c.benchmark_group("validate");
    let rules = Rules::new(YEAR);
    for (name, ai, value) in [
        ("GTIN", Ai::GTIN, "09506000134352"),
        ("expiry", Ai::EXPIRY, "271231"),
        ("lot", Ai::LOT, "ABC-123"),
        ("IBAN", Ai::from_digits(b"8007").unwrap(), "MT84MALT011000012345MTLCAST001S"),
        ("coupon", Ai::from_digits(b"8110").unwrap(), "106141416543213500110000310123196000"),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| black_box(ai).definition().check(black_box(value.as_bytes()), &rules).unwrap());
        });
    }
    let elements = Elements::parse(FORMS[0].1, YEAR).unwrap();
    group.bench_function("pairs", |b| b.iter(|| black_box(&elements).ensure_pairs().unwrap()));
    group.finish();
}

fn build(c: &mut Criterion) {
    let mut group = c.benchmark_group("build");
    let elements = Elements::parse(FORMS[0].1, YEAR).unwrap();
    group.bench_function("element string", |b| b.iter(|| black_box(&elements).to_element_string()));
    group.bench_function("bracketed", |b| b.iter(|| black_box(&elements).to_bracketed()));
    group
        .bench_function("link", |b| b.iter(|| black_box(&elements).to_digital_link(CANONICAL_STEM).unwrap()));
    group.bench_function("human readable", |b| b.iter(|| black_box(&elements).to_hri()));
    group.finish();
}

/// Growing inputs of the kinds that could take more than linear time: the time per byte must not grow.
fn scaling(c: &mut Criterion) {
    let mut group = c.benchmark_group("scaling");
    group.sample_size(20);
    let parser = Parser::new(Rules::new(YEAR));
    for length in [512, 1024, 2048, 4096, MAX_INPUT] {
        group.throughput(Throughput::Bytes(length.try_into().unwrap()));
        let fill = |start: &str, unit: &str| {
            let units = (length - start.len()) / unit.len();
            format!("{start}{}", unit.repeat(units))
        };
        // The same field again and again, parameters that mean nothing, escapes, and a path without a key.
        for (name, input) in [
            ("fields", fill("", "0109506000134352")),
            ("parameters", fill("https://a/01/09506000134352?", "a=1234567&")),
            ("escapes", fill("(01)09506000134352(10)", "\\(")),
            ("segments", fill("https://a", "/b/c")),
        ] {
            group.bench_with_input(BenchmarkId::new(name, length), &input, |b, input| {
                b.iter(|| parser.parse(black_box(input)).is_ok());
            });
        }
        let typed = fill("+d2", "0109506000134353");
        group.bench_with_input(BenchmarkId::new("diagnosis", length), &typed, |b, typed| {
            b.iter(|| scanner::diagnose(black_box(typed), &parser).is_some());
        });
    }
    group.finish();
}

criterion_group!(benches, parse, validate, build, scaling);
criterion_main!(benches);
