//! Several packs of one batch, as people name them.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::Args;
use gs1::{validate_serial, Gtin};
use primitives::{BatchId, MultiProof, SerialTree, MAX_UNITS};
use scan::{lot_of, Code};

use crate::code;
use crate::failure::Failure;
use crate::goods::lot;

/// The largest file with packs that is read, in bytes.
const MAX_FILE: usize = 16 << 20;

/// Names packs of one batch.
#[derive(Args, Debug)]
pub struct PacksArgs {
    /// The packs: their codes as scanned, all of one batch; or their serials, with --gtin and --lot
    #[arg(value_name = "PACK", required_unless_present = "file")]
    packs: Vec<String>,
    /// A file with packs, one on each line
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Their trade item's GTIN, 8 to 14 digits, where packs are named by serial
    #[arg(long, requires = "lot")]
    gtin: Option<Gtin>,
    /// Their lot, where packs are named by serial
    #[arg(long, requires = "gtin", value_parser = lot)]
    lot: Option<String>,
}

/// Serials in the order of the tree, with one proof of all.
pub type Proven = (Vec<Vec<u8>>, MultiProof);

/// Packs of one batch, each once.
#[derive(Debug, PartialEq, Eq)]
pub struct Packs {
    /// The trade item.
    pub gtin: Gtin,
    /// The lot.
    pub lot: String,
    /// Their serials.
    pub serials: Vec<String>,
}

impl PacksArgs {
    /// The packs that the options name.
    pub fn packs(&self) -> Result<Packs, Failure> {
        let mut named = self.packs.clone();
        if let Some(path) = &self.file {
            let unreadable = |error: &dyn std::fmt::Display| {
                Failure::bad_input(format!("the file with packs {error}; write one on each line"))
            };
            let bytes = files::read(path, MAX_FILE).map_err(|error| unreadable(&error))?;
            let text = String::from_utf8(bytes)
                .map_err(|_| unreadable(&format!("{} is not UTF-8 text", path.display())))?;
            named.extend(text.lines().filter(|line| !line.is_empty()).map(str::to_owned));
        }
        let packs = match (self.gtin, &self.lot) {
            (Some(gtin), Some(lot)) => Packs { gtin, lot: lot.clone(), serials: named },
            _ => of_codes(&named)?,
        };
        packs.checked()
    }
}

/// Packs by their codes.
fn of_codes(codes: &[String]) -> Result<Packs, Failure> {
    let mut packs: Option<Packs> = None;
    for code in codes {
        let pack = code::parse(&Code::typed(code)).map_err(|failure| {
            failure.with_hint(&format!(
                "This is about {code:?}. Packs are named by their codes; or by their serials, with --gtin and --lot."
            ))
        })?;
        let lot = lot_of(&pack)?;
        let serial = pack.serial().ok_or_else(|| {
            Failure::bad_input(format!("the code {code:?} has no serial, AI (21); scan the square code"))
        })?;
        let packs = packs.get_or_insert_with(|| Packs {
            gtin: pack.gtin(),
            lot: lot.to_owned(),
            serials: Vec::new(),
        });
        if (packs.gtin, packs.lot.as_str()) != (pack.gtin(), lot) {
            return Err(Failure::bad_input(format!(
                "{code:?} is of another batch than {} lot {}; name the packs of one batch at a time",
                packs.gtin, packs.lot
            ))
            .with_code("packs/other-batch"));
        }
        packs.serials.push(serial.to_owned());
    }
    packs.ok_or_else(|| Failure::bad_input("no pack was named; give the packs' codes, or --file"))
}

impl Packs {
    fn checked(self) -> Result<Self, Failure> {
        let mut known = HashSet::new();
        for serial in &self.serials {
            validate_serial(serial.as_bytes())
                .map_err(|error| Failure::bad_input(format!("{serial:?} is not a serial: {error}")))?;
            if !known.insert(serial.as_str()) {
                return Err(Failure::bad_input(format!(
                    "the pack with the serial {serial} is named twice; name each once"
                ))
                .with_code("packs/named-twice"));
            }
        }
        if self.serials.is_empty() {
            return Err(Failure::bad_input("no pack was named; give the packs' codes or serials, or --file"));
        }
        Ok(self)
    }

    /// Their batch.
    pub fn batch(&self) -> BatchId {
        BatchId::of(self.gtin.value(), self.lot.as_bytes())
    }

    /// The serials in parts that one call names, at most so many each.
    pub fn parts(&self, most: usize) -> Vec<Vec<Vec<u8>>> {
        self.serials.chunks(most.max(1)).map(bytes).collect()
    }

