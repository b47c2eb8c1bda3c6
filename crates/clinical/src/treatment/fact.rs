//! The facts about a patient on which the rules depend.

use serde::Serialize;

/// Whether a fact holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is known not to hold.
    Absent,
    /// It holds.
    Present,
    /// It is not recorded, or could not be read, or is only suspected.
    #[default]
    Unknown,
}

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// A fact about a patient.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Fact {
            $($(#[$doc])* $name),+
        }

        impl Fact {
            /// All facts, in their order.
            pub const ALL: [Self; [$(Self::$name),+].len()] = [$(Self::$name),+];

            /// The fact in words.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text),+
                }
            }
        }
    };
}

facts! {
    /// Now, as far as known.
    Pregnant = "pregnancy",
    /// Ever (ICD-10 T78.3, D84.1).
    AngioOedema = "a history of angio-oedema",
    /// Ever (J45, J46).
    Asthma = "asthma",
    /// J41 to J44.
    ObstructiveLungDisease = "chronic obstructive pulmonary disease",
    /// Second or third degree, or sick sinus syndrome (I44.1 to I44.3, I49.5).
    AvBlock = "atrioventricular block or sick sinus syndrome",
    /// Ever, of any kind (I50, I11.0, I13.0, I13.2).
    HeartFailure = "heart failure",
    /// I35.0, I35.2, I06.0, I06.2.
    AorticStenosis = "aortic stenosis",
    /// Ever, on one or both sides (I70.1, I15.0).
    RenalArteryStenosis = "renal artery stenosis",
    /// I70.2, I73.
    PeripheralArterialDisease = "peripheral arterial disease or Raynaud's phenomenon",
    /// Ever (I20 to I25).
    CoronaryDisease = "coronary heart disease",
    /// Ever (I60 to I69, G45).
    CerebrovascularDisease = "stroke or transient ischaemic attack",
    /// I48.
    AtrialFibrillation = "atrial fibrillation",
    /// E10 to E14.
    Diabetes = "diabetes",
    /// M10.
    Gout = "gout",
    /// E27.1, E27.2, E27.4.
    AddisonsDisease = "Addison's disease",
    /// D35.0, C74.1.
    Phaeochromocytoma = "phaeochromocytoma",
    /// K70 to K77, B15 to B19.
    LiverDisease = "liver disease",
    /// Failure or cirrhosis (K72, K74, K70.3, K70.4, K76.6, K76.7).
    SevereLiverDisease = "liver failure or cirrhosis",
    /// F32, F33.
    Depression = "depression",
    /// R57.
    Shock = "shock",
    /// E83.5.
    Hypercalcaemia = "hypercalcaemia",
    /// E87.1, or a sodium below 130 mmol/L.
    Hyponatraemia = "hyponatraemia",
    /// E87.5, or a potassium above 5.0 mmol/L.
    PotassiumAbove5 = "a potassium above 5.0 mmol/L",
    /// E87.6, or a potassium below 3.5 mmol/L.
    PotassiumBelow3_5 = "a potassium below 3.5 mmol/L",
    /// Below 30 mL/min/1.73 m², N18.4, N18.5 or N17.
    EgfrBelow30 = "an eGFR below 30 mL/min/1.73 m²",
    /// Below 60 mL/min/1.73 m², or N17 to N19.
    EgfrBelow60 = "an eGFR below 60 mL/min/1.73 m²",
    /// Below 50 /min, or R00.1.
    PulseBelow50 = "a pulse below 50 per minute",
    /// Systolic, below 100 mmHg, or I95.
    SystolicBelow100 = "a systolic pressure below 100 mmHg",
    /// As a current medicine.
    TakesAceInhibitor = "current use of an ACE inhibitor",
    /// As a current medicine.
    TakesAngiotensinBlocker = "current use of an angiotensin receptor blocker",
    /// As a current medicine.
    TakesSacubitril = "current use of sacubitril",
    /// As a current medicine.
    TakesAliskiren = "current use of aliskiren",
    /// As a current medicine.
    TakesBetaBlocker = "current use of a beta-blocker",
    /// Verapamil or diltiazem as a current medicine.
    TakesRateLimitingBlocker = "current use of verapamil or diltiazem",
    /// As a current medicine.
    TakesDihydropyridine = "current use of a dihydropyridine",
    /// A thiazide or a thiazide-like diuretic as a current medicine.
    TakesThiazide = "current use of a thiazide",
    /// Spironolactone, eplerenone, finerenone, amiloride, triamterene or potassium as a current medicine.
    TakesPotassiumOrSparer = "current use of potassium or a potassium-sparing medicine",
    /// As a current medicine.
    TakesMethyldopa = "current use of methyldopa",
    /// As a current medicine.
    TakesLithium = "current use of lithium",
    /// As a current medicine.
    TakesIvabradine = "current use of ivabradine",
    /// As a current medicine.
    TakesDigoxin = "current use of digoxin",
    /// Simvastatin or lovastatin as a current medicine.
    TakesSimvastatin = "current use of simvastatin or lovastatin",
    /// A strong inhibitor of CYP3A4 as a current medicine.
    TakesStrongCyp3A4Inhibitor = "current use of a strong CYP3A4 inhibitor",
    /// A monoamine oxidase inhibitor as a current medicine.
    TakesMaoInhibitor = "current use of a monoamine oxidase inhibitor",
    /// As a current medicine.
    TakesNsaid = "current use of a non-steroidal anti-inflammatory medicine",
    /// Any statin as a current medicine.
    TakesStatin = "current use of a statin",
    /// To any of the class.
    AllergicToAceInhibitors = "an allergy to an ACE inhibitor",
    /// To any of the class.
    AllergicToAngiotensinBlockers = "an allergy to an angiotensin receptor blocker",
    /// To any of the class.
    AllergicToDihydropyridines = "an allergy to a dihydropyridine",
    /// To a thiazide, or to sulfonamides.
    AllergicToSulfonamides = "an allergy to a thiazide or a sulfonamide",
    /// To any of the class.
    AllergicToBetaBlockers = "an allergy to a beta-blocker",
    /// To verapamil or diltiazem.
    AllergicToRateLimitingBlockers = "an allergy to verapamil or diltiazem",
    /// To spironolactone or eplerenone.
    AllergicToSpironolactone = "an allergy to spironolactone or eplerenone",
    /// To methyldopa.
    AllergicToMethyldopa = "an allergy to methyldopa",
}

/// The state of every fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts([State; Fact::ALL.len()]);

impl Facts {
    /// Every fact in the same state.
    #[must_use]
    pub const fn all(state: State) -> Self {
        Self([state; Fact::ALL.len()])
    }

    /// The state of a fact.
    #[must_use]
    pub fn get(&self, fact: Fact) -> State {
        self.0.get(fact as usize).copied().unwrap_or_default()
    }

    /// Changes the state of a fact.
    pub fn set(&mut self, fact: Fact, state: State) {
        if let Some(slot) = self.0.get_mut(fact as usize) {
            *slot = state;
        }
    }
}
