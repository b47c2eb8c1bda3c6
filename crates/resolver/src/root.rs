//! The public address of the resolver.

use std::fmt;

use gs1::Gtin;

/// Scheme and host of the resolver, such as `https://id.example.org`. It comes from the operator and never from a request:
/// a `Host` header would let a client choose where others are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root(String);

/// The root is not the address of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the resolver's root is not https:// and the name of a host; write it without a path, such as https://id.example.org")]
pub struct RootError;

impl Root {
    /// Reads a root. A slash at its end is dropped. `http://` is for tests on one machine: the standard wants HTTPS.
    pub fn read(text: &str) -> Result<Self, RootError> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(RootError)?;
        // What can stand in a link can stand in a root.
        let link = Gtin::new(0).ok().and_then(|gtin| gs1::MedicinePack::new(gtin).to_digital_link(text).ok());
        (!host.contains('/') && link.is_some()).then(|| Self(text.to_owned())).ok_or(RootError)
    }

    /// As text, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_a_scheme_and_a_host() {
        for text in
            ["https://id.example.org", "https://id.example.org/", "http://127.0.0.1:8080", "http://[::1]:80"]
        {
            assert_eq!(Root::read(text).unwrap().as_str(), text.trim_end_matches('/'));
        }
        for text in [
            "",
            "id.example.org",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://a b",
            "ftp://a",
            "https://a\r\nb",
        ] {
            assert_eq!(Root::read(text), Err(RootError), "{text:?}");
        }
    }
}
