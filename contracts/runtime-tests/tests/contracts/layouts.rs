//! What the contracts store, by the bundles that go on chain: the number of a layout stands for one set of stored types, a
//! storage key spells its name, and `docs/upgrades.md` lists every key.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use ink::metadata::layout::Layout;
use ink::metadata::InkProject;
use ink::scale_info::form::PortableForm;
use ink::scale_info::{Field, PortableRegistry, TypeDef};
use primitives::blake2_256;

/// The number of each contract's present layout.
const LAYOUTS: [(&str, u32); 7] = [
    ("access", access::LAYOUT),
    ("batches", batches::LAYOUT),
    ("evidence", evidence::LAYOUT),
    ("feeds", feeds::LAYOUT),
    ("governance", governance::LAYOUT),
    ("products", products::LAYOUT),
    ("units", units::LAYOUT),
];

/// The types behind each key, with the names that give them a meaning: two numbers that swap places encode alike.
type Stored = BTreeMap<String, String>;

/// The digest of what is stored, by contract and number of the layout: all that there ever were.
type Committed = BTreeMap<String, BTreeMap<String, String>>;

#[test]
fn the_number_of_a_layout_stands_for_one_set_of_stored_types() {
    let file = path("layouts.json");
    let mut committed: Committed = serde_json::from_str(&read("layouts.json")).unwrap();
    let write = std::env::var_os("THERIAC_LAYOUTS").is_some_and(|word| word == "write");
    for (contract, layout) in LAYOUTS {
        let (number, digest) = (format!("{layout:#010x}"), digest(&stored(contract)));
        let known = committed.entry(contract.to_owned()).or_default();
        if write {
            known.entry(number.clone()).or_insert_with(|| digest.clone());
        }
        assert_eq!(
            known.get(&number),
            Some(&digest),
            "{contract} stores other types than its layout {number} stands for: raise LAYOUT, let `migrate` bring the \
             storage over, and add the new number with THERIAC_LAYOUTS=write. Stored is now:\n{:#?}",
            stored(contract),
        );
        let latest = known.last_key_value().map(|(number, _)| number);
        assert_eq!(
            latest,
            Some(&number),
            "{contract}: no number is used again, and each is above those before"
        );
    }
    if write {
        let text = serde_json::to_string_pretty(&committed).unwrap();
        std::fs::write(file, text + "\n").unwrap();
    }
}

#[test]
fn every_contract_that_is_deployed_has_a_layout() {
    let artifacts: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&read("artifacts/artifacts.json")).unwrap();
    let deployed = artifacts.keys().filter(|name| !name.starts_with("fixture_"));
    assert!(deployed.eq(LAYOUTS.map(|(contract, _)| contract)));
}

#[test]
fn a_changed_type_changes_the_digest() {
    let (before, after) = (stored("evidence"), stored("fixture_evidence_next"));
    assert!(before.keys().eq(after.keys()), "the later version of evidence has the same keys");
    let changed: Vec<&String> = before.keys().filter(|key| before[*key] != after[*key]).collect();
    assert_eq!(changed, ["BATC"]);
    assert_ne!(digest(&before), digest(&after));
}

#[test]
fn the_documentation_lists_every_key() {
    let found: BTreeSet<(String, String)> = LAYOUTS
        .into_iter()
        .flat_map(|(contract, _)| stored(contract).into_keys().map(|key| (contract.to_owned(), key)))
        .collect();
    let documented = documented();
    let missing: Vec<_> = found.difference(&documented).collect();
    let surplus: Vec<_> = documented.difference(&found).collect();
    assert!(missing.is_empty(), "docs/upgrades.md lacks {missing:?}");
    assert!(surplus.is_empty(), "docs/upgrades.md has {surplus:?}, which are not stored");
}

/// The rows of the table in `docs/upgrades.md`: contracts with commas between them, or all; a key; what it holds.
fn documented() -> BTreeSet<(String, String)> {
    let mut rows = BTreeSet::new();
    for line in read("../docs/upgrades.md").lines() {
        let [_, contracts, key, ..] = line.split('|').map(str::trim).collect::<Vec<_>>()[..] else {
            continue;
        };
        let Some(key) = key.strip_prefix('`').and_then(|key| key.strip_suffix('`')) else { continue };
        let contracts: Vec<&str> = match contracts {
            "all" => LAYOUTS.map(|(contract, _)| contract).to_vec(),
            some => some.split(", ").collect(),
        };
        for contract in contracts {
            assert!(rows.insert((contract.to_owned(), key.to_owned())), "{contract} has {key} twice");
        }
    }
    rows
}

