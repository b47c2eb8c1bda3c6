use primitives::batches::{Batch, RecallNotice, RecallScope, RecallSet, UnitPlace, UnitState};
use primitives::units::{AlarmCode, Reasons};
use primitives::{OrganisationId, SiteId};
use scale::Decode;

use super::*;
use testkit::register::{organisation, recall, site};

const T0: u64 = 1_790_000_000_000;

const MAKER: OrganisationId = 1;
const PHARMACY: SiteId = 4;

fn names() -> Names {
    let mut names = Names::default();
    names.insert_organisation(&organisation(MAKER, "Alpha Pharma", 6_291_041_500_213));
    names.insert_site(&site(PHARMACY, 2, "Corner Pharmacy", 6_291_041_500_237));
    names
}

fn pack() -> MedicinePack {
    MedicinePack::parse("(01)09506000134352(17)271231(10)ABC123(21)S1", 2026).unwrap()
}

fn batch() -> Batch {
    Batch {
        registration: 3,
        gtin: 9_506_000_134_352,
        lot: b"ABC123".to_vec(),
        expiry: 271_231,
        expires_at: 1_830_297_599_999,
        quantity: 10_000,
        serial_root: Some([9; 32]),
        manufacturer: MAKER,
        registered_at: T0,
        released_at: Some(T0),
        units_per_case: None,
        blocked: None,
        recalled_at: None,
        recalls: 0,
        ended_recalls: RecallSet::NONE,
    }
}

fn verdict(batch: Option<Batch>, reasons: &[Reason]) -> Verdict {
    let reasons = reasons.iter().fold(Reasons::default(), |reasons, reason| reasons.with(*reason));
    Verdict::new(reasons, true, T0).with(batch.as_ref())
}

fn judged(verdict: Verdict, site: Option<SiteId>) -> Judged {
    Judged { pack: pack(), site, verdict, recalls: Vec::new(), names: names(), list_note: None }
}

/// At the pharmacy.
fn view(batch: Option<Batch>, reasons: &[Reason]) -> VerdictView {
    VerdictView::new(&judged(verdict(batch, reasons), Some(PHARMACY)), Audience::CommandLine)
}

fn dispensed() -> UnitRecord {
    let place = UnitPlace::Left(UnitState::Dispensed);
    UnitRecord { place, site: PHARMACY, at: T0, position: 3, stop: None, registration: 0 }
}

fn text(view: &VerdictView) -> String {
    anstream::adapter::strip_str(&view.to_string()).to_string()
}

const PACK: &str = "\
Pack
  GTIN        09506000134352
  Lot         ABC123
  Expiry      2027-12-31
  Serial      S1
";

const BATCH: &str = "\
Batch         0x78c6f1d9a6fcb2f4
  GTIN        09506000134352
  Lot         ABC123
  Expiry      2027-12-31
  Quantity    10000 packs with serials
  Made by     Alpha Pharma (GLN 6291041500213)
  Registered  2026-09-21 14:13:20 UTC
  Released    2026-09-21 14:13:20 UTC
";

/// The batch's lines, with the identifier's beginning replaced by the whole one.
fn batch_lines() -> String {
    let id = primitives::BatchId::of(batch().gtin, b"ABC123").to_string();
    BATCH.replace("0x78c6f1d9a6fcb2f4", &id)
}

#[test]
fn a_pack_is_valid_at_a_site() {
    let expected = format!(
        "VALID\n\nNothing speaks against this pack, and it may be dispensed now at Corner Pharmacy (GLN \
         6291041500237).\n\n{PACK}{}Judged        2026-09-21 14:13:20 UTC by the chain's time\n",
        batch_lines()
    );
    let view = view(Some(batch()), &[]);
    assert_eq!(text(&view), expected);
    assert!(view.is_good());
}

#[test]
fn a_patients_pack_is_genuine_with_a_note() {
    let reasons = Reasons::default().with(Reason::UnitDispensed).with(Reason::UnitsQuarantined);
    let verdict = Verdict::new(reasons, false, T0).with(Some(&batch())).with(Some(&dispensed()));
    let view = VerdictView::new(&judged(verdict, None), Audience::CommandLine);
    let expected = format!(
        "GENUINE\n\nThe register knows this pack, and nothing speaks against it. Name a site with --holder to ask whether it \
         may be dispensed there now.\n\nNote: This pack was dispensed: as expected if you received it there. \
         [unit-dispensed]\n   at Corner Pharmacy (GLN 6291041500237) on 2026-09-21 14:13:20 UTC\n\nNote: Packs of this \
         batch are quarantined somewhere; this one is not known to be one of them. [units-quarantined]\n\n{PACK}"
    );
    assert!(text(&view).starts_with(&expected), "{}", text(&view));
    assert!(view.is_good() && !view.valid);
}

#[test]
fn a_genuine_pack_that_may_not_be_dispensed_at_the_site_is_not_valid_there() {
    let view = view(Some(batch()), &[Reason::UnitPacked]);
    let expected = "NOT VALID HERE — genuine, and not to be dispensed at this site now\n\n1. The pack is in a closed case";
    assert!(text(&view).starts_with(expected), "{}", text(&view));
    assert!(view.genuine && !view.is_good());
}

