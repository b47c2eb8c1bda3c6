//! From codes and names to facts.

use super::fact::Fact;

/// ICD-10 codes by their beginning (World Health Organization, version 2019; the clinical modification of the United
/// States has the same beginnings), and whether the fact remains true when the condition is resolved.
pub(super) const CONDITIONS: &[(Fact, &[&str], bool)] = &[
    (Fact::Pregnant, &["Z33", "Z34", "Z35", "O0", "O1", "O2", "O3", "O4"], false),
    (Fact::AngioOedema, &["T78.3", "D84.1"], true),
    (Fact::Asthma, &["J45", "J46"], true),
    (Fact::ObstructiveLungDisease, &["J41", "J42", "J43", "J44"], true),
    (Fact::AvBlock, &["I44.1", "I44.2", "I44.3", "I49.5"], true),
    (Fact::HeartFailure, &["I50", "I11.0", "I13.0", "I13.2"], true),
    (Fact::AorticStenosis, &["I35.0", "I35.2", "I06.0", "I06.2"], true),
    (Fact::RenalArteryStenosis, &["I70.1", "I15.0"], true),
    (Fact::PeripheralArterialDisease, &["I70.2", "I73"], true),
    (Fact::CoronaryDisease, &["I20", "I21", "I22", "I23", "I24", "I25"], true),
    (Fact::CerebrovascularDisease, &["I6", "G45"], true),
    (Fact::AtrialFibrillation, &["I48"], true),
    (Fact::Diabetes, &["E10", "E11", "E12", "E13", "E14"], true),
    (Fact::Gout, &["M10"], true),
    (Fact::AddisonsDisease, &["E27.1", "E27.2", "E27.4"], true),
    (Fact::Phaeochromocytoma, &["D35.0", "C74.1"], false),
    (
        Fact::LiverDisease,
        &["K70", "K71", "K72", "K73", "K74", "K75", "K76", "K77", "B15", "B16", "B17", "B18", "B19"],
        false,
    ),
    (Fact::SevereLiverDisease, &["K72", "K74", "K70.3", "K70.4", "K76.6", "K76.7"], true),
    (Fact::Depression, &["F32", "F33", "F31"], true),
    (Fact::Shock, &["R57"], false),
    (Fact::Hypercalcaemia, &["E83.5"], false),
    (Fact::Hyponatraemia, &["E87.1"], false),
    (Fact::PotassiumAbove5, &["E87.5"], false),
    (Fact::PotassiumBelow3_5, &["E87.6"], false),
    (Fact::EgfrBelow30, &["N18.4", "N18.5", "N17"], false),
    (Fact::EgfrBelow60, &["N17", "N18", "N19"], false),
    (Fact::PulseBelow50, &["R00.1"], false),
    (Fact::SystolicBelow100, &["I95"], false),
];

/// High blood pressure itself, which the options treat.
pub(super) const HYPERTENSION: [&str; 6] = ["I10", "I11", "I12", "I13", "I15", "O1"];

/// The code system SNOMED CT.
pub(super) const SNOMED_CT: &str = "http://snomed.info/sct";

/// Facts that a finding of SNOMED CT which is not a disorder may state, with parts of the words for them. All other conditions
/// are disorders there, so that a concept whose full name ends in "(finding)" is never one of them.
pub(super) const STATED_BY_FINDINGS: &[(Fact, &[&str])] = &[
    (
        Fact::Pregnant,
        &["pregnan", "gravid", "gestation", "trimester", "fetal", "fetus", "labor", "labour", "partum"],
    ),
    (Fact::PulseBelow50, &["pulse", "heart", "cardiac", "rhythm", "brady"]),
    (Fact::SystolicBelow100, &["pressure", "hypotens"]),
    (Fact::EgfrBelow30, &["kidney", "renal", "glomerul", "creatinine", "nephro"]),
    (Fact::EgfrBelow60, &["kidney", "renal", "glomerul", "creatinine", "nephro"]),
    (Fact::PotassiumAbove5, &["potassium", "kal", "electrolyte"]),
    (Fact::PotassiumBelow3_5, &["potassium", "kal", "electrolyte"]),
    (Fact::Hyponatraemia, &["sodium", "natr", "electrolyte"]),
    (Fact::Hypercalcaemia, &["calc", "electrolyte"]),
    (Fact::Shock, &["shock", "circulat"]),
    (Fact::Depression, &["depress", "mood"]),
];

