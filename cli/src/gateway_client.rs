//! A gateway over HTTP: where it is, with which token, and what it answers.

use std::error::Error;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use reqwest::header::CONTENT_LENGTH;
use reqwest::{redirect, Body, Client, RequestBuilder, Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::failure::{Exit, Failure};

/// The longest token that is read, and white space around it.
const MAX_TOKEN: usize = 1024;
/// The longest answer that is read: what a gateway says of one list or one error.
const MAX_ANSWER: usize = 64 << 10;
/// The most characters of an error that are shown.
const MAX_SHOWN: usize = 600;
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// For an answer, without the time of what is sent.
const ANSWER_TIME: Duration = Duration::from_secs(120);
/// So many bytes a second at least are sent over the slowest line that is waited for.
const SLOWEST: u64 = 50_000;

/// Where a gateway is, and who asks.
#[derive(Args, Clone, Debug)]
pub struct GatewayArgs {
    /// The gateway's address, such as https://gateway.example
    #[arg(long, value_name = "URL", env = "THERIAC_GATEWAY")]
    gateway: String,

    /// The file with your token for the gateway, which only you may read
    #[arg(long, value_name = "FILE", env = "THERIAC_GATEWAY_TOKEN_FILE")]
    token_file: Option<PathBuf>,
}

/// A gateway that can be asked. Redirects are not followed: the token is for this one alone.
pub struct Gateway {
    client: Client,
    base: Url,
    token: Option<Zeroizing<String>>,
}

/// What is sent, with its length, so that the gateway can refuse it before it comes.
pub struct Content {
    /// The media type.
    pub media_type: &'static str,
    /// The bytes.
    pub body: Body,
    /// How many there are.
    pub length: u64,
}

/// An error of a service (RFC 9457).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    code: Option<String>,
    title: Option<String>,
    detail: Option<String>,
}

impl Gateway {
    /// Reads address and token. Does not connect.
    pub fn new(args: &GatewayArgs, insecure: bool) -> Result<Self, Failure> {
        let base = address(&args.gateway, insecure)?;
        let token = args.token_file.as_deref().map(token).transpose()?;
        // The first provider that is installed serves the whole process; an existing one is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .connect_timeout(CONNECT_TIME)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("theriac/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::failed(format!("no HTTP client can be made: {}", chained(&error))))?;
        Ok(Self { client, base, token })
    }

