//! Whether the gateway can do its work, and what it counts.

use axum::extract::State;
use axum::response::Response;
use serve::ready::{answer, Asked, Part, Readiness};

use super::Shared;

/// The history may be so many blocks behind while it is still called usable: it catches up in seconds.
const BEHIND: u64 = 100;

pub(crate) type Checked = Asked<Readiness>;

/// Chain, history and lists. The verdict needs the first only; what the others lack is named.
pub(super) async fn ready(State(gateway): Shared) -> Response {
    let ready = gateway.checked.get(async {
        let chain =
            Part::ask(async { gateway.register.now().await.map(drop).map_err(|_| "unreachable".to_owned()) });
        let history = Part::ask(async {
            match gateway.index.progress().behind() {
                Some(behind) if behind <= BEHIND => Ok(()),
                Some(_) => Err("behind".to_owned()),
                None => Err("not-begun".to_owned()),
            }
        });
        let lists = Part::of(match gateway.lists.damaged().is_empty() {
            true => Ok(()),
            false => Err("damaged".to_owned()),
        });
        let (chain, history) = futures::join!(chain, history);
        // A scan is answered without history, and all packs but those of damaged lists.
        let ok = chain.ok;
        let mut ready = Readiness::of([("chain", chain), ("history", history), ("lists", lists)]);
        ready.ok = ok;
        ready
    });
    let ready = ready.await;
    answer(ready.ok, &ready)
}

pub(super) async fn metrics(State(gateway): Shared) -> Response {
    gateway.metrics.refresh(&gateway.index, &gateway.lists, gateway.register.chain());
    serve::metrics::answer(&gateway.registry)
}
