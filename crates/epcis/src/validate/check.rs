//! Checks values against rules.

use super::rules::{of_event, List, Others, Rule, Shape, COMMON, PERSISTENT_DISPOSITION};
use super::{Broken, Violation};
use crate::event::EventType;
use crate::json::{Object, Value};
use crate::limits::MAX_VIOLATIONS;
use crate::vocabulary::Vocabulary;

#[derive(Default)]
pub(super) struct Checker {
    path: Vec<Step>,
    pub(super) violations: Vec<Violation>,
}

pub(super) enum Step {
    Member(String),
    Entry(usize),
}

impl Checker {
    pub(super) fn broken(&mut self, rule: Broken) {
        if self.violations.len() < MAX_VIOLATIONS {
            let mut path = String::new();
            for step in &self.path {
                match step {
                    Step::Member(name) if path.is_empty() => path.push_str(name),
                    Step::Member(name) => {
                        path.push('.');
                        path.push_str(name);
                    }
                    Step::Entry(index) => path.push_str(&format!("[{index}]")),
                }
            }
            if path.is_empty() {
                path.push_str("the document");
            }
            self.violations.push(Violation { path, rule });
        }
    }

    pub(super) fn enter(&mut self, step: Step) {
        self.path.push(step);
    }

    pub(super) fn leave(&mut self) {
        self.path.pop();
    }

    fn at(&mut self, step: Step, check: impl FnOnce(&mut Self)) {
        self.enter(step);
        check(self);
        self.leave();
    }

    /// Checks an object against its shape.
    pub(super) fn shape(&mut self, object: &Object, shape: &'static Shape) {
        self.members(object, shape.required, &[shape.members], &shape.others);
        if std::ptr::eq(shape, &PERSISTENT_DISPOSITION)
            && object.get("set").is_none()
            && object.get("unset").is_none()
        {
            self.broken(Broken::Nothing { needed: "set or unset" });
        }
    }

    fn members(
        &mut self,
        object: &Object,
        required: &'static [&'static str],
        known: &[&'static [(&'static str, Rule)]],
        others: &Others,
    ) {
        for name in required.iter().copied().filter(|name| object.get(name).is_none()) {
            self.broken(Broken::Missing { name });
        }
        for (name, value) in object.iter() {
            let rule = known.iter().flat_map(|members| members.iter()).find(|(member, _)| *member == name);
            match rule {
                Some((_, rule)) => {
                    self.at(Step::Member(name.to_owned()), |checker| checker.value(value, rule))
                }
                None if *others == Others::Open || (*others == Others::Extensions && is_uri(name)) => {}
                None => self.broken(Broken::UnknownMember { name: name.to_owned() }),
            }
        }
    }

    fn value(&mut self, value: &Value, rule: &'static Rule) {
        match rule {
            Rule::Object(shape) => match value {
                Value::Object(object) => self.shape(object, shape),
                _ => self.broken(Broken::Kind { expected: "an object" }),
            },
            Rule::List(list) => match value {
                Value::Array(values) => self.list(values, list),
                _ => self.broken(Broken::Kind { expected: "an array" }),
            },
            Rule::Event => match value {
                Value::Object(object) => self.event(object),
                _ => self.broken(Broken::Kind { expected: "an object" }),
            },
            Rule::UriOrUris => match value {
                Value::Array(values) => self.entries(values, &Rule::Uri),
                single => self.value(single, &Rule::Uri),
            },
            Rule::Context => match value {
                Value::Array(values) => {
                    self.unique(values);
                    for (index, entry) in
                        values.iter().enumerate().filter(|(_, entry)| entry.as_object().is_none())
                    {
                        self.at(Step::Entry(index), |checker| checker.value(entry, &Rule::Uri));
                    }
                }
                Value::Object(_) => {}
                single => self.value(single, &Rule::Uri),
            },
            Rule::MasterData => {
                if matches!(value, Value::Bool(_) | Value::Array(_)) {
                    self.broken(Broken::Kind { expected: "a number, a text or an object" });
                }
            }
            Rule::Number => {
                if !matches!(value, Value::Number(_)) {
                    self.broken(Broken::Kind { expected: "a number" });
                }
            }
            Rule::Boolean => {
                if !matches!(value, Value::Bool(_)) {
                    self.broken(Broken::Kind { expected: "true or false" });
                }
            }
            text_rule => match value {
                Value::String(text) => {
                    if let Some(broken) = broken_by(text, text_rule) {
                        self.broken(broken);
                    }
                }
                _ => self.broken(Broken::Kind { expected: "a text" }),
            },
        }
    }

    fn list(&mut self, values: &[Value], list: &'static List) {
        if list.filled && values.is_empty() {
            self.broken(Broken::Empty);
        }
        if list.unique {
            self.unique(values);
        }
        self.entries(values, &list.entry);
    }

    fn entries(&mut self, values: &[Value], rule: &'static Rule) {
        for (index, value) in values.iter().enumerate() {
            self.at(Step::Entry(index), |checker| checker.value(value, rule));
        }
    }

    fn unique(&mut self, values: &[Value]) {
        let mut texts: Vec<String> = values
            .iter()
            .map(|value| {
                let mut text = String::new();
                value.write(&mut text);
                text
            })
            .collect();
        texts.sort_unstable();
        if texts.windows(2).any(|pair| pair.first() == pair.last()) {
            self.broken(Broken::Repeated);
        }
    }

    /// Checks an event against the members that its type allows and requires.
    pub(super) fn event(&mut self, event: &Object) {
        // Reading refuses other types.
        let Some(kind) = event.get("type").and_then(Value::as_str).and_then(EventType::from_name) else {
            return self.broken(Broken::Missing { name: "type" });
        };
        let (members, required) = of_event(kind);
        self.members(event, required, &[COMMON, members], &Others::Extensions);
        let action = event.get("action").and_then(Value::as_str).unwrap_or_default();
        let filled = |name: &str| matches!(event.get(name), Some(Value::Array(values)) if !values.is_empty());
        let there = |name: &str| event.get(name).is_some();
        let needed = match kind {
            EventType::Object if there("epcList") || filled("quantityList") => None,
            EventType::Object if filled("sensorElementList") && there("readPoint") => None,
            EventType::Object => Some("epcList, quantityList, or sensorElementList with readPoint"),
            EventType::Aggregation | EventType::Association => {
                let some = filled("childEPCs") || filled("childQuantityList") || action == "DELETE";
                (!some).then_some("childEPCs or childQuantityList")
            }
            EventType::Transaction => {
                let some = there("epcList") || filled("quantityList") || action == "DELETE";
                (!some).then_some("epcList or quantityList")
            }
            EventType::Transformation => {
                let input = filled("inputEPCList") || filled("inputQuantityList");
                let output = filled("outputEPCList") || filled("outputQuantityList");
                let enough = (input && output) || (there("transformationID") && (input || output));
                (!enough).then_some("inputs and outputs, or one of them with a transformationID")
            }
        };
        if let Some(needed) = needed {
            self.broken(Broken::Nothing { needed });
        }
        if kind == EventType::Object && there("ilmd") && there("action") && action != "ADD" {
            self.broken(Broken::IlmdWithoutAdd);
        }
    }
}

