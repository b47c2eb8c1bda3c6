//! Random sequences of calls: numbers that proptest can shrink, and what they mean where the facts stand. Most calls fit;
//! some are changed in one place.

mod administration;
mod catalogue;
mod step;
mod twist;

use std::collections::BTreeMap;

use primitives::batches::UnitState;
use primitives::units::{Outcome, Scan, UnitOutcome};
use primitives::{AccountId, SiteId, CUSTODIANS, DISPENSERS};
use proptest::prelude::*;
use proptest::test_runner::{Config, FailurePersistence, FileFailurePersistence, RngSeed};

use crate::backend::{Answer, AnyError, Backend, Done};
use crate::cast::{self, Contracts};
use crate::goods::serial;
use crate::message::Message;
use crate::model::Model;
use step::Step;

pub use catalogue::Catalogue;
pub use step::Action;

/// A sequence: which calls of the opening are left out, and so many random steps.
#[derive(Clone, Debug)]
pub struct Sequence {
    left_out: u32,
    steps: Vec<Step>,
}

/// Sequences of this length.
pub fn sequences(length: usize) -> impl Strategy<Value = Sequence> {
    let left_out =
        any::<[u32; 4]>().prop_map(|numbers| numbers.into_iter().fold(u32::MAX, |all, one| all & one));
    let steps = prop::collection::vec(step::any_step(), length);
    (left_out, steps).prop_map(|(left_out, steps)| Sequence { left_out, steps })
}

/// How many sequences a test runs: `THERIAC_SEQUENCES`, which are others each time; or `few` where that is not set, which
/// are the same in every run and others for each `number`. A sequence that fails is kept in `seeds` and runs first from then
/// on.
pub fn config(few: u32, number: u64, seeds: &'static str) -> Config {
    let set = std::env::var("THERIAC_SEQUENCES").ok();
    let cases = set.as_ref().map_or(few, |count| count.parse().expect("THERIAC_SEQUENCES is a number"));
    let rng_seed = if set.is_some() { RngSeed::Random } else { RngSeed::Fixed(number) };
    let failure_persistence: Option<Box<dyn FailurePersistence>> =
        Some(Box::new(FileFailurePersistence::Direct(seeds)));
    Config { cases, max_shrink_iters: 2_000, failure_persistence, rng_seed, ..Config::default() }
}

/// A model at the start of a sequence: in set-up, with everybody in their roles.
pub fn beginning(catalogue: &Catalogue, contracts: Contracts) -> Model {
    let mut model = Model::new(contracts, catalogue.proofs.clone());
    cast::set_up(contracts).iter().for_each(|change| model.administer(change));
    model
}

impl Sequence {
    /// What happens in this sequence, as the model stands at each point: `act` is to let it happen.
    fn walk(&self, catalogue: &Catalogue, model: &mut Model, mut act: impl FnMut(&mut Model, usize, Action)) {
        for (place, mut action) in catalogue.opening().into_iter().enumerate() {
            if let Action::Send(_, Message::Attest { batch, registration, .. }) = &mut action {
                let reviewed = model.batches.get(batch).map(|facts| facts.record().registration_hash());
                *registration = reviewed.unwrap_or_default();
            }
            if (self.left_out >> place) & 1 == 0 {
                act(model, place, action);
            }
        }
        for (turn, step) in self.steps.iter().enumerate() {
            let action = step.action(model, catalogue);
            act(model, turn, action);
        }
    }

    /// What the model alone makes of the sequence; `saw` gets each message with its result.
    pub fn imagine(
        &self,
        catalogue: &Catalogue,
        contracts: Contracts,
        mut saw: impl FnMut(&Message, &Result<Done, AnyError>),
    ) -> Model {
        let mut model = beginning(catalogue, contracts);
        self.walk(catalogue, &mut model, |model, _, action| match action {
            Action::Send(who, message) => saw(&message, &model.send(who, &message)),
            Action::Administer(change) => model.administer(&change),
            Action::Pass(time) => model.now += time,
        });
        model
    }

    /// Plays the sequence on the model and the backend, and compares: the result of each call, and all books and verdicts
    /// after every `often` calls and at the end. There the promise is held as well: see [`Promise`].
    pub fn play(&self, catalogue: &Catalogue, backend: &mut impl Backend, often: usize) -> Promise {
        let mut promise = Promise::default();
        let mut model = beginning(catalogue, backend.contracts());
        cast::set_up(backend.contracts()).iter().for_each(|change| backend.administer(change));
        self.walk(catalogue, &mut model, |model, turn, action| {
            match &action {
                Action::Send(who, message) => {
                    let expected = model.send(*who, message);
                    let result = backend.send(*who, model.now, message);
                    assert_eq!(result, expected, "turn {turn}: {message:?} by {who:?}");
                }
                Action::Administer(change) => {
                    model.administer(change);
                    backend.administer(change);
                }
                Action::Pass(time) => model.now += time,
            }
            if turn % often == often - 1 {
                ensure_agree(catalogue, model, backend, turn);
                promise.hold(catalogue, model, backend, turn);
            }
        });
        ensure_agree(catalogue, &model, backend, 0);
        promise.hold(catalogue, &model, backend, 0);
        promise
    }
}

