//! GS1 Lightweight Messaging Standard for Verification of Product Identifiers 1.1.0: whether one pack is what it says.
//!
//! The standard's text could not be read in full when this was written. The names of the members are those of a public
//! implementation of release 1.0.2 (`quartet_vrs`): `verificationTimestamp`, `responderGLN`, `data` with `verified`,
//! `verificationFailureReason` and `additionalInfo`, and `corrUUID`. The values are those of GS1's implementation guideline
//! for the DSCSA, release 1.3, as a vendor repeats them. An own member, `register`, has the outcome, the codes of the
//! reasons and the block.
//!
//! A request names no place: whether a pack may be dispensed somewhere is not asked here, and no parameter says where the
//! client is.

mod reply;

use gs1::Gln;

use crate::identity::Identity;
use crate::links::is_context;
use crate::Problem;

pub use reply::{reply, AdditionalInfo, Block, FailureReason, Finding, Responder};

/// The context of a return to the wholesaler that is to be sold again, for which the law of the United States asks.
pub const SALEABLE_RETURN: &str = "dscsaSaleableReturn";

/// A request for verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    identity: Identity,
    context: Option<String>,
    requester: Option<Gln>,
    correlation: Option<String>,
}

impl Request {
    /// The request in a Digital Link with `linkType=verificationService`.
    ///
    /// # Errors
    /// 400 without a serial, with a requester that is not a GLN, and with a context that is not a plain word.
    pub(crate) fn read(request: &crate::Request) -> Result<Self, Problem> {
        let identity = request.identity.clone();
        if identity.pack().serial().is_none() {
            return Err(Problem::bad_request(
                "a verification is of one pack, and the link has no serial; add /21/ and the serial of the pack",
            ));
        }
        if request.context.as_deref().is_some_and(|context| !is_context(context)) {
            return Err(Problem::bad_request(
                "the context is not a word of up to 64 letters and digits; give one such as dscsaSaleableReturn",
            ));
        }
        let requester = match request.asked.get("reqGLN")? {
            Some(text) => Some(
                text.parse::<Gln>()
                    .map_err(|error| Problem::bad_request(format!("reqGLN is not a GLN: {error}")))?,
            ),
            None => None,
        };
        let correlation = request.asked.get("corrUUID")?.filter(|text| is_uuid(text));
        Ok(Self { identity, context: request.context.clone(), requester, correlation })
    }

    /// The pack.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Why it is asked. It does not change the answer.
    #[must_use]
    pub fn context(&self) -> Option<&str> {
        self.context.as_deref()
    }

    /// Who says to ask. Nothing proves it.
    #[must_use]
    pub const fn requester(&self) -> Option<Gln> {
        self.requester
    }

    /// The client's name for this request; `None` where it is not a UUID.
    #[must_use]
    pub fn correlation(&self) -> Option<&str> {
        self.correlation.as_deref()
    }
}

/// The text form of RFC 9562 section 4.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests;