    /// The serials in the order of the tree, in parts that one call names, each with its proof.
    pub fn proven(&self, tree: &SerialTree) -> Result<Vec<Proven>, Failure> {
        let missing = || {
            let missing = self.serials.iter().find(|serial| tree.prove(serial.as_bytes()).is_none());
            let missing = missing.map(String::as_str).unwrap_or_default();
            Failure::bad_input(format!(
                "the serial {missing} is not in the list of serials; compare it with the print: the pack may be forged"
            ))
            .with_code("packs/not-in-list")
        };
        let (order, _) = tree.prove_all(&self.serials).ok_or_else(missing)?;
        let sorted: Vec<String> =
            order.into_iter().filter_map(|place| self.serials.get(place).cloned()).collect();
        let part = |serials: &[String]| {
            let (_, proof) = tree.prove_all(serials).ok_or_else(missing)?;
            Ok((bytes(serials), proof))
        };
        sorted.chunks(MAX_UNITS).map(part).collect()
    }
}

fn bytes(serials: &[String]) -> Vec<Vec<u8>> {
    serials.iter().map(|serial| serial.as_bytes().to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::ManufacturerSecret;

    fn args(packs: &[&str]) -> PacksArgs {
        let packs = packs.iter().map(|pack| (*pack).to_owned()).collect();
        PacksArgs { packs, file: None, gtin: None, lot: None }
    }

    fn by_serial(serials: &[&str]) -> PacksArgs {
        PacksArgs { gtin: Gtin::new(9_506_000_134_352).ok(), lot: Some("A1".to_owned()), ..args(serials) }
    }

    fn code(lot: &str, serial: &str) -> String {
        format!("(01)09506000134352(10){lot}(21){serial}")
    }

    #[test]
    fn packs_are_named_by_codes_or_by_serials() {
        let codes = args(&[&code("A1", "S1"), &code("A1", "S2")]).packs().unwrap();
        assert_eq!(codes, by_serial(&["S1", "S2"]).packs().unwrap());
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "S1\nS2\n\n").unwrap();
        let in_file = PacksArgs { file: Some(file.path().to_owned()), ..by_serial(&[]) };
        assert_eq!(in_file.packs().unwrap(), codes);
    }

    #[test]
    fn a_pack_twice_of_another_batch_or_without_a_serial_is_named() {
        let refused = |args: PacksArgs| args.packs().unwrap_err().to_string();
        let twice = refused(by_serial(&["S1", "S2", "S1"]));
        assert_eq!(twice, "the pack with the serial S1 is named twice; name each once");
        let mixed = refused(args(&[&code("A1", "S1"), &code("B", "S2")]));
        assert!(mixed.contains("is of another batch than 09506000134352 lot A1"), "{mixed}");
        let without = refused(args(&["(01)09506000134352(10)A1"]));
        assert!(without.contains("has no serial"), "{without}");
        assert!(refused(by_serial(&["S 1"])).starts_with("\"S 1\" is not a serial: "));
        assert!(refused(args(&[])).starts_with("no pack was named"));
    }

    #[test]
    fn a_long_list_goes_in_parts_that_are_proven_in_the_order_of_the_tree() {
        let serials: Vec<String> = (0..120).map(|number| format!("S{number:03}")).collect();
        let packs = Packs { serials, ..by_serial(&["S1"]).packs().unwrap() };
        let key = ManufacturerSecret::new([9; 32]).batch_key(packs.batch());
        let tree = SerialTree::new(packs.batch(), &packs.serials, &key).unwrap();
        let backwards = Packs { serials: packs.serials.iter().rev().cloned().collect(), ..packs };
        let parts = backwards.proven(&tree).unwrap();
        let sizes: Vec<usize> = parts.iter().map(|(part, _)| part.len()).collect();
        assert!(sizes.len() > 1 && sizes.iter().all(|size| *size <= MAX_UNITS), "{sizes:?}");
        assert_eq!(sizes.iter().sum::<usize>(), 120);
        assert_eq!(parts[0].0[0], b"S000");
        for (part, proof) in parts {
            let shown = proof.shown(backwards.batch(), &part).unwrap();
            assert_eq!(shown.root, tree.root());
        }
        let foreign = by_serial(&["S001", "X"]).packs().unwrap().proven(&tree).unwrap_err();
        assert!(foreign.to_string().starts_with("the serial X is not in the list"), "{foreign}");
    }
}
