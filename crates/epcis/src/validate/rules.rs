//! The members of the standard: EPCIS 2.0, clause 10, and its JSON Schema.

use crate::event::EventType;
use crate::vocabulary::Vocabulary;

/// The kind that a value must have.
pub(super) enum Rule {
    Uri,
    Time,
    Version,
    Offset,
    Number,
    Unit,
    Text,
    Boolean,
    Hexadecimal,
    Action,
    /// A bare word of the vocabulary, or a URI of another one.
    Term(Vocabulary),
    /// A URI or an array of them.
    UriOrUris,
    /// A URI, an object, or an array of them without repetition.
    Context,
    /// A number, a text or an object.
    MasterData,
    /// One of the five events.
    Event,
    Object(&'static Shape),
    List(&'static List),
}

/// An array.
pub(super) struct List {
    pub(super) entry: Rule,
    /// Whether it needs an entry.
    pub(super) filled: bool,
    /// Whether entries must be unique.
    pub(super) unique: bool,
}

/// The other members that an object may have.
#[derive(PartialEq, Eq)]
pub(super) enum Others {
    /// None.
    Closed,
    /// Extensions: members whose name is a URI or CURIE.
    Extensions,
    /// Any.
    Open,
}

/// An object.
pub(super) struct Shape {
    pub(super) required: &'static [&'static str],
    pub(super) members: &'static [(&'static str, Rule)],
    pub(super) others: Others,
}

const fn list(entry: Rule) -> List {
    List { entry, filled: false, unique: false }
}

static URIS: List = list(Rule::Uri);
static EPC_LIST: List = List { entry: Rule::Uri, filled: false, unique: true };
static QUANTITIES: List = list(Rule::Object(&QUANTITY));
static TRANSACTIONS: List = list(Rule::Object(&TRANSACTION));
static SOME_TRANSACTIONS: List = List { entry: Rule::Object(&TRANSACTION), filled: true, unique: false };
static SOURCES: List = list(Rule::Object(&SOURCE));
static DESTINATIONS: List = list(Rule::Object(&DESTINATION));
static SENSOR_ELEMENTS: List = list(Rule::Object(&SENSOR_ELEMENT));
static SENSOR_REPORTS: List = List { entry: Rule::Object(&SENSOR_REPORT), filled: true, unique: false };
static DISPOSITIONS: List = List { entry: Rule::Term(Vocabulary::Disposition), filled: true, unique: true };
static EVENTS: List = list(Rule::Event);
static VOCABULARIES: List = list(Rule::Object(&VOCABULARY));
static VOCABULARY_ELEMENTS: List = list(Rule::Object(&VOCABULARY_ELEMENT));
static ATTRIBUTES: List = list(Rule::Object(&ATTRIBUTE));

pub(super) static DOCUMENT: Shape = Shape {
    required: &["@context", "type", "schemaVersion", "creationDate", "epcisBody"],
    members: &[
        ("@context", Rule::Context),
        ("id", Rule::Uri),
        ("type", Rule::Text),
        ("schemaVersion", Rule::Version),
        ("creationDate", Rule::Time),
        ("instanceIdentifier", Rule::Text),
        ("sender", Rule::Text),
        ("receiver", Rule::Text),
        ("epcisHeader", Rule::Object(&HEADER)),
        ("epcisBody", Rule::Object(&BODY)),
    ],
    others: Others::Extensions,
};

pub(super) static QUERY_DOCUMENT: Shape = Shape {
    required: &["@context", "type", "epcisBody"],
    members: &[
        ("@context", Rule::Context),
        ("id", Rule::Uri),
        ("type", Rule::Text),
        ("schemaVersion", Rule::Version),
        ("creationDate", Rule::Time),
        ("epcisBody", Rule::Object(&QUERY_BODY)),
    ],
    others: Others::Extensions,
};

/// A bare event: only the members that it needs in addition to those of every event.
pub(super) static BARE_EVENT: Shape = Shape { required: &["@context"], members: &[], others: Others::Open };

static BODY: Shape =
    Shape { required: &["eventList"], members: &[("eventList", Rule::List(&EVENTS))], others: Others::Open };

static QUERY_BODY: Shape = Shape {
    required: &["queryResults"],
    members: &[("queryResults", Rule::Object(&QUERY_RESULTS))],
    others: Others::Extensions,
};

