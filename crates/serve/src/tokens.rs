//! The bearer tokens of callers (RFC 6750): several at once, each with a name and a role, and exchanged without a
//! restart.

use std::path::Path;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;
use crate::secret::{Location, Secret, SecretError, Token};
use crate::watched::Watched;

/// The most bytes of the file.
const MAX_BYTES: usize = 512 << 10;
/// The most tokens of the file.
pub(crate) const MAX_TOKENS: usize = 2_000;
/// The name of a token without one.
const UNNAMED: &str = "caller";

/// The roles of a service: lower-case words. The first one is that of a token without a role.
pub type Roles = &'static [&'static str];

/// Who calls: in the request's extensions for handlers, and in the answer's for the access log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name of the token.
    pub name: Arc<str>,
    /// The role of the token: one of the service's.
    pub role: &'static str,
}

/// The tokens, as their file has them. While the file cannot be used, the tokens before are valid.
#[derive(Debug)]
pub struct Tokens(Watched<Vec<(Caller, Token)>>);

impl Tokens {
    /// Reads the tokens. The file has 1 to 2000 lines: `token`, `name token` or `name role token`.
    ///
    /// # Errors
    /// [`SecretError::File`], [`SecretError::NotTokens`] and [`SecretError::WeakToken`].
    pub fn new(location: Location, roles: Roles) -> Result<Self, SecretError> {
        let paths = match &location {
            Location::File(path) => vec![path.clone()],
            Location::Value(_) => Vec::new(),
        };
        Watched::new("tokens", paths, move || read(&location, roles)).map(Self)
    }

    /// Whose tokens there are now.
    #[must_use]
    pub fn callers(&self) -> Vec<Caller> {
        self.0.get().iter().map(|(caller, _)| caller.clone()).collect()
    }

    /// Whose token this is.
    #[must_use]
    pub fn caller(&self, shown: &str) -> Option<Caller> {
        // All are compared, so that the time says nothing about which one it is.
        self.0.get().iter().fold(None, |found, (caller, token)| match token.is(shown) {
            true => Some(caller.clone()),
            false => found,
        })
    }
}

fn read(location: &Location, roles: Roles) -> Result<Vec<(Caller, Token)>, SecretError> {
    let first = roles.first().copied().unwrap_or(UNNAMED);
    match location {
        Location::Value(secret) => {
            Ok(vec![(Caller { name: UNNAMED.into(), role: first }, Token::new(secret.clone())?)])
        }
        Location::File(path) => from_file(path, roles, first),
    }
}

fn from_file(path: &Path, roles: Roles, first: &'static str) -> Result<Vec<(Caller, Token)>, SecretError> {
    let bytes = files::read_secret(path, MAX_BYTES)?;
    let unusable = || SecretError::NotTokens { path: path.to_owned(), roles: roles.join(", ") };
    let text = std::str::from_utf8(&bytes).map_err(|_| unusable())?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let tokens = lines.map(|line| {
        let mut words = line.split_whitespace();
        let (name, role, token) = match (words.next(), words.next(), words.next(), words.next()) {
            (Some(token), None, None, None) => (UNNAMED, first, token),
            (Some(name), Some(token), None, None) => (name, first, token),
            (Some(name), Some(role), Some(token), None) => {
                (name, *roles.iter().find(|known| **known == role).ok_or_else(unusable)?, token)
            }
            _ => return Err(unusable()),
        };
        let plain = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if !plain || name.len() > 64 {
            return Err(unusable());
        }
        Ok((Caller { name: name.into(), role }, Token::new(Secret::from(token.to_owned()))?))
    });
    let tokens = tokens.collect::<Result<Vec<_>, SecretError>>()?;
    if tokens.is_empty() || tokens.len() > MAX_TOKENS {
        return Err(unusable());
    }
    Ok(tokens)
}

/// Which tokens open an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// None is needed. Where one is shown, it must be right.
    Nothing,
    /// Any of the tokens.
    Token,
    /// A token with one of these roles.
    OneOf(Roles),
}

/// The tokens, and which of them are needed: the state of [`guard`].
#[derive(Clone, Debug)]
pub struct Guard {
    /// The tokens.
    pub tokens: Arc<Tokens>,
    /// Which of them are needed.
    pub need: Need,
}

/// Middleware that lets through who has the needed token, as a [`Caller`] in the extensions. No token, or a wrong one, is
/// answered 401 `unauthorised`; a token without the role 403 `forbidden`.
///
/// ```no_run
/// # use std::sync::Arc;
/// # use axum::{middleware::from_fn_with_state, routing::put, Router};
/// # use serve::tokens::{guard, Guard, Need, Tokens};
/// # fn example(tokens: Arc<Tokens>) -> Router {
/// let guarded = Guard { tokens, need: Need::OneOf(&["manufacturer"]) };
/// Router::new().route("/serials", put(|| async {})).layer(from_fn_with_state(guarded, guard))
/// # }
/// ```
pub async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    if guard.need == Need::Nothing && !request.headers().contains_key(AUTHORIZATION) {
        return next.run(request).await;
    }
    let shown = bearer(request.headers());
    let Some(caller) = shown.and_then(|token| guard.tokens.caller(token)) else {
        return unauthorised(shown.is_some()).into_response();
    };
    let mut answer = match guard.need {
        Need::OneOf(roles) if !roles.contains(&caller.role) => forbidden().into_response(),
        _ => {
            request.extensions_mut().insert(caller.clone());
            next.run(request).await
        }
    };
    answer.extensions_mut().insert(caller);
    answer
}

/// The token of `Authorization: Bearer …`; `None` if there is not exactly one such header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (all.next(), all.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn unauthorised(shown: bool) -> Problem {
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "unauthorised", "A token is needed")
        .detail("a token is needed; send `Authorization: Bearer …` with a token of this service");
    // RFC 6750 section 3: no error where no token was shown.
    problem.challenge(if shown { "Bearer error=\"invalid_token\"" } else { "Bearer" })
}

fn forbidden() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "forbidden", "The token does not have the needed role")
        .detail("the token does not have the role that this address needs; use another token")
        .challenge("Bearer error=\"insufficient_scope\"")
}

#[cfg(test)]
mod tests;
