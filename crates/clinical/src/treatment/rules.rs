//! The rule table: the effect of each fact on each option, with its source.
//!
//! Each rule states its source in our words. "SmPC" is the summary of product characteristics of the named
//! substance in the European Union or the United Kingdom, section 4.3 (contraindications), 4.4 (warnings), 4.5
//! (interactions) or 4.6 (pregnancy). Options that a source does not recommend count as contraindicated. The table
//! was compiled from knowledge of these documents: check it against the current labels before use.

use serde::Serialize;

use super::fact::Fact;

/// A choice for high blood pressure in adults: a class, by its usual representative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Treatment {
    /// Ramipril.
    AceInhibitor,
    /// Losartan.
    AngiotensinReceptorBlocker,
    /// Amlodipine.
    Dihydropyridine,
    /// Indapamide.
    ThiazideLikeDiuretic,
    /// Bisoprolol.
    BetaBlocker,
    /// Verapamil.
    RateLimitingCalciumChannelBlocker,
    /// Spironolactone.
    MineralocorticoidAntagonist,
    /// Labetalol.
    Labetalol,
    /// Methyldopa.
    Methyldopa,
}

impl Treatment {
    /// All of them, the first-line classes of ESH 2023 first.
    pub const ALL: [Self; 9] = [
        Self::AceInhibitor,
        Self::AngiotensinReceptorBlocker,
        Self::Dihydropyridine,
        Self::ThiazideLikeDiuretic,
        Self::BetaBlocker,
        Self::RateLimitingCalciumChannelBlocker,
        Self::MineralocorticoidAntagonist,
        Self::Labetalol,
        Self::Methyldopa,
    ];

    /// The name for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::AceInhibitor => "ACE inhibitor (ramipril)",
            Self::AngiotensinReceptorBlocker => "angiotensin receptor blocker (losartan)",
            Self::Dihydropyridine => "dihydropyridine (amlodipine)",
            Self::ThiazideLikeDiuretic => "thiazide-like diuretic (indapamide)",
            Self::BetaBlocker => "beta-blocker (bisoprolol)",
            Self::RateLimitingCalciumChannelBlocker => "rate-limiting calcium channel blocker (verapamil)",
            Self::MineralocorticoidAntagonist => "mineralocorticoid antagonist (spironolactone)",
            Self::Labetalol => "labetalol",
            Self::Methyldopa => "methyldopa",
        }
    }
}

/// The effect of a present fact on an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The option is never shown.
    Contraindicates,
    /// The option may be contraindicated: that depends on details that the data do not have.
    NeedsCheck,
    /// The option is possible with care.
    Cautions,
    /// A guideline prefers the option.
    Favours,
}

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The option.
    pub treatment: Treatment,
    /// The fact.
    pub fact: Fact,
    /// Its effect.
    pub effect: Effect,
    /// The source.
    pub source: &'static str,
}

const ESH: &str = "ESH 2023 hypertension guidelines (J. Hypertens. 41:1874), contraindications by class";
const NICE_136: &str = "NICE NG136, choosing antihypertensive drug treatment";
const NICE_133: &str = "NICE NG133, treatment of hypertension in pregnancy";
const NICE_203: &str = "NICE NG203, renin-angiotensin antagonists and potassium";
const ESC_HF: &str = "ESC 2021 heart failure guidelines (Eur. Heart J. 42:3599)";
const ESC_CCS: &str = "ESC 2024 chronic coronary syndromes guidelines (Eur. Heart J. 45:3415)";
const ESC_AF: &str = "ESC 2024 atrial fibrillation guidelines (Eur. Heart J. 45:3314), rate control";
const TAKEN: &str = "already takes a medicine of this class";

/// Rules of one option, of one effect: facts with their sources.
macro_rules! rules {
    ($($treatment:ident { $($effect:ident: $($fact:ident $source:expr),+;)+ })+) => {
        &[$($($(Rule {
            treatment: Treatment::$treatment,
            fact: Fact::$fact,
            effect: Effect::$effect,
            source: $source,
        },)+)+)+]
    };
}