static QUERY_RESULTS: Shape = Shape {
    required: &["queryName", "resultsBody"],
    members: &[
        ("queryName", Rule::Text),
        ("subscriptionID", Rule::Text),
        ("resultsBody", Rule::Object(&RESULTS_BODY)),
    ],
    others: Others::Extensions,
};

static RESULTS_BODY: Shape = Shape {
    required: &["eventList"],
    members: &[("eventList", Rule::List(&EVENTS)), ("vocabularyList", Rule::List(&VOCABULARIES))],
    others: Others::Extensions,
};

static HEADER: Shape = Shape {
    required: &[],
    members: &[("epcisMasterData", Rule::Object(&HEADER_MASTER_DATA))],
    others: Others::Extensions,
};

static HEADER_MASTER_DATA: Shape =
    Shape { required: &[], members: &[("vocabularyList", Rule::List(&VOCABULARIES))], others: Others::Open };

static VOCABULARY: Shape = Shape {
    required: &["type"],
    members: &[("type", Rule::Uri), ("vocabularyElementList", Rule::List(&VOCABULARY_ELEMENTS))],
    others: Others::Open,
};

static VOCABULARY_ELEMENT: Shape = Shape {
    required: &["id"],
    members: &[("id", Rule::Uri), ("attributes", Rule::List(&ATTRIBUTES)), ("children", Rule::List(&URIS))],
    others: Others::Open,
};

static ATTRIBUTE: Shape = Shape {
    required: &["id"],
    members: &[("id", Rule::Uri), ("attribute", Rule::MasterData)],
    others: Others::Open,
};

static QUANTITY: Shape = Shape {
    required: &["epcClass"],
    members: &[("epcClass", Rule::Uri), ("quantity", Rule::Number), ("uom", Rule::Unit)],
    others: Others::Closed,
};

static TRANSACTION: Shape = Shape {
    required: &["bizTransaction"],
    members: &[("type", Rule::Term(Vocabulary::TransactionType)), ("bizTransaction", Rule::Uri)],
    others: Others::Closed,
};

static SOURCE: Shape = Shape {
    required: &["type", "source"],
    members: &[("type", Rule::Term(Vocabulary::SourceDestinationType)), ("source", Rule::Uri)],
    others: Others::Closed,
};

static DESTINATION: Shape = Shape {
    required: &["type", "destination"],
    members: &[("type", Rule::Term(Vocabulary::SourceDestinationType)), ("destination", Rule::Uri)],
    others: Others::Closed,
};

static PLACE: Shape = Shape { required: &["id"], members: &[("id", Rule::Uri)], others: Others::Open };

pub(super) static PERSISTENT_DISPOSITION: Shape = Shape {
    required: &[],
    members: &[("set", Rule::List(&DISPOSITIONS)), ("unset", Rule::List(&DISPOSITIONS))],
    others: Others::Closed,
};

static ERROR_DECLARATION: Shape = Shape {
    required: &["declarationTime"],
    members: &[
        ("declarationTime", Rule::Time),
        ("reason", Rule::Term(Vocabulary::ErrorReason)),
        ("correctiveEventIDs", Rule::List(&URIS)),
    ],
    others: Others::Extensions,
};

static ILMD: Shape = Shape { required: &[], members: &[], others: Others::Extensions };

static SENSOR_ELEMENT: Shape = Shape {
    required: &["sensorReport"],
    members: &[
        ("sensorMetadata", Rule::Object(&SENSOR_METADATA)),
        ("sensorReport", Rule::List(&SENSOR_REPORTS)),
    ],
    others: Others::Extensions,
};

static SENSOR_METADATA: Shape = Shape {
    required: &[],
    members: &[
        ("time", Rule::Time),
        ("startTime", Rule::Time),
        ("endTime", Rule::Time),
        ("deviceID", Rule::Uri),
        ("deviceMetadata", Rule::Uri),
        ("rawData", Rule::Uri),
        ("dataProcessingMethod", Rule::Uri),
        ("bizRules", Rule::Uri),
    ],
    others: Others::Extensions,
};