    /// The gateway as people may see it.
    pub fn shown(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// Asks for something. `None` where the gateway says that there is none, by the problem `absent`.
    pub async fn get<T: DeserializeOwned>(&self, path: &[&str], absent: &str) -> Result<Option<T>, Failure> {
        let request = self.client.get(self.url(path)?).timeout(ANSWER_TIME);
        let response = self.send(request).await?;
        match response.status() {
            StatusCode::OK => self.read(response).await.map(Some),
            StatusCode::NOT_FOUND => {
                let problem = self.problem(response).await;
                if problem.code.as_deref() == Some(absent) {
                    return Ok(None);
                }
                Err(self.refusal(StatusCode::NOT_FOUND, &problem))
            }
            status => Err(self.refusal(status, &self.problem(response).await)),
        }
    }

    /// Puts something there. Says whether it is new.
    pub async fn put<T: DeserializeOwned>(
        &self,
        path: &[&str],
        content: Content,
    ) -> Result<(bool, T), Failure> {
        let time = content.length.checked_div(SLOWEST).unwrap_or(0);
        let request = self
            .client
            .put(self.url(path)?)
            .header(reqwest::header::CONTENT_TYPE, content.media_type)
            .header(CONTENT_LENGTH, content.length)
            .timeout(ANSWER_TIME.saturating_add(Duration::from_secs(time)))
            .body(content.body);
        let response = self.send(request).await?;
        match response.status() {
            status @ (StatusCode::OK | StatusCode::CREATED) => {
                Ok((status == StatusCode::CREATED, self.read(response).await?))
            }
            status => Err(self.refusal(status, &self.problem(response).await)),
        }
    }

    fn url(&self, path: &[&str]) -> Result<Url, Failure> {
        // Dots alone name this and the folder above in an address, however they are written (WHATWG URL, 4.5).
        if let Some(dots) = path.iter().find(|part| matches!(**part, "." | "..")) {
            return Err(Failure::bad_input(format!(
                "a lot {dots:?} cannot stand in an address; ask the gateway's operator to take its list from a file"
            )));
        }
        let mut url = self.base.clone();
        // An address with a host has a path.
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().extend(path);
        }
        Ok(url)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token.as_str()),
            None => request,
        };
        request.send().await.map_err(|error| self.unreachable(error))
    }

    async fn read<T: DeserializeOwned>(&self, response: Response) -> Result<T, Failure> {
        let bytes = self.bytes(response).await?;
        serde_json::from_slice(&bytes).map_err(|error| {
            Failure::failed(format!(
                "{} does not answer as a gateway of this version does: {error}; check --gateway",
                self.shown()
            ))
            .with_code("gateway/other-answer")
        })
    }

    /// What an error answer says; nothing where it is not a problem document.
    async fn problem(&self, response: Response) -> Problem {
        let bytes = self.bytes(response).await.unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Reads an answer, and stops as soon as it is too long.
    async fn bytes(&self, mut response: Response) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            if chunk.len() > MAX_ANSWER.saturating_sub(bytes.len()) {
                return Err(Failure::failed(format!(
                    "{} answers with more than a gateway does; check --gateway",
                    self.shown()
                ))
                .with_code("gateway/other-answer"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn unreachable(&self, error: reqwest::Error) -> Failure {
        let message = format!(
            "the gateway {} does not answer: {}; check --gateway and the network, and try again",
            self.shown(),
            chained(&error.without_url())
        );
        Failure::new(Exit::Unreachable, message).with_code("gateway/unreachable")
    }

    fn refusal(&self, status: StatusCode, problem: &Problem) -> Failure {
        let said = problem.detail.as_deref().or(problem.title.as_deref()).map(plain);
        let said = said.unwrap_or_else(|| format!("status {status}"));
        let shown = self.shown();
        let code = problem.code.as_deref().filter(|code| is_code(code)).map(|code| format!("gateway/{code}"));
        let (exit, message, otherwise) = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let message = format!(
                    "the gateway {shown} does not let you: {said}; give --token-file with a token of the manufacturer's role"
                );
                (Exit::BadInput, message, "unauthorised")
            }
            StatusCode::SERVICE_UNAVAILABLE => (
                Exit::Unreachable,
                format!("the gateway {shown} cannot answer now: {said}; try again later"),
                "unavailable",
            ),
            _ if status.is_redirection() => {
                let message =
                    format!("{shown} sends to another address; give the gateway's own with --gateway");
                (Exit::BadInput, message, "elsewhere")
            }
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => (
                Exit::Failed,
                format!("the gateway {shown} refuses for now: {said}; try again later"),
                "later",
            ),
            _ if status.is_client_error() => {
                (Exit::BadInput, format!("the gateway {shown} refuses: {said}"), "refused")
            }
            _ => (Exit::Failed, format!("the gateway {shown} fails: {said}; tell its operator"), "failed"),
        };
        Failure::new(exit, message).with_code(code.unwrap_or_else(|| format!("gateway/{otherwise}")))
    }
}

/// The address of a gateway. A key of a batch goes there: over TLS, or within this machine.
fn address(text: &str, insecure: bool) -> Result<Url, Failure> {
    let bad = |reason: &str| {
        Failure::bad_input(format!(
            "the gateway's address {reason}; give one such as https://gateway.example"
        ))
        .with_code("gateway/bad-address")
    };
    let url = Url::parse(text).map_err(|error| bad(&format!("cannot be read ({error})")))?;
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() {
        return Err(bad("names no host"));
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(bad("has a user, a query or a fragment"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if insecure || is_loopback(host) => Ok(url),
        "http" => Err(Failure::bad_input(
            "the gateway's address is unencrypted, and whoever sits between could read the batch key and the token; give \
             its https:// address, or --insecure within a network that you trust",
        )
        .with_code("gateway/unencrypted")),
        _ => Err(bad("is neither https:// nor http://")),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn token(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let bad = |error: &dyn std::fmt::Display| {
        Failure::bad_input(format!("the token {error}")).with_code("gateway/bad-token")
    };
    let bytes = files::read_secret(path, MAX_TOKEN).map_err(|error| bad(&error))?;
    let text = str::from_utf8(&bytes).unwrap_or_default().trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let shown = path.display();
        return Err(bad(&format!(
            "in {shown} is not one line of visible characters; give the file with your token"
        )));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

/// What a stranger wrote, for a terminal: on one line, without control characters, and not too long.
fn plain(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|character| !character.is_control()).take(MAX_SHOWN).collect()
}

fn is_code(code: &str) -> bool {
    (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// An error with its first cause: reqwest says only what it did.
fn chained(error: &dyn Error) -> String {
    let mut first = error.source();
    while let Some(before) = first.and_then(Error::source) {
        first = Some(before);
    }
    first.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

#[cfg(test)]
mod tests;
