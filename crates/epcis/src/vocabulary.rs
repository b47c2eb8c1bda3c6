//! The terms of the Core Business Vocabulary (CBV 2.0) and of the GS1 web vocabulary that EPCIS events use.

use std::borrow::Cow;

use crate::context::Namespaces;

/// A list of terms. Each may be written as a bare word, as URN (EPCIS 1.x), as CURIE, or in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vocabulary {
    /// Business steps (CBV 7.1).
    BizStep,
    /// Dispositions (CBV 7.2).
    Disposition,
    /// Types of business transactions (CBV 7.3).
    TransactionType,
    /// Types of sources and destinations (CBV 7.4).
    SourceDestinationType,
    /// Reasons of error declarations (CBV 7.5).
    ErrorReason,
    /// Components of a measured vector (CBV 7.7).
    Component,
    /// Types of sensor measurements (GS1 web vocabulary).
    Measurement,
    /// Exceptions that a sensor reports (GS1 web vocabulary).
    Exception,
}

impl Vocabulary {
    /// The prefix of the bare word in the full form.
    const fn full_prefix(self) -> &'static str {
        match self {
            Vocabulary::BizStep => "https://ref.gs1.org/cbv/BizStep-",
            Vocabulary::Disposition => "https://ref.gs1.org/cbv/Disp-",
            Vocabulary::TransactionType => "https://ref.gs1.org/cbv/BTT-",
            Vocabulary::SourceDestinationType => "https://ref.gs1.org/cbv/SDT-",
            Vocabulary::ErrorReason => "https://ref.gs1.org/cbv/ER-",
            Vocabulary::Component => "https://ref.gs1.org/cbv/Comp-",
            Vocabulary::Measurement | Vocabulary::Exception => crate::context::GS1_VOC,
        }
    }

    /// The prefix of the bare word in the URN of EPCIS 1.x.
    const fn urn_prefix(self) -> Option<&'static str> {
        match self {
            Vocabulary::BizStep => Some("urn:epcglobal:cbv:bizstep:"),
            Vocabulary::Disposition => Some("urn:epcglobal:cbv:disp:"),
            Vocabulary::TransactionType => Some("urn:epcglobal:cbv:btt:"),
            Vocabulary::SourceDestinationType => Some("urn:epcglobal:cbv:sdt:"),
            Vocabulary::ErrorReason => Some("urn:epcglobal:cbv:er:"),
            Vocabulary::Component | Vocabulary::Measurement | Vocabulary::Exception => None,
        }
    }

    /// The bare words.
    #[must_use]
    pub const fn terms(self) -> &'static [&'static str] {
        match self {
            Vocabulary::BizStep => BIZ_STEPS,
            Vocabulary::Disposition => DISPOSITIONS,
            Vocabulary::TransactionType => TRANSACTION_TYPES,
            Vocabulary::SourceDestinationType => &["owning_party", "possessing_party", "location"],
            Vocabulary::ErrorReason => &["did_not_occur", "incorrect_data"],
            Vocabulary::Component => COMPONENTS,
            Vocabulary::Measurement => MEASUREMENTS,
            Vocabulary::Exception => &["ALARM_CONDITION", "ERROR_CONDITION"],
        }
    }

    /// The full form of a term in any of its four forms; other values stay as they are.
    #[must_use]
    pub fn expand<'v>(self, value: &'v str, namespaces: &Namespaces) -> Cow<'v, str> {
        if self.terms().contains(&value) {
            return Cow::Owned(format!("{}{value}", self.full_prefix()));
        }
        if let Some(word) = self.urn_prefix().and_then(|urn| value.strip_prefix(urn)) {
            return Cow::Owned(format!("{}{word}", self.full_prefix()));
        }
        expand_gs1_curie(value, namespaces)
    }

    /// The bare word of a term in any of its four forms; `None` for a value that is not a term.
    #[must_use]
    pub fn word(self, value: &str, namespaces: &Namespaces) -> Option<&'static str> {
        let full = self.expand(value, namespaces);
        let word = full.strip_prefix(self.full_prefix())?;
        self.terms().iter().copied().find(|term| *term == word)
    }
}

/// The vocabulary of a member's value, by the member's name and the name of the member that it stands in. Both
/// are names as JSON-LD writes them.
pub(crate) fn vocabulary_of(parent: &str, name: &str) -> Option<Vocabulary> {
    Some(match (parent, name) {
        (_, "bizStep") => Vocabulary::BizStep,
        (_, "disposition") | ("persistentDisposition", "set" | "unset") => Vocabulary::Disposition,
        ("bizTransactionList", "type") => Vocabulary::TransactionType,
        ("sourceList" | "destinationList", "type") => Vocabulary::SourceDestinationType,
        ("errorDeclaration", "reason") => Vocabulary::ErrorReason,
        ("sensorReport", "component") => Vocabulary::Component,
        ("sensorReport", "type") => Vocabulary::Measurement,
        ("sensorReport", "exception") => Vocabulary::Exception,
        _ => return None,
    })
}

