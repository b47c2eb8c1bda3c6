//! Who or what a reference points to (<https://hl7.org/fhir/R4/references.html>, and for bundles
//! <https://hl7.org/fhir/R4/bundle.html#references>).

use serde::Deserialize;

use crate::Identifier;

/// A pointer to another resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Reference {
    /// `Patient/1`, an absolute URL, `urn:uuid:…`, or `#1` for a contained resource.
    pub reference: Option<String>,
    /// The thing by a name, if it has no address.
    pub identifier: Option<Identifier>,
    /// The thing in words.
    pub display: Option<String>,
}

/// Where a reference leads, seen from its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// A resource inside the resource that has the reference.
    Contained(&'a str),
    /// The resource with exactly this `fullUrl`.
    Absolute(String),
    /// A resource of this type and id, on a server that nobody names.
    Relative(&'a str, &'a str),
    /// The resource of this type with an identifier: a conditional reference of a transaction.
    Conditional(&'a str, Identifier),
}

impl Reference {
    /// The target, seen from the entry with this `fullUrl`. `None` if there is no literal reference, or it has another
    /// form.
    pub(crate) fn target<'a>(&'a self, full_url: Option<&str>) -> Option<Target<'a>> {
        let reference = self.reference.as_deref()?;
        if let Some(id) = reference.strip_prefix('#') {
            return Some(Target::Contained(id));
        }
        // https://hl7.org/fhir/R4/http.html#trules
        if let Some((kind, identifier)) = reference.split_once("?identifier=") {
            let (system, value) = identifier.split_once('|')?;
            let (system, value) = (Some(system.to_owned()), Some(value.to_owned()));
            return Some(Target::Conditional(kind, Identifier { usage: None, system, value }));
        }
        // A reference to a version is `Patient/1/_history/2`: the same patient.
        let plain = reference.split_once("/_history/").map_or(reference, |(plain, _)| plain);
        if is_absolute(plain) {
            return Some(Target::Absolute(plain.to_owned()));
        }
        let (kind, id) = plain.split_once('/').filter(|(_, id)| !id.contains('/'))?;
        Some(match full_url.and_then(root) {
            Some(root) => Target::Absolute(format!("{root}/{kind}/{id}")),
            None => Target::Relative(kind, id),
        })
    }
}

/// Whether it has a scheme.
fn is_absolute(reference: &str) -> bool {
    let scheme = reference.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The server's base of a `fullUrl` of the form base/type/id; `None` for a `urn:uuid:…` and the like.
fn root(full_url: &str) -> Option<&str> {
    let (rest, id) = full_url.rsplit_once('/')?;
    let (root, kind) = rest.rsplit_once('/')?;
    let is_type = kind.starts_with(|first: char| first.is_ascii_uppercase())
        && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_type && !id.is_empty() && (root.starts_with("http://") || root.starts_with("https://")))
        .then_some(root)
}

/// All by which a reference may name one patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'a> {
    /// The address of the resource: `fullUrl` of its entry, or where it was read.
    pub full_url: Option<&'a str>,
    /// The logical id on its server.
    pub id: Option<&'a str>,
    /// Its identifiers.
    pub identifiers: &'a [Identifier],
}

impl Identity<'_> {
    /// Whether the reference, in an entry with this `fullUrl`, points to this patient: at its address, character by
    /// character; by its id where neither says on which server; or by an identifier where there is no address. The
    /// same id on another server is another patient, and so is a contained resource.
    #[must_use]
    pub fn is_named_by(&self, reference: &Reference, full_url: Option<&str>) -> bool {
        match reference.target(full_url) {
            Some(Target::Absolute(url)) => self.full_url == Some(url.as_str()),
            Some(Target::Relative(kind, id)) => kind == "Patient" && self.id == Some(id),
            Some(Target::Conditional(kind, named)) => {
                kind == "Patient" && self.identifiers.iter().any(|own| own.is_same(&named))
            }
            Some(Target::Contained(_)) => false,
            None if reference.reference.is_some() => false,
            None => reference
                .identifier
                .as_ref()
                .is_some_and(|named| self.identifiers.iter().any(|own| own.is_same(named))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "https://fhir.example/r4/Patient/p1";

    fn to(text: &str, from: Option<&str>, full_url: Option<&str>) -> bool {
        let identity = Identity { full_url, id: Some("p1"), identifiers: &[] };
        identity.is_named_by(&Reference { reference: Some(text.into()), ..Reference::default() }, from)
    }

    #[test]
    fn an_absolute_reference_is_the_address_character_by_character() {
        assert!(to(SERVER, None, Some(SERVER)));
        assert!(to("https://fhir.example/r4/Patient/p1/_history/3", None, Some(SERVER)));
        assert!(to("urn:uuid:0c3151bd", None, Some("urn:uuid:0c3151bd")));
        for other in
            ["https://other.example/r4/Patient/p1", "https://fhir.example/r4/Patient/p11", "urn:uuid:p1"]
        {
            assert!(!to(other, None, Some(SERVER)), "{other}");
            assert!(!to(other, None, None), "{other}");
        }
    }

    #[test]
    fn a_relative_reference_is_on_the_server_of_its_entry() {
        let here = Some("https://fhir.example/r4/Observation/7");
        assert!(to("Patient/p1", here, Some(SERVER)));
        assert!(to("Patient/p1/_history/3", here, Some(SERVER)));
        assert!(!to("Patient/p1", Some("https://other.example/r4/Observation/7"), Some(SERVER)));
        assert!(!to("Patient/p2", here, Some(SERVER)));
        assert!(!to("Group/p1", here, Some(SERVER)));
        // Nobody names a server.
        assert!(to("Patient/p1", None, None));
        assert!(to("Patient/p1", Some("urn:uuid:7"), Some("urn:uuid:8")));
        assert!(to("Patient/p1", None, Some(SERVER)));
        assert!(!to("Patient/p2", None, None));
        for other in ["p1", "Group/p1", "#p1", "", "r4/Patient/p1", "/Patient/p1", "Patient/"] {
            assert!(!to(other, None, None), "{other}");
        }
    }

    #[test]
    fn an_identifier_names_the_patient_only_where_there_is_no_address() {
        let identifier = Identifier { usage: None, system: Some("urn:s".into()), value: Some("1".into()) };
        let identity = Identity { full_url: None, id: None, identifiers: core::slice::from_ref(&identifier) };
        let by_name = Reference { identifier: Some(identifier.clone()), ..Reference::default() };
        assert!(identity.is_named_by(&by_name, None));
        let conditional = |text: &str| {
            identity.is_named_by(&Reference { reference: Some(text.into()), ..Reference::default() }, None)
        };
        assert!(conditional("Patient?identifier=urn:s|1"));
        for other in ["Patient?identifier=urn:s|2", "Patient?identifier=1", "Group?identifier=urn:s|1"] {
            assert!(!conditional(other), "{other}");
        }
        let elsewhere = Reference { reference: Some("Patient/q".into()), ..by_name };
        assert!(!identity.is_named_by(&elsewhere, None));
        assert!(!identity.is_named_by(&Reference::default(), None));
    }
}
