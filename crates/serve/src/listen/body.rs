//! The body of a request, which has to come at a least rate.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use axum::BoxError;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{sleep, Instant, Sleep};

/// A body that came too slowly: the cause of the error that a handler reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body came too slowly; send it faster")]
pub struct SlowBody;

impl SlowBody {
    /// Whether it is the cause of an error, for example of an extractor's rejection.
    #[must_use]
    pub fn is_cause_of(error: &(dyn Error + 'static)) -> bool {
        crate::extract::cause::<Self>(error).is_some()
    }
}

/// A body that ends with [`SlowBody`] where a pause is too long, or the average rate too low. Only the time counts in which
/// somebody waits for it: what a handler does between two parts is not the client's fault.
pub(super) struct Paced {
    body: Incoming,
    pause: Duration,
    rate: u32,
    /// How long the bytes so far let it be waited for.
    left: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Paced {
    /// A body with the longest pause between two parts, and the least bytes a second on average after one pause.
    pub(super) fn new(body: Incoming, pause: Duration, rate: u32) -> Self {
        Self { body, pause, rate, left: pause, waiting: None }
    }

    fn came(&mut self, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let bought = Duration::from_secs(1).saturating_mul(bytes).checked_div(self.rate).unwrap_or_default();
        let waited = self.waiting.take().map_or(Duration::ZERO, |(since, _)| since.elapsed());
        self.left = self.left.saturating_sub(waited).saturating_add(bought);
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                this.came(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(ended) => Poll::Ready(ended.map(|error| error.map_err(BoxError::from))),
            Poll::Pending => {
                let longest = this.left.min(this.pause);
                let (_, due) = this.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(sleep(longest))));
                ready!(due.as_mut().poll(context));
                Poll::Ready(Some(Err(SlowBody.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