/// Expands `cbv:…` and `gs1:…` if the prefix stands for a vocabulary of GS1.
pub(crate) fn expand_gs1_curie<'v>(value: &'v str, namespaces: &Namespaces) -> Cow<'v, str> {
    match namespaces.split(value) {
        Some((uri, local))
            if uri.starts_with("https://ref.gs1.org") || uri.starts_with("https://gs1.org") =>
        {
            Cow::Owned(format!("{uri}{local}"))
        }
        _ => Cow::Borrowed(value),
    }
}

const BIZ_STEPS: &[&str] = &[
    "accepting",
    "arriving",
    "assembling",
    "collecting",
    "commissioning",
    "consigning",
    "creating_class_instance",
    "cycle_counting",
    "decommissioning",
    "departing",
    "destroying",
    "disassembling",
    "dispensing",
    "encoding",
    "entering_exiting",
    "holding",
    "inspecting",
    "installing",
    "killing",
    "loading",
    "other",
    "packing",
    "picking",
    "receiving",
    "removing",
    "repackaging",
    "repairing",
    "replacing",
    "reserving",
    "retail_selling",
    "sampling",
    "sensor_reporting",
    "shipping",
    "staging_outbound",
    "stock_taking",
    "stocking",
    "storing",
    "transporting",
    "unloading",
    "unpacking",
    "void_shipping",
];

const DISPOSITIONS: &[&str] = &[
    "active",
    "available",
    "completeness_inferred",
    "completeness_verified",
    "conformant",
    "container_closed",
    "container_open",
    "damaged",
    "destroyed",
    "dispensed",
    "disposed",
    "encoded",
    "expired",
    "in_progress",
    "in_transit",
    "inactive",
    "mismatch_class",
    "mismatch_instance",
    "mismatch_quantity",
    "needs_replacement",
    "no_pedigree_match",
    "non_conformant",
    "non_sellable_other",
    "partially_dispensed",
    "recalled",
    "reserved",
    "retail_sold",
    "returned",
    "sellable_accessible",
    "sellable_not_accessible",
    "stolen",
    "unavailable",
    "unknown",
];

const TRANSACTION_TYPES: &[&str] = &[
    "bol",
    "cert",
    "desadv",
    "inv",
    "pedigree",
    "po",
    "poc",
    "prodorder",
    "recadv",
    "rma",
    "testprd",
    "testres",
    "upevt",
];

const COMPONENTS: &[&str] = &[
    "x",
    "y",
    "z",
    "axial_distance",
    "azimuth",
    "height",
    "spherical_radius",
    "polar_angle",
    "elevation_angle",
    "easting",
    "northing",
    "latitude",
    "longitude",
    "altitude",
];

const MEASUREMENTS: &[&str] = &[
    "AbsoluteHumidity",
    "AbsorbedDose",
    "AbsorbedDoseRate",
    "Acceleration",
    "Altitude",
    "AmountOfSubstance",
    "AmountOfSubstancePerUnitVolume",
    "Angle",
    "AngularAcceleration",
    "AngularMomentum",
    "AngularVelocity",
    "Area",
    "Capacitance",
    "Conductance",
    "Conductivity",
    "Count",
    "Density",
    "Dimensionless",
    "DoseEquivalent",
    "DoseEquivalentRate",
    "DynamicViscosity",
    "ElectricCharge",
    "ElectricCurrent",
    "ElectricCurrentDensity",
    "ElectricFieldStrength",
    "Energy",
    "Exposure",
    "Force",
    "Frequency",
    "Illuminance",
    "Inductance",
    "Irradiance",
    "KinematicViscosity",
    "Length",
    "LinearMomentum",
    "Luminance",
    "LuminousFlux",
    "LuminousIntensity",
    "MagneticFlux",
    "MagneticFluxDensity",
    "MagneticVectorPotential",
    "Mass",
    "MassConcentration",
    "MassFlowRate",
    "MassPerAreaTime",
    "MemoryCapacity",
    "MolalityOfSolute",
    "MolarEnergy",
    "MolarMass",
    "MolarVolume",
    "Power",
    "Pressure",
    "RadiantFlux",
    "RadiantIntensity",
    "Radioactivity",
    "RelativeHumidity",
    "Resistance",
    "Resistivity",
    "SolidAngle",
    "SpecificVolume",
    "Speed",
    "SurfaceDensity",
    "SurfaceTension",
    "Temperature",
    "Time",
    "Torque",
    "Voltage",
    "Volume",
    "VolumeFlowRate",
    "VolumeFraction",
    "VolumetricFlux",
    "Wavenumber",
];