/// SNOMED CT codes that are frequent, with the ICD-10 code that they map to, for bundles without words. Others are
/// read by their display.
pub(super) const SNOMED: &[(&str, &str)] = &[
    ("38341003", "I10"),
    ("59621000", "I10"),
    ("44054006", "E11"),
    ("46635009", "E10"),
    ("73211009", "E11"),
    ("84114007", "I50.9"),
    ("42343007", "I50.9"),
    ("22298006", "I21.9"),
    ("53741008", "I25.1"),
    ("49436004", "I48.9"),
    ("195967001", "J45.9"),
    ("13645005", "J44.9"),
    ("90560007", "M10.9"),
    ("41291007", "T78.3"),
    ("709044004", "N18.9"),
    ("431857002", "N18.4"),
    ("433146000", "N18.5"),
    ("433144002", "N18.3"),
    ("77386006", "Z33"),
    ("72892002", "Z33"),
    ("230690007", "I64"),
    ("27885002", "I44.2"),
    ("60573004", "I35.0"),
];

/// The facts that follow from taking a substance, and from an allergy to it.
pub(super) type Said = (Option<Fact>, Option<Fact>);

/// A test of a word of a substance's name, in lower case.
type Test = fn(&str) -> bool;

/// Classes of substances by their international names: the endings are the World Health Organization's stems (The use
/// of stems in the selection of international nonproprietary names, 2018).
pub(super) const CLASSES: &[(Test, Option<Fact>, Option<Fact>)] = &[
    (|word| word.ends_with("pril"), Some(Fact::TakesAceInhibitor), Some(Fact::AllergicToAceInhibitors)),
    (
        |word| word.ends_with("sartan"),
        Some(Fact::TakesAngiotensinBlocker),
        Some(Fact::AllergicToAngiotensinBlockers),
    ),
    (|word| word == "sacubitril", Some(Fact::TakesSacubitril), None),
    (|word| word == "aliskiren", Some(Fact::TakesAliskiren), None),
    (
        |word| word.ends_with("olol") || word.ends_with("alol") || word == "carvedilol",
        Some(Fact::TakesBetaBlocker),
        Some(Fact::AllergicToBetaBlockers),
    ),
    (
        |word| matches!(word, "verapamil" | "diltiazem"),
        Some(Fact::TakesRateLimitingBlocker),
        Some(Fact::AllergicToRateLimitingBlockers),
    ),
    (
        |word| word.ends_with("dipine"),
        Some(Fact::TakesDihydropyridine),
        Some(Fact::AllergicToDihydropyridines),
    ),
    (
        |word| {
            word.ends_with("thiazide")
                || matches!(
                    word,
                    "indapamide" | "chlorthalidone" | "chlortalidone" | "metolazone" | "xipamide"
                )
        },
        Some(Fact::TakesThiazide),
        Some(Fact::AllergicToSulfonamides),
    ),
    (
        |word| {
            matches!(
                word,
                "sulfonamides" | "sulfonamide" | "furosemide" | "bumetanide" | "torasemide" | "torsemide"
            ) || word.starts_with("sulfa")
        },
        None,
        Some(Fact::AllergicToSulfonamides),
    ),
    (
        |word| matches!(word, "spironolactone" | "eplerenone" | "finerenone"),
        Some(Fact::TakesPotassiumOrSparer),
        Some(Fact::AllergicToSpironolactone),
    ),
    (
        |word| matches!(word, "amiloride" | "triamterene" | "potassium"),
        Some(Fact::TakesPotassiumOrSparer),
        None,
    ),
    (|word| word == "methyldopa", Some(Fact::TakesMethyldopa), Some(Fact::AllergicToMethyldopa)),
    (|word| word == "lithium", Some(Fact::TakesLithium), None),
    (|word| word == "ivabradine", Some(Fact::TakesIvabradine), None),
    (|word| matches!(word, "digoxin" | "digitoxin"), Some(Fact::TakesDigoxin), None),
    (|word| matches!(word, "simvastatin" | "lovastatin"), Some(Fact::TakesSimvastatin), None),
    (|word| word.ends_with("vastatin"), Some(Fact::TakesStatin), None),
    (
        |word| {
            matches!(
                word,
                "clarithromycin"
                    | "itraconazole"
                    | "ketoconazole"
                    | "posaconazole"
                    | "voriconazole"
                    | "ritonavir"
                    | "cobicistat"
            )
        },
        Some(Fact::TakesStrongCyp3A4Inhibitor),
        None,
    ),
    (
        |word| {
            matches!(
                word,
                "phenelzine"
                    | "tranylcypromine"
                    | "isocarboxazid"
                    | "selegiline"
                    | "rasagiline"
                    | "safinamide"
                    | "moclobemide"
                    | "linezolid"
            )
        },
        Some(Fact::TakesMaoInhibitor),
        None,
    ),
    (
        |word| {
            matches!(
                word,
                "ibuprofen"
                    | "naproxen"
                    | "diclofenac"
                    | "indomethacin"
                    | "indometacin"
                    | "ketoprofen"
                    | "meloxicam"
                    | "piroxicam"
                    | "ketorolac"
                    | "etodolac"
                    | "nabumetone"
                    | "mefenamic"
            ) || word.ends_with("coxib")
        },
        Some(Fact::TakesNsaid),
        None,
    ),
];