/// What the contract of this bundle stores.
fn stored(contract: &str) -> Stored {
    let project: InkProject = serde_json::from_str(&read(&format!("artifacts/{contract}.contract"))).unwrap();
    let Layout::Root(root) = project.layout() else { panic!("{contract} has no root") };
    assert_eq!(*root.root_key().key(), 0);
    let mut stored = Stored::new();
    collect(contract, root.layout(), project.registry(), &mut stored);
    stored
}

fn collect(contract: &str, layout: &Layout<PortableForm>, types: &PortableRegistry, stored: &mut Stored) {
    match layout {
        Layout::Struct(fields) => {
            fields.fields().iter().for_each(|field| collect(contract, field.layout(), types, stored));
        }
        Layout::Root(root) => {
            let key = spelled(*root.root_key().key())
                .unwrap_or_else(|| panic!("{contract}: the key {:?} does not spell a name", root.root_key()));
            let ty = types.resolve(root.ty().id).unwrap();
            let [krate, module, kind] = &ty.path.segments[..] else { panic!("{contract}: {key}: {ty:?}") };
            assert_eq!((krate.as_str(), module.as_str()), ("kernel", "storage"), "{contract}: {key}");
            let params: Vec<String> =
                ty.type_params.iter().map(|param| shape(types, param.ty.unwrap().id)).collect();
            let text = format!("{kind}<{}>", params.join(", "));
            assert_eq!(stored.insert(key.clone(), text), None, "{contract} has {key} twice");
        }
        other => panic!("{contract} stores something outside of Item and Map: {other:?}"),
    }
}

/// The four capital letters that a key spells.
fn spelled(key: u32) -> Option<String> {
    let letters = key.to_be_bytes();
    letters.iter().all(u8::is_ascii_uppercase).then(|| String::from_utf8_lossy(&letters).into_owned())
}

/// A type in full: its name, its fields and variants with theirs, down to what SCALE knows itself.
fn shape(types: &PortableRegistry, id: u32) -> String {
    let ty = types.resolve(id).unwrap();
    let name = ty.path.ident().unwrap_or_default();
    match &ty.type_def {
        TypeDef::Composite(it) => format!("{name}{}", fields(types, &it.fields)),
        TypeDef::Variant(it) => {
            let variant = |variant: &ink::scale_info::Variant<PortableForm>| {
                format!("{} {}{}", variant.index, variant.name, fields(types, &variant.fields))
            };
            format!("{name}[{}]", it.variants.iter().map(variant).collect::<Vec<_>>().join(", "))
        }
        TypeDef::Sequence(it) => format!("Vec<{}>", shape(types, it.type_param.id)),
        TypeDef::Array(it) => format!("[{}; {}]", shape(types, it.type_param.id), it.len),
        TypeDef::Tuple(it) => {
            let members: Vec<String> = it.fields.iter().map(|member| shape(types, member.id)).collect();
            format!("({})", members.join(", "))
        }
        TypeDef::Primitive(it) => format!("{it:?}").to_lowercase(),
        TypeDef::Compact(it) => format!("Compact<{}>", shape(types, it.type_param.id)),
        TypeDef::BitSequence(it) => panic!("no contract stores bits: {it:?}"),
    }
}

fn fields(types: &PortableRegistry, fields: &[Field<PortableForm>]) -> String {
    let field = |field: &Field<PortableForm>| {
        let name = field.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        format!("{name}{}", shape(types, field.ty.id))
    };
    match fields {
        [] => String::new(),
        _ => format!("({})", fields.iter().map(field).collect::<Vec<_>>().join(", ")),
    }
}

fn digest(stored: &Stored) -> String {
    let lines: String = stored.iter().map(|(key, types)| format!("{key} {types}\n")).collect();
    hex::encode(blake2_256(lines.as_bytes()))
}

/// A file of the folder `contracts`.
fn path(file: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", file].iter().collect()
}

fn read(file: &str) -> String {
    let file = path(file);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