#[test]
fn a_recalled_pack_says_why_and_what_to_do_with_all_reasons() {
    let notice = RecallNotice { by: MAKER, ..recall(RecallScope::Batch, T0) };
    let batch = Batch { recalled_at: Some(T0), recalls: 1, ..batch() };
    let unit = dispensed();
    let alarm = Alarm {
        code: AlarmCode::SecondDecommission,
        site: 9,
        other: Some(PHARMACY),
        at: T0,
        count: 1,
        by_others: false,
        confirmed: false,
        registration: 3,
    };
    let reasons = [Reason::AlarmOpen, Reason::UnitDispensed, Reason::BatchRecalled];
    let verdict = verdict(Some(batch), &reasons).with(Some(&unit)).with(Some(&alarm));
    let judged = Judged { recalls: vec![notice], ..judged(verdict, Some(PHARMACY)) };
    let text = text(&VerdictView::new(&judged, Audience::CommandLine));
    let expected = "\
DO NOT DISPENSE — recalled (class II, wrong strength)

1. The batch is recalled. [batch-recalled]
   the batch: class II, wrong strength, by Alpha Pharma (GLN 6291041500213) on 2026-09-21 14:13:20 UTC
   What to do: Quarantine the pack and return it as the recall's instructions say. Warn patients who have packs of this lot.

2. This pack was dispensed before. [unit-dispensed]
   at Corner Pharmacy (GLN 6291041500237) on 2026-09-21 14:13:20 UTC
   What to do: Do not dispense it again. If you did not dispense it yourself, it may be a copy: keep the pack and inform the authority.

3. Packs with this serial were in places where they cannot both be: one of them is a copy. [alarm-open]
   second decommission: site 9 against Corner Pharmacy (GLN 6291041500237), first on 2026-09-21 14:13:20 UTC, alarms: 1
   What to do: Keep the pack with its packaging and inform the authority and the manufacturer.

Pack
";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn an_unknown_batch_is_never_valid() {
    let expected = format!(
        "DO NOT DISPENSE — not confirmed by the register\n\n\
         1. No batch with this GTIN and lot is registered. [batch-unknown]\n   \
         What to do: Compare GTIN and lot with the print. If the scan was right, do not trust the pack: ask your \
         supplier.\n\n{PACK}Judged        2026-09-21 14:13:20 UTC by the chain's time\n"
    );
    let view = view(None, &[Reason::BatchUnknown]);
    assert_eq!(text(&view), expected);
    assert!(!view.valid);
}

#[test]
fn another_expiry_on_the_pack_is_shown_beside_the_registered_one() {
    let batch = Batch { expires_at: 1_861_919_999_999, ..batch() };
    let text = text(&view(Some(batch), &[Reason::ExpiryMismatch]));
    assert!(text.contains("   on the pack 2027-12-31, registered 2028-12-31\n"), "{text}");
}

#[test]
fn reasons_of_a_later_version_are_counted() {
    // As a later contract encodes them: outcome, reasons, notes, time, details.
    let newer = |bits: u64| {
        let encoded =
            [&[Outcome::Recalled as u8][..], &bits.to_le_bytes(), &[0; 8], &T0.to_le_bytes(), &[0]].concat();
        Verdict::decode(&mut &encoded[..]).unwrap()
    };
    for (bits, line) in [
        (1 << 63, "1 further reason that this version does not know: update theriac"),
        ((0b11 << 60) | 1, "2 further reasons that this version does not know: update theriac"),
    ] {
        let view = VerdictView::new(&judged(newer(bits), None), Audience::CommandLine);
        assert!(text(&view).contains(&format!("\n{line}\n")), "{}", text(&view));
        assert!(!view.valid);
    }
}

#[test]
fn machines_get_codes_and_moments() {
    let json = serde_json::to_value(view(None, &[Reason::BatchUnknown])).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "valid": false,
            "genuine": false,
            "outcome": "unknown",
            "site": { "site": 4, "name": "Corner Pharmacy", "gln": "6291041500237", "organisation": 2 },
            "reasons": [{
                "code": "batch-unknown",
                "fact": "No batch with this GTIN and lot is registered.",
                "detail": null,
                "advice": "Compare GTIN and lot with the print. If the scan was right, do not trust the pack: ask \
                           your supplier.",
            }],
            "notes": [],
            "unknown_reasons": 0,
            "pack": { "gtin": "09506000134352", "lot": "ABC123", "expiry": "2027-12-31", "serial": "S1" },
            "batch": null,
            "unit": null,
            "alarm": null,
            "judged_at": "2026-09-21T14:13:20Z",
            "list_note": null,
        })
    );
}

#[test]
fn who_scans_on_a_page_reads_the_same_facts_without_commands() {
    let packed = judged(verdict(Some(batch()), &[Reason::UnitPacked]), Some(PHARMACY));
    let [at_a_terminal, on_a_page] = [Audience::CommandLine, Audience::Web]
        .map(|audience| serde_json::to_value(VerdictView::new(&packed, audience)).unwrap());
    let reason = |view: &serde_json::Value, field: &str| view["reasons"][0][field].clone();
    assert_eq!(reason(&on_a_page, "fact"), reason(&at_a_terminal, "fact"));
    assert_eq!(
        reason(&at_a_terminal, "advice"),
        "Open it first with `theriac logistic unpack`, and verify again."
    );
    assert_eq!(reason(&on_a_page, "advice"), "Open it and unpack it in the books first, and scan again.");
    let genuine = VerdictView::new(&judged(verdict(Some(batch()), &[]), None), Audience::Web);
    assert!(!text(&genuine).contains("--"), "{}", text(&genuine));
}