/// Classes by their names in notes and lists of allergies.
pub(super) const NAMED_CLASSES: &[(&str, Option<Fact>, Option<Fact>)] = &[
    (
        "Angiotensin-Converting Enzyme Inhibitors",
        Some(Fact::TakesAceInhibitor),
        Some(Fact::AllergicToAceInhibitors),
    ),
    ("Adrenergic beta-Antagonists", Some(Fact::TakesBetaBlocker), Some(Fact::AllergicToBetaBlockers)),
    ("Calcium Channel Blockers", Some(Fact::TakesDihydropyridine), Some(Fact::AllergicToDihydropyridines)),
    ("Anti-Inflammatory Agents, Non-Steroidal", Some(Fact::TakesNsaid), None),
    ("Hydroxymethylglutaryl-CoA Reductase Inhibitors", Some(Fact::TakesStatin), None),
];

/// All facts that taking a medicine decides.
pub(super) fn taken() -> impl Iterator<Item = Fact> {
    let classes = CLASSES.iter().filter_map(|(_, taken, _)| *taken);
    classes.chain(NAMED_CLASSES.iter().filter_map(|(_, taken, _)| *taken))
}

/// All facts that an allergy decides.
pub(super) fn allergic() -> impl Iterator<Item = Fact> {
    CLASSES.iter().filter_map(|(_, _, allergic)| *allergic)
}

/// The facts that follow from taking a substance, and from an allergy to it.
pub(super) fn of_substance(name: &str) -> impl Iterator<Item = Said> + use<'_> {
    let lower = name.to_lowercase();
    let words: Vec<String> =
        lower.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect();
    let named = NAMED_CLASSES
        .iter()
        .filter(move |(class, ..)| *class == name)
        .map(|(_, taken, allergic)| (*taken, *allergic));
    let by_word = CLASSES.iter().filter(move |(test, ..)| words.iter().any(|word| test(word)));
    by_word.map(|(_, taken, allergic)| (*taken, *allergic)).chain(named)
}
