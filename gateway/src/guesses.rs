//! Whoever tries serials of a batch, to find some that exist, is stopped: by the client, and by the batch.
//!
//! A serial that is not in its batch's list is a guess, or a copied pack, or a misread code. A client may have some of them,
//! of all batches and of one. Where a batch has seen many, from whomever, each client may have one more of it: so who guesses
//! from many addresses gets no further, and a pharmacy that scans packs of this batch is not disturbed.

use std::num::NonZeroU32;
use std::time::Duration;

use primitives::BatchId;
use serve::client::Network;
use serve::limit::{Limit, Limited, Rate};

use crate::config::LimitsConfig;

const CODE: &str = "too-many-unknown-serials";
/// How many clients and batches are counted at once.
const KEYS: usize = 65_536;
const CLIENT: Duration = Duration::from_secs(600);
const BATCH: Duration = Duration::from_secs(3_600);

/// The counts of serials that were not in their batch.
pub(crate) struct Guesses {
    by_client: Limit<Network>,
    of_batch: Limit<BatchId>,
    by_client_of_batch: Limit<(Network, BatchId)>,
}

impl Guesses {
    pub(crate) fn new(limits: LimitsConfig) -> Self {
        let rate = |count: u32, per| Rate { burst: NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN), per };
        Self {
            by_client: Limit::new(CODE, rate(limits.guesses, CLIENT), KEYS),
            of_batch: Limit::new(CODE, rate(limits.guesses_of_batch, BATCH), KEYS),
            by_client_of_batch: Limit::new(CODE, rate(1, BATCH), KEYS),
        }
    }

    /// Whether a client may ask about a serial of a batch now.
    pub(crate) fn look(&self, client: Network, batch: BatchId) -> Result<(), Limited> {
        self.by_client.look(&client)?;
        match self.of_batch.look(&batch) {
            Ok(()) => Ok(()),
            Err(_) => self.by_client_of_batch.look(&(client, batch)),
        }
    }

    /// Counts a serial that is not in its batch.
    pub(crate) fn count(&self, client: Network, batch: BatchId) {
        // Who has nothing left has nothing to lose.
        let _ = self.by_client.take(&client);
        let _ = self.of_batch.take(&batch);
        let _ = self.by_client_of_batch.take(&(client, batch));
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    const LIMITS: LimitsConfig = LimitsConfig { requests: 1, guesses: 3, guesses_of_batch: 10 };

    fn client(number: u8) -> Network {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)).into()
    }

    #[test]
    fn a_client_that_guesses_is_stopped_and_others_are_not() {
        let (guesses, batch) = (Guesses::new(LIMITS), BatchId([1; 32]));
        for _ in 0..3 {
            guesses.look(client(1), batch).unwrap();
            guesses.count(client(1), batch);
        }
        assert!(guesses.look(client(1), batch).is_err());
        assert!(guesses.look(client(1), BatchId([2; 32])).is_err(), "of no other batch either");
        guesses.look(client(2), batch).unwrap();
    }

    #[test]
    fn a_batch_that_is_guessed_from_many_addresses_gives_each_one_more() {
        let (guesses, batch) = (Guesses::new(LIMITS), BatchId([1; 32]));
        for number in 0..10 {
            guesses.look(client(number), batch).unwrap();
            guesses.count(client(number), batch);
        }
        assert!((0..10).all(|number| guesses.look(client(number), batch).is_err()));
        assert!((0..10).all(|number| guesses.look(client(number), BatchId([2; 32])).is_ok()));
        guesses.look(client(99), batch).unwrap();
        guesses.count(client(99), batch);
        assert!(guesses.look(client(99), batch).is_err());
    }
}
