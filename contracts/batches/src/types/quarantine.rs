/// Why units are set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum QuarantineReason {
    /// The temperature left its limits.
    TemperatureExcursion,
    /// Packs or cases are damaged.
    Damaged,
    /// The holder doubts that the goods are genuine.
    SuspectedCounterfeit,
    /// The quality is under investigation.
    QualityInvestigation,
    /// Another reason.
    Other,
    /// A report of an oracle over the policy's threshold.
    OracleEvidence,
}

/// Why units are set free again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum ClearanceReason {
    /// The investigation found nothing wrong.
    NothingFound,
    /// The product stands what happened to it: a judgement on stability data.
    WithinStabilityLimits,
    /// They were set apart by mistake.
    Mistake,
    /// They are to be returned or destroyed.
    ForDisposal,
}
