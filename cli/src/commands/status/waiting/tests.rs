use chain::{batches as by_batches, units as by_units};
use primitives::batches::{
    ClearanceReason, Hold, Places, Purpose, QuarantineReason, QuarantineTarget, RecallScope, RecallSet,
    UnitsQuarantined,
};
use primitives::units::{UnitsCondemned, UnitsQuarantinedBySerial, UnitsReleased};
use primitives::{AccountId, Actor, UnitId};
use testkit::register::{recall, site};
use view::directory::Names;

use super::super::view::StatusView;
use super::*;
use crate::commands::batch::BatchEvent;

const BATCH: BatchId = BatchId([7; 32]);
const PHARMACY: SiteId = 4;
const T0: u64 = 1_790_000_000_000;

fn by() -> Actor {
    Actor { account: AccountId([1; 32]), organisation: None, site: Some(PHARMACY) }
}

fn goods(places: Places) -> Goods {
    let batch = Batch {
        registration: 0,
        gtin: 9_506_000_134_352,
        lot: b"ABC123".to_vec(),
        expiry: 271_231,
        expires_at: 1_830_297_599_999,
        quantity: 100,
        serial_root: Some([9; 32]),
        units_per_case: None,
        manufacturer: 1,
        registered_at: 0,
        released_at: Some(0),
        blocked: None,
        recalled_at: None,
        recalls: 0,
        ended_recalls: RecallSet::NONE,
    };
    let holders = vec![(PHARMACY, Holding { places, ..Holding::default() })];
    Goods { id: BATCH, batch, recalls: Vec::new(), holders }
}

fn kinds(waiting: &[Waiting]) -> Vec<Kind> {
    waiting.iter().map(|it| it.kind).collect()
}

#[test]
fn nothing_waits_where_all_is_on_the_shelf_or_gone() {
    let goods = goods(Places { held: 40, packed: 50, dispensed: 10, ..Places::default() });
    assert_eq!(waiting(&[goods], &Books::default()), []);
    let view = StatusView::new(None, Vec::new(), &Names::default(), None);
    assert_eq!(view.to_string(), "Nothing waits.\n");
}

#[test]
fn every_place_out_of_which_somebody_must_help_goods_is_named() {
    let places = Places {
        quarantined: 1,
        quarantined_by_serial: 2,
        quarantined_closed: 3,
        condemned: 4,
        condemned_closed: 5,
        returned: 6,
        ..Places::default()
    };
    let found = waiting(&[goods(places)], &Books::default());
    let expected = [
        (Kind::Quarantined, 1),
        (Kind::QuarantinedBySerial, 2),
        (Kind::QuarantinedClosed, 3),
        (Kind::Condemned, 4),
        (Kind::CondemnedClosed, 5),
        (Kind::Returned, 6),
    ];
    assert_eq!(found.iter().map(|it| (it.kind, it.quantity)).collect::<Vec<_>>(), expected);
    let elsewhere = Books { site: Some(9), ..Books::default() };
    assert_eq!(waiting(&[goods(places)], &elsewhere), []);
}

#[test]
fn a_shipment_waits_for_its_consignee_and_is_not_counted_twice() {
    let shipment = |quarantined| Shipment {
        batch: BATCH,
        from: 1,
        to: PHARMACY,
        quantity: 30,
        logistic_unit: Some(106_141_412_345_678_908),
        condemned: false,
        purpose: Purpose::Supply,
        terms: None,
        shipped_at: T0,
        hold: Hold { quarantined, ..Hold::default() },
    };
    let books = |quarantined| Books { shipments: vec![(5, shipment(quarantined))], ..Books::default() };
    let under_way = goods(Places { in_transit: 30, ..Places::default() });
    let found = waiting(&[under_way], &books(false));
    assert_eq!(kinds(&found), [Kind::InTransit]);
    assert!(found[0].next.contains("`theriac logistic receive 5 106141412345678908`"), "{}", found[0].next);
    assert_eq!((found[0].since, found[0].from), (Since::Moment(T0), Some(1)));
    let held_up = goods(Places { quarantined_closed: 30, ..Places::default() });
    assert_eq!(kinds(&waiting(&[held_up], &books(true))), [Kind::QuarantinedInTransit]);
}