/// All rules.
pub const RULES: &[Rule] = rules! {
    AceInhibitor {
        Contraindicates:
            AllergicToAceInhibitors "ramipril SmPC 4.3",
            AngioOedema "ramipril SmPC 4.3",
            TakesSacubitril "ramipril SmPC 4.3",
            RenalArteryStenosis "ramipril SmPC 4.3; records do not say if one or both sides",
            SystolicBelow100 "ramipril SmPC 4.3",
            Shock "ramipril SmPC 4.3",
            TakesAliskiren "ramipril SmPC 4.3 and 4.5",
            Pregnant "ramipril SmPC 4.3 and 4.6; NICE NG133",
            PotassiumAbove5 NICE_203,
            TakesAngiotensinBlocker NICE_136,
            TakesLithium "ramipril SmPC 4.5",
            TakesAceInhibitor TAKEN;
        Cautions:
            AorticStenosis "ramipril SmPC 4.4",
            EgfrBelow30 "ramipril SmPC 4.2: lower dose; monitor potassium and creatinine",
            SevereLiverDisease "ramipril SmPC 4.2: lower dose",
            TakesPotassiumOrSparer "ramipril SmPC 4.5: monitor potassium",
            TakesNsaid "ramipril SmPC 4.5: monitor kidney function";
        Favours:
            Diabetes NICE_136,
            HeartFailure ESC_HF,
            CoronaryDisease ESC_CCS;
    }
    AngiotensinReceptorBlocker {
        Contraindicates:
            AllergicToAngiotensinBlockers "losartan SmPC 4.3",
            SevereLiverDisease "losartan SmPC 4.3",
            TakesAliskiren "losartan SmPC 4.3 and 4.5",
            Pregnant "losartan SmPC 4.3 and 4.6; NICE NG133",
            RenalArteryStenosis ESH,
            PotassiumAbove5 NICE_203,
            SystolicBelow100 "losartan SmPC 4.4",
            Shock "losartan SmPC 4.4",
            TakesAceInhibitor NICE_136,
            TakesSacubitril "sacubitril/valsartan SmPC 4.4: it contains a blocker of the class",
            TakesLithium "losartan SmPC 4.5",
            TakesAngiotensinBlocker TAKEN;
        Cautions:
            AngioOedema "losartan SmPC 4.4",
            AorticStenosis "losartan SmPC 4.4",
            EgfrBelow30 "losartan SmPC 4.4: monitor potassium and creatinine",
            TakesPotassiumOrSparer "losartan SmPC 4.5: monitor potassium",
            TakesNsaid "losartan SmPC 4.5: monitor kidney function";
        Favours:
            Diabetes NICE_136,
            HeartFailure ESC_HF;
    }
    Dihydropyridine {
        Contraindicates:
            AllergicToDihydropyridines "amlodipine SmPC 4.3",
            SystolicBelow100 "amlodipine SmPC 4.3",
            Shock "amlodipine SmPC 4.3",
            AorticStenosis "amlodipine SmPC 4.3; records do not give its degree",
            Pregnant "amlodipine SmPC 4.6: only if there is no safer option, and there is one",
            TakesDihydropyridine TAKEN;
        Cautions:
            HeartFailure "amlodipine SmPC 4.4",
            SevereLiverDisease "amlodipine SmPC 4.4: lower dose",
            TakesStrongCyp3A4Inhibitor "amlodipine SmPC 4.5: stronger effect",
            TakesSimvastatin "amlodipine SmPC 4.5: at most 20 mg simvastatin";
    }
    ThiazideLikeDiuretic {
        Contraindicates:
            AllergicToSulfonamides "indapamide SmPC 4.3",
            EgfrBelow30 "indapamide SmPC 4.3",
            SevereLiverDisease "indapamide SmPC 4.3",
            PotassiumBelow3_5 "indapamide SmPC 4.3",
            Hyponatraemia "BNF, thiazides and related diuretics",
            Hypercalcaemia "BNF, thiazides and related diuretics",
            AddisonsDisease "BNF, thiazides and related diuretics",
            Gout ESH,
            Pregnant "indapamide SmPC 4.6",
            TakesLithium "indapamide SmPC 4.5",
            SystolicBelow100 ESH,
            Shock ESH,
            TakesThiazide TAKEN;
        Cautions:
            Diabetes "indapamide SmPC 4.4: monitor glucose",
            TakesDigoxin "indapamide SmPC 4.5: monitor potassium",
            TakesNsaid "indapamide SmPC 4.5: monitor kidney function";
        Favours:
            HeartFailure ESC_HF;
    }
    BetaBlocker {
        Contraindicates:
            AllergicToBetaBlockers "bisoprolol SmPC 4.3",
            AvBlock "bisoprolol SmPC 4.3",
            PulseBelow50 "bisoprolol SmPC 4.3",
            SystolicBelow100 "bisoprolol SmPC 4.3",
            Shock "bisoprolol SmPC 4.3",
            Asthma "bisoprolol SmPC 4.3; records do not give its degree",
            Phaeochromocytoma "bisoprolol SmPC 4.3",
            TakesRateLimitingBlocker "bisoprolol SmPC 4.5",
            Pregnant "bisoprolol SmPC 4.6",
            TakesBetaBlocker TAKEN;
        NeedsCheck:
            PeripheralArterialDisease "bisoprolol SmPC 4.3: not if severe",
            HeartFailure "bisoprolol SmPC 4.3: not if acute";
        Cautions:
            ObstructiveLungDisease "bisoprolol SmPC 4.4",
            Diabetes "bisoprolol SmPC 4.4: masks the signs of low glucose",
            TakesDigoxin "bisoprolol SmPC 4.5: monitor pulse";
        Favours:
            CoronaryDisease ESC_CCS,
            AtrialFibrillation ESC_AF;
    }
    RateLimitingCalciumChannelBlocker {
        Contraindicates:
            AllergicToRateLimitingBlockers "verapamil SmPC 4.3",
            AvBlock "verapamil SmPC 4.3",
            PulseBelow50 "verapamil SmPC 4.3",
            SystolicBelow100 "verapamil SmPC 4.3",
            Shock "verapamil SmPC 4.3",
            HeartFailure "verapamil SmPC 4.3; records do not give its kind",
            TakesIvabradine "verapamil SmPC 4.3",
            TakesBetaBlocker "verapamil SmPC 4.5",
            Pregnant "verapamil SmPC 4.6",
            TakesRateLimitingBlocker TAKEN;
        NeedsCheck:
            AorticStenosis "verapamil SmPC 4.4: depends on its degree";
        Cautions:
            SevereLiverDisease "verapamil SmPC 4.4: lower dose",
            TakesStrongCyp3A4Inhibitor "verapamil SmPC 4.5: stronger effect",
            TakesSimvastatin "verapamil SmPC 4.5: lower dose of the statin",
            TakesDigoxin "verapamil SmPC 4.5: raises digoxin levels";
        Favours:
            AtrialFibrillation ESC_AF;
    }
    MineralocorticoidAntagonist {
        Contraindicates:
            AllergicToSpironolactone "spironolactone SmPC 4.3",
            EgfrBelow30 "spironolactone SmPC 4.3",
            PotassiumAbove5 "spironolactone SmPC 4.3",
            AddisonsDisease "spironolactone SmPC 4.3",
            TakesPotassiumOrSparer "spironolactone SmPC 4.3",
            Pregnant "spironolactone SmPC 4.6",
            TakesLithium "spironolactone SmPC 4.5",
            SystolicBelow100 ESH,
            Shock ESH,
            Hyponatraemia "spironolactone SmPC 4.4";
        Cautions:
            EgfrBelow60 "spironolactone SmPC 4.4: monitor potassium",
            SevereLiverDisease "spironolactone SmPC 4.4",
            TakesAceInhibitor "spironolactone SmPC 4.5: monitor potassium",
            TakesAngiotensinBlocker "spironolactone SmPC 4.5: monitor potassium",
            TakesNsaid "spironolactone SmPC 4.5: monitor potassium";
        Favours:
            HeartFailure ESC_HF;
    }
    Labetalol {
        Contraindicates:
            AllergicToBetaBlockers "labetalol SmPC 4.3",
            AvBlock "labetalol SmPC 4.3",
            PulseBelow50 "labetalol SmPC 4.3",
            SystolicBelow100 "labetalol SmPC 4.3",
            Shock "labetalol SmPC 4.3",
            Asthma "labetalol SmPC 4.3",
            ObstructiveLungDisease "labetalol SmPC 4.3",
            TakesRateLimitingBlocker "labetalol SmPC 4.5",
            TakesBetaBlocker TAKEN;
        NeedsCheck:
            HeartFailure "labetalol SmPC 4.3: not if uncontrolled",
            LiverDisease "labetalol SmPC 4.4: not with liver injury",
            PeripheralArterialDisease "labetalol SmPC 4.4: depends on its degree",
            Phaeochromocytoma "labetalol SmPC 4.4: only after enough alpha-blockade";
        Cautions:
            Diabetes "labetalol SmPC 4.4: masks the signs of low glucose",
            TakesDigoxin "labetalol SmPC 4.5: monitor pulse";
        Favours:
            Pregnant NICE_133;
    }
    Methyldopa {
        Contraindicates:
            AllergicToMethyldopa "methyldopa SmPC 4.3",
            LiverDisease "methyldopa SmPC 4.3",
            SevereLiverDisease "methyldopa SmPC 4.3",
            Depression "methyldopa SmPC 4.3",
            TakesMaoInhibitor "methyldopa SmPC 4.3",
            Phaeochromocytoma "methyldopa SmPC 4.3",
            SystolicBelow100 ESH,
            Shock ESH,
            TakesMethyldopa TAKEN;
        Cautions:
            EgfrBelow60 "methyldopa SmPC 4.4: lower dose",
            TakesLithium "methyldopa SmPC 4.5: monitor lithium";
        Favours:
            Pregnant NICE_133;
    }
};

/// The rules of one option.
pub fn rules_of(treatment: Treatment) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(move |rule| rule.treatment == treatment)
}