/// Compares all books, and the verdict of every pack: at its site, at another one, and without a site.
fn ensure_agree(catalogue: &Catalogue, model: &Model, backend: &mut impl Backend, turn: usize) {
    let scope = catalogue.scope(model.shipped + 1);
    let (books, stored) = (model.books(&scope), backend.stored(&scope));
    // Piece by piece, so that a failure shows what differs.
    assert_eq!(stored.listed, books.listed, "turn {turn}");
    for id in &scope.batches {
        let (ours, theirs) = (stored.batches.get(id), books.batches.get(id));
        assert_eq!(ours.map(|it| it.places), theirs.map(|it| it.places), "turn {turn}: {id}");
        assert_eq!(ours.map(|it| &it.holdings), theirs.map(|it| &it.holdings), "turn {turn}: {id}");
    }
    assert_eq!(stored.units, books.units, "turn {turn}");
    assert_eq!(stored.alarms, books.alarms, "turn {turn}");
    assert_eq!(stored.logistic_units, books.logistic_units, "turn {turn}");
    assert_eq!(stored, books, "turn {turn}");
    for (id, batch) in &stored.batches {
        assert_eq!(batch.places.total(), Some(batch.batch.quantity), "mass balance of {id}");
    }
    for batch in 0..catalogue.batches.len() {
        for number in 0..catalogue.serials(batch) {
            let facts = model.batches.get(&catalogue.id(batch));
            let own = facts.and_then(|facts| facts.packs.get(number)).map_or(0, |pack| pack.site);
            let other = SiteId::try_from(turn + number).unwrap() % cast::SITES;
            // By turns. At the end, all.
            let sites = [None, Some(own), Some(other)];
            let (first, some) = if turn == 0 { (0, 3) } else { ((turn / 10 + number) % 3, 1) };
            for site in sites.into_iter().skip(first).take(some) {
                let scan = spoilt(catalogue.scan(batch, number, site), turn + number);
                assert_eq!(backend.verdict(model.now, &scan), model.verdict(&scan), "turn {turn}: {scan:?}");
            }
        }
    }
}

/// The register's promise: a pack with a serial is valid at a site if and only if a dispense of that pack there would be done.
/// Here is how often that was asked.
///
/// A loose pack is valid wherever a loose pack of its batch is: the books do not know which loose pack is where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promise {
    pub asked: usize,
    pub valid: usize,
    /// How often a pack was valid, and another pack of the batch was at the site.
    pub elsewhere: usize,
}

impl Promise {
    pub fn add(&mut self, other: Self) {
        self.asked += other.asked;
        self.valid += other.valid;
        self.elsewhere += other.elsewhere;
    }

    /// Asks for every pack at its site, and at another one where somebody dispenses.
    fn hold(&mut self, catalogue: &Catalogue, model: &Model, backend: &mut impl Backend, turn: usize) {
        let dispensers = dispensers(model);
        let batches = (0..catalogue.batches.len()).filter(|it| catalogue.batches[*it].serial_root.is_some());
        for index in batches {
            let batch = catalogue.id(index);
            let Some(facts) = model.batches.get(&batch) else { continue };
            for number in 0..catalogue.serials(index) {
                let own = facts.packs.get(number).map(|pack| pack.site);
                let at_home = dispensers.iter().find(|(site, _)| Some(*site) == own);
                let other = (turn / 7 + number).checked_rem(dispensers.len()).map(|place| &dispensers[place]);
                for (site, who) in at_home.into_iter().chain(other) {
                    let scan = catalogue.scan(index, number, Some(*site));
                    let verdict = backend.verdict(model.now, &scan);
                    let (site, serial) = (*site, serial(number));
                    let (proof, state) = (catalogue.proof(index, number), UnitState::Dispensed);
                    let dispense = Message::Decommission { site, batch, serial, proof, state, done_at: None };
                    let result = backend.would(*who, model.now, &dispense);
                    let is_valid = verdict.outcome == Outcome::Valid;
                    let is_done = result == Ok(UnitOutcome::Done);
                    let reasons = verdict.reasons.by_severity();
                    assert_eq!(is_valid, is_done, "turn {turn}: {reasons:?} {result:?} {dispense:?}");
                    let is_here = facts.packs.get(number).is_some_and(|pack| pack.is_free_at(site));
                    self.asked += 1;
                    self.valid += usize::from(is_valid);
                    self.elsewhere += usize::from(is_valid && !is_here);
                }
            }
        }
    }
}

/// The sites whose organisation dispenses, each with an account that may do it there.
fn dispensers(model: &Model) -> Vec<(SiteId, AccountId)> {
    let dispenser = |site: SiteId| {
        let dispenses = |who: &AccountId| {
            let call = model.organisations.caller(*who, Some(site), model.now);
            call.site == Some(site) && call.roles.intersects(DISPENSERS) && call.roles.intersects(CUSTODIANS)
        };
        cast::senders().into_iter().find(dispenses).map(|who| (site, who))
    };
    (0..cast::SITES).filter_map(dispenser).collect()
}

/// Mostly the scan itself; by turns one that lacks something, or says something wrong.
fn spoilt(scan: Scan, turn: usize) -> Scan {
    match turn % 16 {
        3 => Scan { serial: None, ..scan },
        5 => Scan { proof: None, ..scan },
        7 => Scan { expiry: None, ..scan },
        9 => Scan { expiry: Some(270_101), ..scan },
        11 => Scan { serial: Some(b"COPY".to_vec()), ..scan },
        13 => Scan { serial: scan.serial.or_else(|| Some(serial(1))), ..scan },
        _ => scan,
    }
}

/// How often each event, alarm and error came up: what random sequences reach.
pub fn tally(counts: &mut BTreeMap<String, usize>, result: &Result<Done, AnyError>) {
    match result {
        Ok(done) => {
            for event in &done.events {
                *counts.entry(event.name.clone()).or_default() += 1;
            }
            if let Answer::Unit(UnitOutcome::Alarm { code, .. }) = &done.answer {
                *counts.entry(format!("alarm {code:?}")).or_default() += 1;
            }
        }
        Err(error) => *counts.entry(format!("{error:?}")).or_default() += 1,
    }
}
