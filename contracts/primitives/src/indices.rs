//! `indices.txt` lists every shared enum with its SCALE indices and the types behind each variant. It is a promise: what
//! is on chain, in files and in other programs is read by it. So an index may be added, and none may change or go.

use std::collections::BTreeMap;
use std::fmt::Write;

use scale_info::form::PortableForm;
use scale_info::{PortableRegistry, Registry, Type, TypeDef};

use crate::{access, batches, evidence, feeds, governance, products, units, Role};

const COMMITTED: &str = include_str!("../indices.txt");

/// Every type that is an argument, an answer, an event or stored, and that reaches all others.
fn registry() -> PortableRegistry {
    let mut registry = Registry::new();
    macro_rules! register {
        ($($type:ty),* $(,)?) => {$(registry.register_type(&scale_info::meta_type::<$type>());)*};
    }
    register!(
        Role,
        access::Change,
        access::Error,
        batches::Arrival,
        batches::Booking,
        batches::BookingError,
        batches::ClearanceReason,
        batches::Contents,
        batches::Error,
        batches::Goods,
        batches::QuarantineError,
        batches::QuarantineReason,
        batches::QuarantineTarget,
        batches::Recall,
        batches::RejectionReason,
        batches::Shipment,
        batches::UnitState,
        evidence::Error,
        feeds::Error,
        feeds::Feed,
        governance::Action,
        governance::Error,
        governance::Identifier,
        products::Attestation,
        products::Error,
        units::Alarm,
        units::Error,
        units::Outcome,
        units::Reason,
        units::Resolution,
        units::UnitOutcome,
    );
    registry.into()
}

fn listed() -> String {
    let registry = registry();
    let mut enums = BTreeMap::new();
    for entry in &registry.types {
        let Type { path, type_def: TypeDef::Variant(variants), .. } = &entry.ty else { continue };
        // Those of the language, such as Option and Result, are SCALE's own.
        let [first, ..] = &path.segments[..] else { continue };
        if *first != env!("CARGO_CRATE_NAME") {
            continue;
        }
        let mut lines = String::new();
        for variant in &variants.variants {
            let fields: Vec<String> =
                variant.fields.iter().map(|field| field_text(&registry, field)).collect();
            let fields = if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) };
            writeln!(lines, "  {} {}{fields}", variant.index, variant.name).unwrap();
        }
        // By its public path: modules below the contract's are private.
        let name = match &path.segments[..] {
            [_, contract, .., name] => format!("{contract}::{name}"),
            segments => segments.join("::"),
        };
        assert_eq!(enums.insert(name, lines), None, "two enums with one path");
    }
    enums.into_iter().map(|(path, lines)| format!("{path}\n{lines}")).collect()
}

fn field_text(registry: &PortableRegistry, field: &scale_info::Field<PortableForm>) -> String {
    let name = field.name.as_deref().map(|name| format!("{name}: ")).unwrap_or_default();
    let ty = registry.resolve(field.ty.id).unwrap();
    let text = field.type_name.clone().unwrap_or_else(|| ty.path.segments.join("::"));
    format!("{name}{text}")
}

#[test]
fn indices_are_the_committed_ones() {
    let listed = listed();
    if std::env::var_os("THERIAC_INDICES").is_some_and(|word| word == "write") {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/indices.txt"), &listed).unwrap();
        return;
    }
    assert_eq!(
        COMMITTED, listed,
        "an index moved, or the list lacks a new one. Add new variants behind the last index, and write the list anew \
         with THERIAC_INDICES=write"
    );
}

#[test]
fn roles_fit_into_their_set_and_bits_are_indices() {
    for (index, role) in Role::ALL.into_iter().enumerate() {
        assert_eq!(role as usize, index, "ALL is in the order of the indices");
        assert!((role as u32) < u32::BITS);
    }
}
