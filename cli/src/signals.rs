//! The signals by which a person or a supervisor ends the program.

use std::future::Future;

use tokio::signal::unix::{signal, SignalKind};

use crate::failure::Failure;

/// Ends at the first Ctrl-C or SIGTERM from now on.
pub fn stop() -> Result<impl Future<Output = ()> + Send, Failure> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::failed)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => (),
            _ = terminate.recv() => (),
        }
    })
}