fn broken_by(text: &str, rule: &Rule) -> Option<Broken> {
    let (ok, broken) = match rule {
        Rule::Uri => (is_uri(text), Broken::Uri),
        Rule::Time => (is_time(text), Broken::Time),
        Rule::Version => (is_version(text), Broken::Version),
        Rule::Offset => (is_offset(text), Broken::Offset),
        Rule::Unit => {
            let fits = matches!(text.len(), 2 | 3);
            (
                fits && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()),
                Broken::Unit,
            )
        }
        Rule::Hexadecimal => {
            (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit()), Broken::Hexadecimal)
        }
        Rule::Action => (matches!(text, "ADD" | "OBSERVE" | "DELETE"), Broken::Action),
        Rule::Term(vocabulary) => {
            let example = vocabulary.terms().first().copied().unwrap_or_default();
            (is_term(text, *vocabulary), Broken::Term { example })
        }
        _ => return None,
    };
    (!ok).then_some(broken)
}

/// A bare word of the vocabulary, or a URI; but not an older form of the vocabulary's own terms.
fn is_term(text: &str, vocabulary: Vocabulary) -> bool {
    if vocabulary.terms().contains(&text) {
        return true;
    }
    let without_scheme =
        text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let own = match vocabulary {
        Vocabulary::Measurement | Vocabulary::Exception => {
            without_scheme.starts_with("gs1.org/voc/") || without_scheme.starts_with("www.gs1.org/voc/")
        }
        _ => text.starts_with("urn:epcglobal:cbv") || without_scheme.starts_with("ns.gs1.org/cbv/"),
    };
    is_uri(text) && !own
}

/// Whether the text is an absolute URI (RFC 3986). IP literals in brackets are not read.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let first = scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let scheme = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let mut bytes = rest.bytes();
    let mut fragments = 0usize;
    while let Some(byte) = bytes.next() {
        let ok = match byte {
            b'%' => {
                let digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
                digit(bytes.next()) && digit(bytes.next())
            }
            b'#' => {
                fragments = fragments.saturating_add(1);
                fragments < 2
            }
            other => other.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=".contains(&other),
        };
        if !ok {
            return false;
        }
    }
    first && scheme
}

fn is_version(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_offset(text: &str) -> bool {
    let Some((sign, [hour_tens, hour, b':', minute_tens, minute])) = text.as_bytes().split_first() else {
        return false;
    };
    let hours = match (hour_tens, hour) {
        (b'0', b'0'..=b'9') | (b'1', b'0'..=b'3') => true,
        (b'1', b'4') => (minute_tens, minute) == (&b'0', &b'0'),
        _ => false,
    };
    matches!(sign, b'+' | b'-') && hours && matches!((minute_tens, minute), (b'0'..=b'5', b'0'..=b'9'))
}

/// Whether the text is a date and time of RFC 3339: all parts, with an offset, and a day that exists.
fn is_time(text: &str) -> bool {
    let shape = |pattern: &str, text: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(found, wanted)| match wanted {
                b'0' => found.is_ascii_digit(),
                b'T' => found.eq_ignore_ascii_case(&b'T'),
                exact => found == exact,
            })
    };
    let Some((seconds, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let offset = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let after = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if after.len() == fraction.len() {
                return false;
            }
            after
        }
    };
    let zoned = offset.eq_ignore_ascii_case("Z")
        || (offset.starts_with(['+', '-']) && shape("00:00", offset.get(1..).unwrap_or_default()));
    shape("0000-00-00T00:00:00", seconds)
        && zoned
        && format!("{seconds}{offset}").parse::<jiff::Timestamp>().is_ok()
}
