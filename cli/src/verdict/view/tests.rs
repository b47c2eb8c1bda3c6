use batches::{Batch, Recall, RecallClass, RecallReason, RecallScope, UnitState};
use primitives::{AccountId, DocumentHash};
use units::AlarmCode;

use super::*;

const T0: u64 = 1_790_000_000_000;

fn maker() -> AccountId {
    [1; 32].into()
}

fn names() -> Names {
    let mut names = Names::default();
    names.insert(maker(), "Alpha Pharma".to_owned());
    names
}

fn pack() -> MedicinePack {
    MedicinePack::parse("(01)09506000134352(17)271231(10)ABC123(21)S1", 2026).unwrap()
}

fn batch() -> Batch {
    Batch {
        gtin: 9_506_000_134_352,
        lot: b"ABC123".to_vec(),
        expiry: 271_231,
        expires_at: 1_830_297_599_999,
        quantity: 10_000,
        serial_root: Some([9; 32]),
        manufacturer: maker(),
        registered_at: T0,
        released_at: Some(T0),
        units_per_case: None,
        blocked: false,
        recalled: false,
        recalls: 0,
    }
}

fn verdict(batch: Option<Batch>, reasons: &[Reason]) -> Verdict {
    let outcome = reasons.first().map_or(Outcome::Valid, |worst| worst.outcome());
    Verdict { outcome, reasons: reasons.to_vec(), batch, unit: None, alarm: None, judged_at: T0 }
}

fn view(batch: Option<Batch>, reasons: &[Reason]) -> VerdictView {
    VerdictView::new(&verdict(batch, reasons), &[], &pack(), &names(), None)
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
  Made by     Alpha Pharma (5C62Ck4UrFPiBtoCmeSrgF7x9yv9mn38446dhCpsi2mLHiFT)
  Registered  2026-09-21 14:13:20 UTC
  Released    2026-09-21 14:13:20 UTC
";

/// The batch's lines, with the identifier's beginning replaced by the whole one.
fn batch_lines() -> String {
    let id = primitives::BatchId::of(batch().gtin, b"ABC123").to_string();
    BATCH.replace("0x78c6f1d9a6fcb2f4", &id)
}

#[test]
fn a_valid_pack_is_called_valid() {
    let expected = format!(
        "VALID\n\nThe register knows this pack, and nothing speaks against it.\n\n{PACK}{}\
         Judged        2026-09-21 14:13:20 UTC by the chain's time\n",
        batch_lines()
    );
    assert_eq!(text(&view(Some(batch()), &[])), expected);
}

#[test]
fn a_recalled_pack_says_why_and_what_to_do_with_all_reasons() {
    let recall = Recall {
        scope: RecallScope::Batch,
        class: RecallClass::II,
        reason: RecallReason::WrongStrength,
        instructions: DocumentHash([1; 32]),
        acknowledge_by: T0,
    };
    let notice = RecallNotice { recall, by: maker(), at: T0 };
    let batch = Batch { recalled: true, recalls: 1, ..batch() };
    let by: AccountId = [2; 32].into();
    let reasons = [Reason::BatchRecalled, Reason::UnitDispensed, Reason::AlarmOpen];
    let verdict = Verdict {
        unit: Some(DecommissionedUnit { state: UnitState::Dispensed, by, at: T0 }),
        alarm: Some(Alarm {
            code: AlarmCode::SecondDecommission,
            by: maker(),
            other: by,
            at: T0,
            count: 1,
            confirmed: false,
        }),
        ..verdict(Some(batch), &reasons)
    };
    let text = text(&VerdictView::new(&verdict, &[notice], &pack(), &names(), None));
    let expected = "\
DO NOT DISPENSE — recalled (class II, wrong strength)

1. The batch is recalled. [batch-recalled]
   the batch: class II, wrong strength, by Alpha Pharma (5C62Ck4UrFPiBtoCmeSrgF7x9yv9mn38446dhCpsi2mLHiFT) on 2026-09-21 14:13:20 UTC
   What to do: Set the pack apart and send it back as the recall asks. Warn patients who have packs of this lot.

2. This pack was dispensed before. [unit-dispensed]
   by 5C7LYpP2ZH3tpKbvVvwiVe54AapxErdPBbvkYhe6y9ZBkqWt on 2026-09-21 14:13:20 UTC
   What to do: Do not dispense it again. If you did not dispense it yourself, it may be a copy: keep the pack and tell the authority.

3. Packs with this serial were in places where they cannot both be: one of them is a copy. [alarm-open]
   second decommission: Alpha Pharma (5C62Ck4UrFPiBtoCmeSrgF7x9yv9mn38446dhCpsi2mLHiFT) against 5C7LYpP2ZH3tpKbvVvwiVe54AapxErdPBbvkYhe6y9ZBkqWt, first on 2026-09-21 14:13:20 UTC, alarms: 1
   What to do: Keep the pack with its packaging and tell the authority and the manufacturer.

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
fn machines_get_codes_and_moments() {
    let json = serde_json::to_value(view(None, &[Reason::BatchUnknown])).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "valid": false,
            "outcome": "unknown",
            "reasons": [{
                "code": "batch-unknown",
                "fact": "No batch with this GTIN and lot is registered.",
                "detail": null,
                "advice": "Compare GTIN and lot with the print. If the scan was right, do not trust the pack: ask \
                           your supplier.",
            }],
            "pack": { "gtin": "09506000134352", "lot": "ABC123", "expiry": "2027-12-31", "serial": "S1" },
            "batch": null,
            "unit": null,
            "alarm": null,
            "judged_at": "2026-09-21T14:13:20Z",
            "note": null,
        })
    );
}