#[test]
fn a_recall_waits_for_who_had_packs_and_for_packs_on_the_shelf() {
    let mut recalled = goods(Places { held: 3, ..Places::default() });
    recalled.batch.recalled_at = Some(5);
    recalled.batch.recalls = 1;
    recalled.recalls = vec![recall(RecallScope::Batch, T0)];
    let books = Books { now: T0 + 1, ..Books::default() };
    let found = waiting(std::slice::from_ref(&recalled), &books);
    assert_eq!(kinds(&found), [Kind::RecallNotAcknowledged, Kind::Recalled]);
    assert!(found[0].next.contains("2026-09-21 14:13:20 UTC, which is over"), "{}", found[0].next);
    recalled.holders[0].1.acknowledged = 1;
    assert_eq!(kinds(&waiting(&[recalled], &books)), [Kind::Recalled]);
}

#[test]
fn goods_of_a_site_without_a_role_need_a_regulator() {
    let books = Books { without_role: [PHARMACY].into(), ..Books::default() };
    let found = waiting(&[goods(Places { held: 3, ..Places::default() })], &books);
    assert_eq!(kinds(&found), [Kind::HolderWithoutRole]);
    assert!(found[0].next.contains("--for SITE --order HASH"));
}

#[test]
fn the_log_says_since_when_and_which_packs() {
    let (batch, site, units) = (BATCH, PHARMACY, [UnitId([1; 32]), UnitId([2; 32]), UnitId([3; 32])]);
    let named = |from: usize| units.iter().copied().zip(0..).skip(from).collect::<Vec<(UnitId, u32)>>();
    let quarantined = UnitsQuarantinedBySerial {
        batch,
        by: by(),
        site,
        units: named(0),
        stop: None,
        reason: QuarantineReason::Damaged,
    };
    let released =
        UnitsReleased { batch, by: by(), site, units: vec![units[0]], reason: ClearanceReason::Mistake };
    let condemned = UnitsCondemned { batch, by: by(), site, units: named(2), stop: None };
    let counted = UnitsQuarantined {
        batch,
        by: by(),
        site,
        target: QuarantineTarget::Holding { batch, site, quantity: None },
        quantity: 9,
        reason: QuarantineReason::Other,
    };
    let event = |block, event| ((block, None), event);
    let events = [
        event(3, BatchEvent::Units(by_units::Event::UnitsQuarantinedBySerial(quarantined))),
        event(4, BatchEvent::Units(by_units::Event::UnitsReleased(released))),
        event(5, BatchEvent::Units(by_units::Event::UnitsCondemned(condemned))),
        event(6, BatchEvent::Batches(by_batches::Event::UnitsQuarantined(counted))),
    ];
    let places = Places { quarantined: 9, quarantined_by_serial: 1, condemned: 1, ..Places::default() };
    let goods = [goods(places)];
    let books = Books { log: Log::of(&events, &goods), ..Books::default() };
    let found: Vec<_> =
        waiting(&goods, &books).into_iter().map(|it| (it.kind, it.since, it.positions)).collect();
    assert_eq!(
        found,
        [
            (Kind::Quarantined, Since::Block(6), vec![]),
            (Kind::QuarantinedBySerial, Since::Block(3), vec![1]),
            (Kind::Condemned, Since::Block(5), vec![2]),
        ]
    );
}

#[test]
fn what_waits_is_said_with_place_and_remedy() {
    let mut names = Names::default();
    names.insert_site(&site(PHARMACY, 2, "Corner Pharmacy", 6_291_041_500_237));
    let found = waiting(&[goods(Places { condemned: 4, ..Places::default() })], &Books::default());
    let view = StatusView::new(Some(PHARMACY), found, &names, None);
    let text = view.to_string();
    let expected = "What waits at Corner Pharmacy (GLN 6291041500237)\n\n\
                    Condemned: 4 packs of GTIN 09506000134352, lot ABC123\n  \
                    At          Corner Pharmacy (GLN 6291041500237)\n  \
                    What to do  the site destroys them";
    assert!(text.starts_with(expected), "{text}");
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(
        (&json["waiting"][0]["kind"], &json["waiting"][0]["quantity"]),
        (&"condemned".into(), &4.into())
    );
}
