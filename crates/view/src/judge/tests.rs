use std::convert::Infallible;
use std::sync::Mutex;

use chain::{AccountId, Call, Deployed, Hash};
use primitives::batches::{RecallScope, RecallSet};
use primitives::units::{Outcome, Reasons};
use primitives::{BatchKey, SerialTree};
use scale::{Decode, Encode};
use testkit::register::{organisation, recall, site};

use super::*;

const YEAR: u16 = 2026;
const NOW: Timestamp = 1_790_000_000_000;
const GTIN: u64 = 9_506_000_134_352;
const CODE: &str = "(01)09506000134352(17)271231(10)ABC123(21)S1";

fn contracts() -> Contracts {
    let at = |address| Deployed { address: AccountId([address; 32]), code_hash: Hash::default() };
    Contracts {
        access: at(1),
        governance: at(2),
        batches: at(3),
        products: at(4),
        units: at(5),
        evidence: at(6),
        feeds: at(7),
    }
}

fn tree(serials: &[&str]) -> SerialTree {
    SerialTree::new(BatchId::of(GTIN, b"ABC123"), serials, &BatchKey::new([9; 32])).unwrap()
}

fn batch() -> Batch {
    Batch {
        registration: 0,
        gtin: GTIN,
        lot: b"ABC123".to_vec(),
        expiry: 271_231,
        expires_at: 1_830_297_599_999,
        quantity: 2,
        serial_root: Some(tree(&["S1", "S2"]).root()),
        units_per_case: None,
        manufacturer: 1,
        registered_at: 0,
        released_at: None,
        blocked: None,
        recalled_at: None,
        recalls: 0,
        ended_recalls: RecallSet::NONE,
    }
}

/// A register with one batch, which judges by batch, expiry and serial. It keeps what it was asked.
struct Register {
    batch: Batch,
    asked: Mutex<Vec<String>>,
}

impl Register {
    fn new(batch: Batch) -> Self {
        Self { batch, asked: Mutex::default() }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn verdict(&self, scan: &Scan) -> Verdict {
        let (batch, mut reasons) = (&self.batch, Reasons::default());
        if (scan.gtin, &scan.lot) != (batch.gtin, &batch.lot) {
            return Verdict::new(reasons.with(Reason::BatchUnknown), scan.site.is_some(), NOW);
        }
        if scan.expiry.is_some_and(|expiry| expiry != batch.expiry) {
            reasons = reasons.with(Reason::ExpiryMismatch);
        }
        reasons = match (&scan.serial, &scan.proof, batch.serial_root) {
            (None, _, _) => reasons.with(Reason::SerialMissing),
            (Some(_), None, _) => reasons.with(Reason::SerialUnproven),
            (Some(serial), Some(proof), Some(root)) => {
                let id = BatchId::of(batch.gtin, &batch.lot);
                match proof.verifies(id, serial, root, batch.quantity) {
                    true => reasons,
                    false => reasons.with(Reason::SerialNotInBatch),
                }
            }
            (Some(_), Some(_), None) => reasons.with(Reason::SerialsNotRegistered),
        };
        Verdict::new(reasons, scan.site.is_some(), NOW).with(Some(batch))
    }
}

impl Reads for Register {
    type Error = chain::Error;

    async fn read<T: Send>(&self, call: &Call<T>) -> Result<T, Self::Error> {
        self.asked.lock().unwrap().push(call.message().to_owned());
        let arguments = &mut &call.input()[4..];
        let answer = match call.message() {
            "verdict" => {
                let scan = Scan::decode(arguments).unwrap();
                Ok::<_, primitives::units::Error>(self.verdict(&scan)).encode()
            }
            "recalls" => vec![recall(RecallScope::Batch, NOW)].encode(),
            "organisation" => Some(organisation(1, "Alpha Pharma", 6_291_041_500_213)).encode(),
            "site" => Some(site(4, 2, "Corner Pharmacy", 6_291_041_500_237).site).encode(),
            other => panic!("{other} is not expected"),
        };
        // Behind the result of ink! itself.
        call.read_answer(0, [vec![0], answer].concat())
    }
}

/// A list of serials, which has a proof for each of them and one that fails for all others.
struct List(SerialTree);

impl List {
    fn of(serials: &[&str]) -> Self {
        Self(tree(serials))
    }

    fn given_now(&self, pack: MedicinePack) -> Option<Given> {
        let mut given = Given::new(pack).ok()?;
        if let Some(serial) = given.pack().serial() {
            let proof = self.0.prove(serial.as_bytes()).or_else(|| self.0.prove(b"S1")).unwrap();
            given.evidence = Some(Evidence { root: self.0.root(), proof, source: "the list".to_owned() });
        }
        Some(given)
    }
}

/// An answer of nobody, and an error of the chain.
struct Never(Infallible);

impl From<Never> for chain::Error {
    fn from(never: Never) -> Self {
        match never.0 {}
    }
}

impl Proves for List {
    type Error = Never;

