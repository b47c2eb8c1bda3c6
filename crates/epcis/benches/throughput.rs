//! How long documents take: `cargo bench --package epcis --bench throughput`.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use epcis::Document;

const JSON: &str = include_str!("../tests/data/all-types.jsonld");
const XML: &str = include_str!("../tests/data/all-types.xml");

fn read(text: &str) -> Document {
    Document::read(text.as_bytes()).unwrap()
}

/// Reading, checking, hashing and writing of a document with one event of each type.
fn document(c: &mut Criterion) {
    let mut group = c.benchmark_group("five events");
    group.throughput(Throughput::Elements(5));
    let document = read(JSON);
    group.bench_function("parse JSON-LD", |b| b.iter(|| read(black_box(JSON))));
    group.bench_function("parse XML", |b| b.iter(|| read(black_box(XML))));
    group.bench_function("validate", |b| b.iter(|| black_box(&document).validate().unwrap()));
    group.bench_function("CBV hash", |b| {
        b.iter(|| black_box(&document).events().map(|event| event.cbv_hash()).collect::<Vec<_>>());
    });
    group.bench_function("strict hash", |b| {
        b.iter(|| black_box(&document).events().map(|event| event.strict_hash()).collect::<Vec<_>>());
    });
    group.bench_function("write", |b| b.iter(|| black_box(&document).to_json()));
    group.finish();
}

/// An event with this many EPCs.
fn large(epcs: usize) -> String {
    let epcs: Vec<String> =
        (0..epcs).map(|number| format!(r#""urn:epc:id:sgtin:9506000.013435.{number}""#)).collect();
    format!(
        r#"{{"@context": [], "type": "ObjectEvent", "eventTime": "2026-05-01T08:00:00Z",
        "eventTimeZoneOffset": "+00:00", "action": "ADD", "epcList": [{}]}}"#,
        epcs.join(",")
    )
}

/// The time for each EPC must stay constant, however many an event has.
fn growth(c: &mut Criterion) {
    let mut group = c.benchmark_group("one event with many EPCs");
    group.sample_size(10);
    for epcs in [100usize, 1_000, 10_000, 100_000] {
        group.throughput(Throughput::Elements(epcs.try_into().unwrap()));
        let text = large(epcs);
        group.bench_function(BenchmarkId::new("parse", epcs), |b| b.iter(|| read(black_box(&text))));
        let document = read(&text);
        group.bench_function(BenchmarkId::new("validate", epcs), |b| {
            b.iter(|| black_box(&document).validate().unwrap());
        });
        group.bench_function(BenchmarkId::new("CBV hash", epcs), |b| {
            b.iter(|| black_box(&document).events().next().unwrap().cbv_hash());
        });
        group.bench_function(BenchmarkId::new("strict hash", epcs), |b| {
            b.iter(|| black_box(&document).events().next().unwrap().strict_hash());
        });
    }
    group.finish();
}

criterion_group!(benches, document, growth);
criterion_main!(benches);