static SENSOR_REPORT: Shape = Shape {
    required: &["type"],
    members: &[
        ("type", Rule::Term(Vocabulary::Measurement)),
        ("exception", Rule::Term(Vocabulary::Exception)),
        ("component", Rule::Term(Vocabulary::Component)),
        ("time", Rule::Time),
        ("deviceID", Rule::Uri),
        ("deviceMetadata", Rule::Uri),
        ("rawData", Rule::Uri),
        ("dataProcessingMethod", Rule::Uri),
        ("bizRules", Rule::Uri),
        ("microorganism", Rule::Uri),
        ("chemicalSubstance", Rule::Uri),
        ("coordinateReferenceSystem", Rule::Uri),
        ("uriValue", Rule::Uri),
        ("stringValue", Rule::Text),
        ("booleanValue", Rule::Boolean),
        ("hexBinaryValue", Rule::Hexadecimal),
        ("value", Rule::Number),
        ("minValue", Rule::Number),
        ("maxValue", Rule::Number),
        ("meanValue", Rule::Number),
        ("sDev", Rule::Number),
        ("percRank", Rule::Number),
        ("percValue", Rule::Number),
        ("uom", Rule::Text),
    ],
    others: Others::Extensions,
};

/// The members that every event may have.
pub(super) static COMMON: &[(&str, Rule)] = &[
    ("@context", Rule::Context),
    ("type", Rule::Text),
    ("eventTime", Rule::Time),
    ("recordTime", Rule::Time),
    ("eventTimeZoneOffset", Rule::Offset),
    ("eventID", Rule::Uri),
    ("certificationInfo", Rule::UriOrUris),
    ("errorDeclaration", Rule::Object(&ERROR_DECLARATION)),
    ("bizStep", Rule::Term(Vocabulary::BizStep)),
    ("disposition", Rule::Term(Vocabulary::Disposition)),
    ("readPoint", Rule::Object(&PLACE)),
    ("bizLocation", Rule::Object(&PLACE)),
    ("sourceList", Rule::List(&SOURCES)),
    ("destinationList", Rule::List(&DESTINATIONS)),
    ("sensorElementList", Rule::List(&SENSOR_ELEMENTS)),
];

static OBJECT: &[(&str, Rule)] = &[
    ("action", Rule::Action),
    ("epcList", Rule::List(&EPC_LIST)),
    ("quantityList", Rule::List(&QUANTITIES)),
    ("persistentDisposition", Rule::Object(&PERSISTENT_DISPOSITION)),
    ("bizTransactionList", Rule::List(&TRANSACTIONS)),
    ("ilmd", Rule::Object(&ILMD)),
];

static AGGREGATION: &[(&str, Rule)] = &[
    ("action", Rule::Action),
    ("parentID", Rule::Uri),
    ("childEPCs", Rule::List(&URIS)),
    ("childQuantityList", Rule::List(&QUANTITIES)),
    ("bizTransactionList", Rule::List(&TRANSACTIONS)),
];

static TRANSACTION_EVENT: &[(&str, Rule)] = &[
    ("action", Rule::Action),
    ("bizTransactionList", Rule::List(&SOME_TRANSACTIONS)),
    ("parentID", Rule::Uri),
    ("epcList", Rule::List(&URIS)),
    ("quantityList", Rule::List(&QUANTITIES)),
];

static TRANSFORMATION: &[(&str, Rule)] = &[
    ("inputEPCList", Rule::List(&EPC_LIST)),
    ("inputQuantityList", Rule::List(&QUANTITIES)),
    ("outputEPCList", Rule::List(&EPC_LIST)),
    ("outputQuantityList", Rule::List(&QUANTITIES)),
    ("transformationID", Rule::Uri),
    ("persistentDisposition", Rule::Object(&PERSISTENT_DISPOSITION)),
    ("bizTransactionList", Rule::List(&TRANSACTIONS)),
    ("ilmd", Rule::Object(&ILMD)),
];

/// The members that events of the type may have in addition to [`COMMON`], and those that they must have.
pub(super) fn of_event(kind: EventType) -> (&'static [(&'static str, Rule)], &'static [&'static str]) {
    const TIME: &str = "eventTime";
    const OFFSET: &str = "eventTimeZoneOffset";
    match kind {
        EventType::Object => (OBJECT, &[TIME, OFFSET, "action"]),
        EventType::Aggregation => (AGGREGATION, &[TIME, OFFSET, "action"]),
        EventType::Association => (AGGREGATION, &[TIME, OFFSET, "action", "parentID"]),
        EventType::Transaction => (TRANSACTION_EVENT, &[TIME, OFFSET, "action", "bizTransactionList"]),
        EventType::Transformation => (TRANSFORMATION, &[TIME, OFFSET]),
    }
}