    async fn given(&self, pack: MedicinePack) -> Result<Option<Given>, Self::Error> {
        Ok(self.given_now(pack))
    }
}

/// As a service does it: the future goes from thread to thread.
async fn judged_at(
    register: &Register,
    list: &List,
    text: &str,
    site: Option<SiteId>,
    now: u64,
) -> Judgement {
    fn movable<F: Future + Send>(future: F) -> F {
        future
    }
    let code = Code::typed(text);
    let given = list.given_now(code.parse(YEAR).unwrap()).unwrap();
    let asked = Asked { code: &code, given, site, now };
    movable(judge(register, &contracts(), asked, list)).await.unwrap()
}

async fn judged(register: &Register, list: &List, text: &str) -> Judged {
    match judged_at(register, list, text, None, NOW).await {
        Judgement::Pack(judged) => *judged,
        Judgement::Scanner(diagnosis) => panic!("{diagnosis}"),
    }
}

#[tokio::test]
async fn a_pack_of_the_list_is_genuine_by_one_question() {
    let (register, list) = (Register::new(batch()), List::of(&["S1", "S2"]));
    let judged = judged(&register, &list, CODE).await;
    assert_eq!((judged.verdict.outcome, judged.list_note), (Outcome::Genuine, None));
    assert_eq!(judged.names.organisation(1).name.as_deref(), Some("Alpha Pharma"));
    assert_eq!(register.asked(), ["verdict", "organisation"]);
}

#[tokio::test]
async fn the_list_of_another_registration_makes_no_pack_look_forged() {
    let (register, list) = (Register::new(batch()), List::of(&["S1", "S9"]));
    let judged = judged(&register, &list, CODE).await;
    assert!(judged.verdict.reasons.contains(Reason::SerialUnproven));
    assert!(!judged.verdict.reasons.contains(Reason::SerialNotInBatch));
    assert_eq!(
        judged.list_note.as_deref(),
        Some(
            "the list does not belong to the serials that were registered for this batch; get the right one from the \
             manufacturer"
        )
    );
    assert_eq!(register.asked(), ["verdict", "verdict", "organisation"]);
}

#[tokio::test]
async fn a_pack_that_the_register_knows_from_a_sound_scanner_is_the_scanners_fault() {
    let (register, list) = (Register::new(batch()), List::of(&["S1", "S2"]));
    // Caps Lock makes another lot, which nobody has registered.
    let text = "]d201095060001343521727123110abc123\u{1d}21s1";
    let Judgement::Scanner(diagnosis) = judged_at(&register, &list, text, None, NOW).await else {
        panic!("{text} is judged")
    };
    assert_eq!(diagnosis.fault.name(), "caps_lock");
    assert_eq!(diagnosis.corrected().unwrap().to_bracketed(), CODE);
}

#[tokio::test]
async fn a_forged_serial_is_reported_after_all_others_were_tried() {
    let (register, list) = (Register::new(batch()), List::of(&["S1", "S2"]));
    let judged = judged(&register, &list, "]d201095060001343521727123110ABC123\u{1d}21S3").await;
    assert_eq!(judged.verdict.outcome, Outcome::Mismatch);
    assert!(judged.verdict.reasons.contains(Reason::SerialNotInBatch));
    // The code itself; behind Caps Lock; behind a French keyboard of Windows with Caps Lock.
    assert_eq!(register.asked(), ["verdict", "verdict", "verdict", "organisation"]);
}

#[tokio::test]
async fn what_a_recalled_batch_and_a_site_name_is_read() {
    let recalled = Batch { recalled_at: Some(NOW), recalls: 1, ..batch() };
    let (register, list) = (Register::new(recalled), List::of(&["S1", "S2"]));
    let Judgement::Pack(judged) = judged_at(&register, &list, CODE, Some(4), NOW).await else { panic!() };
    assert_eq!(judged.verdict.outcome, Outcome::Valid);
    assert_eq!((judged.site, judged.recalls.len()), (Some(4), 1));
    assert_eq!(judged.names.site(4).name.as_deref(), Some("Corner Pharmacy"));
    assert_eq!(register.asked(), ["verdict", "recalls", "organisation", "site"]);
}

#[tokio::test]
async fn a_pack_has_expired_by_this_computers_clock_where_the_chain_stands_still() {
    let (register, list) = (Register::new(batch()), List::of(&["S1", "S2"]));
    let outcome = |now| {
        let (register, list) = (&register, &list);
        async move {
            match judged_at(register, list, CODE, None, now).await {
                Judgement::Pack(judged) => judged.verdict.outcome,
                Judgement::Scanner(diagnosis) => panic!("{diagnosis}"),
            }
        }
    };
    assert_eq!(outcome(batch().expires_at).await, Outcome::Genuine);
    assert_eq!(outcome(batch().expires_at + 1).await, Outcome::Expired);
}

#[test]
fn an_expiry_by_this_clock_leads_only_where_nothing_is_graver() {
    for (reason, outcome) in [
        (Reason::SerialMissing, Outcome::Expired),
        (Reason::BatchRecalled, Outcome::Recalled),
        (Reason::Expired, Outcome::Expired),
    ] {
        let mut verdict = Verdict::new(Reasons::default().with(reason), false, 0);
        expire(&mut verdict, Some(&batch()), batch().expires_at + 1);
        assert_eq!(verdict.outcome, outcome);
        assert!(verdict.reasons.contains(reason) && verdict.reasons.contains(Reason::Expired));
    }
}

#[test]
fn a_batch_that_is_not_registered_or_not_over_has_not_expired() {
    for batch in [None, Some(batch())] {
        let unknown = Verdict::new(Reasons::default().with(Reason::BatchUnknown), false, 0);
        let mut verdict = unknown.clone();
        expire(&mut verdict, batch.as_ref(), 1_830_297_599_999);
        assert_eq!(verdict, unknown);
    }
}

#[test]
fn a_pack_without_a_lot_cannot_be_asked_about() {
    let pack = MedicinePack::parse("(01)09506000134352(21)S1", YEAR).unwrap();
    assert!(matches!(Given::new(pack), Err(Unreadable::NoLot)));
}
