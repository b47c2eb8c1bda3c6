//! The names by which people choose from the contracts' enumerations, and read them.

use primitives::batches::{
    ClearanceReason, QuarantineReason, RecallClass, RecallReason, RejectionReason, UnitPlace, UnitState,
    Withdrawal,
};
use primitives::feeds::FeedKind;
use primitives::products::Attestation;
use primitives::units::{AlarmCode, Outcome, Reason, Resolution};
use primitives::{Role, RoleSet};

/// An enumeration of the contracts with a name for each of its values.
pub trait Choice: Copy + Send + Sync + 'static {
    /// All values with their names.
    const ALL: &'static [(&'static str, Self)];

    /// The value's name: stable, in kebab case.
    fn name(self) -> &'static str;
}

/// The names of the roles in a set, in the order of their indices.
#[must_use]
pub fn role_names(roles: RoleSet) -> Vec<&'static str> {
    Role::ALL.into_iter().filter(|role| roles.contains(*role)).map(Choice::name).collect()
}

/// Where a unit is in the books of a site.
#[must_use]
pub const fn place_name(place: UnitPlace) -> &'static str {
    match place {
        UnitPlace::Shelf => "loose",
        UnitPlace::Quarantine | UnitPlace::QuarantineBySerial => "quarantined",
        UnitPlace::Condemned => "condemned",
        UnitPlace::Left(state) => match state {
            UnitState::Dispensed => "dispensed",
            UnitState::Destroyed => "destroyed",
            UnitState::Stolen => "stolen",
            UnitState::Sample => "sample",
            UnitState::Exported => "exported",
        },
    }
}

/// The list gives the names, and `name` does not compile before a new variant has one.
macro_rules! choices {
    ($($type:ty { $($variant:ident: $name:literal),* $(,)? })*) => {$(
        impl Choice for $type {
            const ALL: &'static [(&'static str, Self)] = &[$(($name, <$type>::$variant)),*];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }
        }
    )*};
}

choices! {
    Role {
        Admin: "admin",
        Regulator: "regulator",
        Manufacturer: "manufacturer",
        Logistics: "logistics",
        Wholesaler: "wholesaler",
        Pharmacy: "pharmacy",
        Provider: "provider",
        Insurer: "insurer",
        Operator: "operator",
        Auditor: "auditor",
        UnitRegister: "unit-register",
        Sentinel: "sentinel",
        QualityUnit: "quality-unit",
        Governor: "governor",
        ProductRegister: "product-register",
    }
    Attestation {
        CertificateOfAnalysis: "certificate-of-analysis",
        GoodManufacturingPractice: "good-manufacturing-practice",
    }
    RejectionReason {
        Damaged: "damaged",
        WrongGoods: "wrong-goods",
        QuantityShort: "quantity-short",
        TemperatureExcursion: "temperature-excursion",
        SuspectedCounterfeit: "suspected-counterfeit",
        Other: "other",
    }
    QuarantineReason {
        TemperatureExcursion: "temperature-excursion",
        Damaged: "damaged",
        SuspectedCounterfeit: "suspected-counterfeit",
        QualityInvestigation: "quality-investigation",
        Other: "other",
        OracleEvidence: "oracle-evidence",
    }
    ClearanceReason {
        NothingFound: "nothing-found",
        WithinStabilityLimits: "within-stability-limits",
        Mistake: "mistake",
    }
    UnitState {
        Dispensed: "dispensed",
        Destroyed: "destroyed",
        Stolen: "stolen",
        Sample: "sample",
        Exported: "exported",
    }
    AlarmCode {
        SecondDecommission: "second-decommission",
        UnitElsewhere: "unit-elsewhere",
        UnitNeverReceived: "unit-never-received",
        SerialNotInBatch: "serial-not-in-batch",
    }
    Resolution {
        FalseAlarm: "false-alarm",
        CounterfeitConfirmed: "counterfeit-confirmed",
        RecordWrong: "record-wrong",
    }
    Withdrawal {
        Condemned: "condemned",
        Returned: "returned",
        Destroyed: "destroyed",
    }
    RecallClass {
        I: "i",
        II: "ii",
        III: "iii",
    }
    RecallReason {
        Contamination: "contamination",
        WrongStrength: "wrong-strength",
        Mislabelling: "mislabelling",
        Stability: "stability",
        Counterfeit: "counterfeit",
        AdverseReactions: "adverse-reactions",
        QualityDefect: "quality-defect",
    }
    Outcome {
        Recalled: "recalled",
        Decommissioned: "decommissioned",
        Quarantined: "quarantined",
        NotReleased: "not-released",
        Expired: "expired",
        Mismatch: "mismatch",
        Unknown: "unknown",
        Valid: "valid",
        Genuine: "genuine",
    }
    Reason {
        BatchRecalled: "batch-recalled",
        UnitRecalled: "unit-recalled",
        LogisticUnitRecalled: "logistic-unit-recalled",
        UnitDispensed: "unit-dispensed",
        UnitDestroyed: "unit-destroyed",
        UnitStolen: "unit-stolen",
        UnitSampled: "unit-sampled",
        UnitExported: "unit-exported",
        NoUnitsLeft: "no-units-left",
        CounterfeitConfirmed: "counterfeit-confirmed",
        AlarmOpen: "alarm-open",
        UnitQuarantined: "unit-quarantined",
        UnitsQuarantined: "units-quarantined",
        NotReleased: "not-released",
        BlockedByRegulator: "blocked-by-regulator",
        Expired: "expired",
        ExpiryMismatch: "expiry-mismatch",
        SerialMissing: "serial-missing",
        SerialNotInBatch: "serial-not-in-batch",
        NotHeldHere: "not-held-here",
        UnitElsewhere: "unit-elsewhere",
        SerialUnproven: "serial-unproven",
        SerialsNotRegistered: "serials-not-registered",
        BatchUnknown: "batch-unknown",
        UnitCondemned: "unit-condemned",
        LogisticUnitWithdrawn: "logistic-unit-withdrawn",
        UnitPacked: "unit-packed",
        NoneLooseHere: "none-loose-here",
        SiteNotDispenser: "site-not-dispenser",
        DispensingStopped: "dispensing-stopped",
    }
    FeedKind {
        DiseaseRisk: "disease-risk",
        DemandForecast: "demand-forecast",
        Anomaly: "anomaly",
        ColdChainExcursion: "cold-chain-excursion",
        ClaimFraud: "claim-fraud",
        Outbreak: "outbreak",
        Readmission: "readmission",
        Vitals: "vitals",
        Inventory: "inventory",
        Routing: "routing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_its_value_and_back() {
        fn check<T: Choice + PartialEq + std::fmt::Debug>() {
            for (name, value) in T::ALL {
                assert_eq!(value.name(), *name);
                let same = T::ALL.iter().filter(|(other, _)| other == name).count();
                assert_eq!(same, 1, "{name} is given twice");
            }
        }
        check::<Role>();
        check::<Attestation>();
        check::<RejectionReason>();
        check::<QuarantineReason>();
        check::<ClearanceReason>();
        check::<UnitState>();
        check::<AlarmCode>();
        check::<Resolution>();
        check::<Withdrawal>();
        check::<RecallClass>();
        check::<RecallReason>();
        check::<Outcome>();
        check::<Reason>();
        check::<FeedKind>();
        assert_eq!(<Role as Choice>::ALL.len(), Role::ALL.len());
        assert_eq!(<Reason as Choice>::ALL.len(), Reason::ALL.len());
    }
}
