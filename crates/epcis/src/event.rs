//! One EPCIS event and its content.

use crate::context::Namespaces;
use crate::json::{Object, Value};
use crate::vocabulary::Vocabulary;

/// The five types of events of EPCIS 2.0 (clause 7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventType {
    /// Something happened to objects.
    Object,
    /// Objects were put into, or taken out of, a parent.
    Aggregation,
    /// Objects were linked with business transactions.
    Transaction,
    /// Inputs became outputs.
    Transformation,
    /// Objects were linked with a parent for a longer time, such as a sensor with a container.
    Association,
}

impl EventType {
    /// The type of the name, such as `ObjectEvent`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ObjectEvent" => EventType::Object,
            "AggregationEvent" => EventType::Aggregation,
            "TransactionEvent" => EventType::Transaction,
            "TransformationEvent" => EventType::Transformation,
            "AssociationEvent" => EventType::Association,
            _ => return None,
        })
    }

    /// The standard's name of the type.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            EventType::Object => "ObjectEvent",
            EventType::Aggregation => "AggregationEvent",
            EventType::Transaction => "TransactionEvent",
            EventType::Transformation => "TransformationEvent",
            EventType::Association => "AssociationEvent",
        }
    }
}

/// How an event relates to the life of its objects, its aggregation or its transaction (EPCIS 2.0, 7.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// They begin.
    Add,
    /// They go on.
    Observe,
    /// They end.
    Delete,
}

/// An amount of a class of objects (EPCIS 2.0, 7.3.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantityElement<'a> {
    /// The class: a GTIN, or a GTIN with its lot, as URN or Digital Link.
    pub epc_class: &'a str,
    /// How much, in the digits of the document; `None` if the amount is not known.
    pub quantity: Option<&'a str>,
    /// The unit of measure (UN/ECE Recommendation 20); `None` for pieces.
    pub uom: Option<&'a str>,
}

/// An event in a [`crate::Document`].
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    pub(crate) body: &'a Object,
    pub(crate) namespaces: &'a Namespaces,
    pub(crate) ignored: &'a [String],
}

impl<'a> Event<'a> {
    /// The event's members in the form of the JSON-LD binding.
    #[must_use]
    pub const fn body(&self) -> &'a Object {
        self.body
    }

    /// The prefixes that hold for the event.
    #[must_use]
    pub const fn namespaces(&self) -> &'a Namespaces {
        self.namespaces
    }

    /// Its type.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        // Reading refuses any other type.
        self.text("type").and_then(EventType::from_name).unwrap_or(EventType::Object)
    }

    /// A member that is text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// When it happened, in milliseconds since 1970 in UTC; finer fractions are truncated. `None` if the time is
    /// missing or not an ISO 8601 time with an offset.
    #[must_use]
    pub fn event_time_ms(&self) -> Option<i64> {
        let time: jiff::Timestamp = self.text("eventTime")?.parse().ok()?;
        Some(time.as_millisecond())
    }

    /// Its action.
    #[must_use]
    pub fn action(&self) -> Option<Action> {
        Some(match self.text("action")? {
            "ADD" => Action::Add,
            "OBSERVE" => Action::Observe,
            "DELETE" => Action::Delete,
            _ => return None,
        })
    }

    /// The bare word of its business step; `None` if it is missing or not one of the CBV's.
    #[must_use]
    pub fn biz_step(&self) -> Option<&'static str> {
        Vocabulary::BizStep.word(self.text("bizStep")?, self.namespaces)
    }

    /// The bare word of its disposition; `None` if it is missing or not one of the CBV's.
    #[must_use]
    pub fn disposition(&self) -> Option<&'static str> {
        Vocabulary::Disposition.word(self.text("disposition")?, self.namespaces)
    }

    /// The identifiers of a list such as `epcList` or `childEPCs`.
    pub fn identifiers(&self, list: &str) -> impl Iterator<Item = &'a str> {
        self.set(list).iter().filter_map(Value::as_str)
    }

    /// The amounts of a list such as `quantityList`.
    pub fn quantities(&self, list: &str) -> impl Iterator<Item = QuantityElement<'a>> {
        self.set(list).iter().filter_map(Value::as_object).filter_map(|element| {
            Some(QuantityElement {
                epc_class: element.get("epcClass")?.as_str()?,
                quantity: element.get("quantity").and_then(|quantity| match quantity {
                    Value::Number(digits) => Some(digits.as_str()),
                    _ => None,
                }),
                uom: element.get("uom").and_then(Value::as_str),
            })
        })
    }

    /// The identifier of `readPoint` or `bizLocation`.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<&'a str> {
        self.body.get(name)?.as_object()?.get("id")?.as_str()
    }

    /// Type (as bare word, if it is one of the CBV's) and identifier of the business transactions.
    pub fn biz_transactions(&self) -> impl Iterator<Item = (Option<&'static str>, &'a str)> {
        self.typed("bizTransactionList", "bizTransaction", Vocabulary::TransactionType)
    }

    /// Type (as bare word, if it is one of the CBV's) and identifier of the sources.
    pub fn sources(&self) -> impl Iterator<Item = (Option<&'static str>, &'a str)> {
        self.typed("sourceList", "source", Vocabulary::SourceDestinationType)
    }

    /// Type (as bare word, if it is one of the CBV's) and identifier of the destinations.
    pub fn destinations(&self) -> impl Iterator<Item = (Option<&'static str>, &'a str)> {
        self.typed("destinationList", "destination", Vocabulary::SourceDestinationType)
    }

    /// The bare words that `set` or `unset` of `persistentDisposition` lists.
    pub fn persistent_dispositions(&self, list: &str) -> impl Iterator<Item = &'static str> + use<'a> {
        let namespaces = self.namespaces;
        let dispositions = self.body.get("persistentDisposition").and_then(Value::as_object);
        dispositions
            .and_then(|lists| lists.get(list))
            .map_or(&[][..], Value::as_set)
            .iter()
            .filter_map(move |word| Vocabulary::Disposition.word(word.as_str()?, namespaces))
    }

    fn typed(
        &self,
        list: &str,
        name: &'static str,
        vocabulary: Vocabulary,
    ) -> impl Iterator<Item = (Option<&'static str>, &'a str)> + use<'a> {
        let namespaces = self.namespaces;
        self.set(list).iter().filter_map(Value::as_object).filter_map(move |element| {
            let kind = element.get("type").and_then(Value::as_str);
            let kind = kind.and_then(|kind| vocabulary.word(kind, namespaces));
            Some((kind, element.get(name)?.as_str()?))
        })
    }

    fn set(&self, name: &str) -> &'a [Value] {
        self.body.get(name).map_or(&[], Value::as_set)
    }
}
