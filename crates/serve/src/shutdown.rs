//! The end: asked for by a signal, and reached within a stated time.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// A token that is cancelled at the first SIGTERM or Ctrl-C (SIGINT) from now on. At the second one the process exits with
/// status 1: whoever asks again does not want to wait.
///
/// # Errors
/// The system's answer, if it gives no signals.
#[cfg(unix)]
pub fn on_signal() -> io::Result<CancellationToken> {
    use tokio::signal::unix::{signal, SignalKind};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    tokio::spawn(async move {
        for _ in 0..2 {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if stopped.is_cancelled() {
                tracing::warn!("a second signal came; what has not ended is cut short");
                std::process::exit(1);
            }
            stopped.cancel();
        }
    });
    Ok(stop)
}

/// Waits for all the parts of a service, but once `stop` is cancelled no longer than `limit`: then `None`, and what is
/// left is dropped.
pub async fn within<T>(
    stop: &CancellationToken,
    limit: Duration,
    parts: impl Future<Output = T>,
) -> Option<T> {
    let too_late = async {
        stop.cancelled().await;
        tokio::time::sleep(limit).await;
    };
    tokio::select! {
        ended = parts => Some(ended),
        () = too_late => {
            tracing::warn!("the end took too long, and was cut short");
            None
        }
    }
}

/// A part whose end, or whose failure, stops the others.
pub async fn ending_with<T>(stop: &CancellationToken, part: impl Future<Output = T>) -> T {
    let _guard = stop.clone().drop_guard();
    part.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_signal_asks_for_the_end() {
        let stop = on_signal().unwrap();
        assert!(!stop.is_cancelled());
        let own = std::process::id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &own]).status().unwrap().success());
        tokio::time::timeout(Duration::from_secs(5), stop.cancelled()).await.unwrap();
    }

    #[tokio::test]
    async fn the_end_comes_within_its_limit() {
        let (stop, limit) = (CancellationToken::new(), Duration::from_millis(20));
        let slow = async {
            tokio::time::sleep(limit * 3).await;
            7
        };
        assert_eq!(within(&stop, limit, slow).await, Some(7), "nobody asked for the end");
        stop.cancel();
        assert_eq!(within(&stop, limit, std::future::pending::<u8>()).await, None);
        assert_eq!(within(&stop, limit, async { 8 }).await, Some(8));
    }

    #[tokio::test]
    async fn the_first_part_that_ends_stops_the_others() {
        let stop = CancellationToken::new();
        let others = stop.cancelled();
        assert_eq!(tokio::join!(ending_with(&stop, async { 7 }), others), (7, ()));
    }
}
