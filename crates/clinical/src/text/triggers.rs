//! The phrases by which a note says who has a problem or takes a drug, and when.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Assertion;

/// The effect of a phrase on the mentions around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The mentions after it in the sentence.
    Forward(Assertion),
    /// The mentions before it, up to the next phrase.
    Backward(Assertion),
    /// What stands directly after it.
    Near(Assertion),
    /// Earlier phrases do not reach beyond it, except those about the family.
    Stop,
    /// The same, where a clause begins with it; elsewhere it is a noun, as in "tobacco use".
    ClauseStop,
    /// Earlier negations and doubts do not reach beyond it; history and family do.
    Affirm,
    /// The text after it is about the patient again.
    Patient,
    /// It looks like one of the others, but has no effect.
    Nothing,
}

pub(crate) const ABSENT: Effect = Effect::Forward(Assertion::Absent);
pub(crate) const ABSENT_BEFORE: Effect = Effect::Backward(Assertion::Absent);
const FAMILY: Effect = Effect::Forward(Assertion::Family);
const FAMILY_BEFORE: Effect = Effect::Backward(Assertion::Family);
const ALLERGY: Effect = Effect::Forward(Assertion::Allergy);
const ALLERGY_BEFORE: Effect = Effect::Backward(Assertion::Allergy);
const PAST: Effect = Effect::Forward(Assertion::Past);
const PAST_BEFORE: Effect = Effect::Backward(Assertion::Past);
pub(crate) const POSSIBLE: Effect = Effect::Forward(Assertion::Possible);
pub(crate) const POSSIBLE_BEFORE: Effect = Effect::Backward(Assertion::Possible);

/// Each effect with its phrases, words in lower case; the longest phrase that matches counts.
#[rustfmt::skip]
const PHRASES: &[(Effect, &[&str])] = &[
    (
        ABSENT,
        &[
            "denies use of", "denied use of", "denies using", "no use of", "no current use of",
            "never used", "never started", "did not start", "was never on", "no", "not", "denies", "denied",
            "denying", "without", "never", "negative for", "neg for", "absence of", "free of",
            "ruled out for", "not on", "not taking", "does not take", "doesn t take", "never took",
            "not started", "not started on", "not been started on", "never started on",
            "never given", "never on", "never had", "no evidence of", "no sign of", "no signs of",
            "no history of", "no known", "no hx of", "no prior", "refuses", "refused", "declines",
            "declined", "avoid", "avoids", "avoiding", "neither", "nor", "lack of", "lacks", "rules out",
            "rather than", "instead of", "isn t", "wasn t", "hasn t", "doesn t", "didn t",
            "unremarkable for", "non", "do not give", "don t", "contraindicated",
            "ve for", "no evidence for", "no evidence to suggest", "no findings of", "no indication of",
            "no indication for", "no need for", "no complaints of", "no current", "fail to reveal",
            "fails to reveal", "failed to reveal", "fails to show", "failed to show",
            "fails to demonstrate", "failed to demonstrate", "failed to identify", "failed to detect",
            "ruling out", "excludes", "excluding", "not consistent with", "inconsistent with",
            "not compatible with", "not associated with", "not suggestive of", "not concerning for",
            "not worrisome for", "not suspicious for", "not typical of", "not typical for", "nor does she",
            "nor does he", "nor did she", "nor did he", "nor has she", "nor has he", "nor is she",
            "nor is he", "nor was she", "nor was he", "nor do they", "nor does the patient",
            "nor did the patient", "mother denies", "father denies", "mom denies", "dad denies",
            "parents deny", "family denies", "wife denies", "husband denies", "son denies",
            "daughter denies", "none of",
            "no reason to suspect", "no suspicion of", "no suspicion for", "at no time", "at no time did she", "at no time did he", "at no time has she",
            "at no time has he",
            "not a candidate for", "no relatives with",
            "negative family history", "no one in the family has", "nobody in the family has",
            "no family members with", "no one in the family with",
        ],
    ),
    (
        ABSENT_BEFORE,
        &[
            "ruled out", "unlikely", 
            "negative", "absent", 
            "denied", "contraindicated", 
            "never started", "none",
            "excluded",
        ],
    ),
    (
        FAMILY,
        &[
            "family history", "family history of", "fhx", "fh", "family hx", "mother", "father", "brother",
            "sister", "aunt", "uncle", "grandmother", "grandfather", "grandparents", "parents", "parent",
            "siblings", "sibling", "cousin", "mom", "dad", "maternal", "paternal", "brothers", "sisters",
            "son has", "son had", "son was diagnosed", "daughter has", "daughter had",
            "daughter was diagnosed", "wife has", "wife had", "wife was diagnosed", "husband has",
            "husband had", "husband was diagnosed", "son with", "daughter with", "spouse has",
            "partner has", "nephew", "niece",
        ],
    ),
    (
        FAMILY_BEFORE,
        &[
            "in his mother", "in his father", "in her mother", "in her father", "in mother", "in father",
            "in the family", "in a brother", "in a sister", "in his brother", "in her sister",
            "in her brother", "in his sister", "runs in the family", "in both parents",
            "in first degree relatives", "in an aunt", "in an uncle", "in a grandmother",
            "in a grandfather", "in the mother", "in the father", "in siblings",
        ],
    ),
    (
        ALLERGY,
        &[
            "allergic to", "allergy to", "allergies to", "allergies", "allergy", "intolerant of",
            "intolerant to", "intolerance to", "intolerance of", "cannot tolerate", "can t tolerate",
            "could not tolerate", "couldn t tolerate", "did not tolerate", "didn t tolerate",
            "does not tolerate", "doesn t tolerate", "unable to tolerate", "adverse reaction to",
            "reaction to", "reacted to", "anaphylaxis to", "anaphylactic to", "hypersensitivity to",
            "hypersensitive to",
        ],
    ),
    (
        ALLERGY_BEFORE,
        &[
            "listed as allergy", "listed as an allergen", "listed as an allergy", "is an allergy",
            "allergy", "allergies", "allergic", "intolerance", "hypersensitivity", "caused a rash",
            "caused hives", "not tolerated", "was not tolerated", "gave her hives", "gave him hives",
            "gave her a rash", "gave him a rash", "induced angioedema", "anaphylaxis",
            "induced anaphylaxis",
        ],
    ),
    (
        PAST,
        &[
            "hold", "holding", "held", "paused", "history of", "h o", "hx of", "hx", "hist of", "pmh",
            "pmhx", "past medical history", "past history", "medical history", "previous", "previously",
            "prior", "former", "formerly", "s p", "status post", "remote", "stopped", "stopped taking",
            "discontinued", "discontinue", "d c", "dc d", "d c d", "quit", "used to take", "used to be on",
            "used to have", "no longer", "no longer on", "no longer taking", "no longer takes",
            "no longer has", "weaned off", "came off", "taken off", "off", "switched from", "changed from",
            "completed", "finished", "resolved", "recovered from", "treated in the past with", "past",
            "was on", "had been on", "was treated with", "stop", "childhood", "tapered off", "stopping",
            "had been taking", "was taking", "has stopped", "has not taken", "not taken", "hasn t taken",
            "survivor of", "in remission from",
            "previously on", "previously took", "previously taking", "previously had", "formerly on",
            "ran out of", "out of",
        ],
    ),
    (
        PAST_BEFORE,
        &[
            "previously", "finished", "finished in", "was finished", "tried before", "was stopped",
            "was discontinued", "were stopped", "were discontinued", "discontinued", "stopped", "d c d",
            "dc d", "resolved", "has resolved", "have resolved", "is resolved", "years ago", "year ago",
            "months ago", "month ago", "weeks ago", "in the past", "as a child", "in childhood",
            "in remission", "last year", "has been stopped", "completed", "was completed", "was held",
            "held", "on hold", "was weaned", "until last", "many years ago",
            "treated in",
            "at age", "at the age of",
        ],
    ),
    (
        POSSIBLE,
        &[
            "possible", "possibly", "probable", "probably", "suspected", "suspect", "suspicious for",
            "suspicion of", "suspicion for", "concern for", "concerning for", "concerned about", "rule out",
            "r o", "to rule out", "evaluate for", "assess for", "consider", "considering", "could be",
            "may be", "may have", "might be", "might have", "risk of", "risk for", "at risk for",
            "monitor for", "watch for", "return for", "return with", "would", "may need", "might need",
            "plan to start", "discussed starting", "differential", "ddx", "likely", "presumed",
            "questionable", "query", "versus", "vs", "screen for", "screening for", "prevent", "to prevent",
            "prophylaxis against", "worried about", "fear of", "in case of", "for possible", "will start",
            "to start", "may start", "plan for", "will consider", "can try", "could try", "should",
            "offered", "recommend", "recommended", "if needed", "work up for", "workup for", "test for",
            "tested for", "warned about", "warned of", "counseled about",
            "worrisome for", "suggestive of", "suggest", "suggests", "suggested", "suggesting",
            "to suggest", "may represent", "may reflect", "might represent", "could represent",
            "may indicate", "could indicate", "appears to have", "appears to be", "seems to have",
            "seems to be", "possibility of", "question of", "the question of", "raises the question of",
            "equivocal for", "indeterminate for", "call for", "call if", "in the event of", 
            "not excluding",
            "could well be", "may well be", "might well be", "doubtful", "may use", "can use", "may take",
            "screened for", "would start", "risk factors for", "tests for", "high suspicion of",
            "high suspicion for", "low suspicion for", "low suspicion of",
            "unable to exclude", "unable to rule out", "low probability of", "probability of", "low likelihood of",
            "likelihood of",
        ],
    ),
    (
        POSSIBLE_BEFORE,
        &[
            "likely", "probable", "suspected", "possible",
            "to be considered",
            "was considered", "considered", "is being considered", "was discussed", "discussed",
            "if needed later",
            "versus", "vs", "remains a possibility", "is a possibility", "in question", "questionable",
            "in the differential", "on the differential", "doubtful",
        ],
    ),
    (
        Effect::Stop,
        &[
            "instead", "start", "but", "however", "although", "though", "except", "besides", "yet",
            "apart from", "aside from", "reports", "reported", "complains", "complains of", "endorses",
            "presents", "presented", "presenting", "has", "takes", "taking", "continues", "continue",
            "continued", "started", "starts", "admits", "now", "currently", "because", "due to", "since",
            "so", "therefore", "which", "secondary to", "treated with", "managed with", "controlled with",
            "controlled on", "is on", "on", "patient", "pt", "he", "she", "they", "remains", "restarted",
            "given", "prescribed", "to", "uses", "using", "despite", "today", "replaced by", "begun",
            "home meds", "meds", "medications", "current medications", "current", "with", "for", "while",
            "after", "before", "when", "initiated", "increased", "by", "tolerates", "tolerating",
            "tolerated",
        ],
    ),
    (Effect::Patient, &[
            "patient", "pt", "he", "she", "they", "patient s", "himself", "herself",
        ]),
    // "CT ruled out appendicitis"; in "appendicitis was ruled out by CT" it says nothing about what follows.
    (Effect::Near(Assertion::Absent), &["ruled out"]),
    (Effect::Near(Assertion::Past), &["old"]),
    (Effect::ClauseStop, &["use"]),
    (
        Effect::Affirm,
        &["positive for", "pos for", "significant for", "notable for", "remarkable for"],
    ),
    (
        Effect::Nothing,
        &[
            "no change", "no changes", "no change in", "no increase", "no increase in", "no decrease",
            "no significant change", "no significant change in", "not only", "no doubt", "no improvement",
            "no improvement in", "no improvement with", "no improvement on", "no relief", "no relief from",
            "no relief with", "no benefit from", "no response to", "not responding to", "not improved",
            "not improving", "not controlled", "not well controlled", "not well controlled on",
            "not controlled on", "not controlled with", "no better", "not resolved", "has not resolved",
            "not at goal on", "not at goal", "not helped by", "without relief from", "without improvement",
            "without improvement on", "without difficulty", "gram negative",
            "no missed doses of", "never misses", "never missed", "not missed", "does not miss",
            "no problems with", "no issues with", "no side effects from", "no side effects with",
            "no complaints with", "day history of", "days history of", "week history of",
            "weeks history of", "month history of", "months history of", "year history of",
            "years history of", "hour history of", "h history of", "yr history of",
            "history of present illness", "not yet resolved", "days of", "not stopped", "did not stop",
            "do not stop", "never stopped", "has not stopped", "mother reports", "mother states",
            "mother says", "mother noticed", "mother gave", "mother brought", 
            "father reports", "father states", "father says", "father noticed", "father gave",
            "mom reports", "mom says", "mom states", "dad reports", "dad says", "parents report",
            "parents state", "sister reports", "brother reports", "without side effects",
            "not a side effect of", "without problems", "not due to", "old age", "year old", "yo",
            "not helping", "is not helping", "non compliant with", "noncompliant with", "non adherent to",
            "not adherent to", "not compliant with", "prior to", "on and off", "day off", "off and on",
            "pain free",
            "to be", "wife reports", "wife states", "wife says", "wife noticed", "wife has noticed",
            "husband reports", "husband states", "husband says", "husband noticed", "husband has noticed",
            "daughter reports", "daughter states", "daughter says", "son reports", "son states", "son says",
            "not relieved", "not relieved by", "not relieved with", "no change since", "not changed",
            "have not changed", "has not changed", "has not improved", "have not improved", "no question",
            "has been", "have been", "had been", "includes", "including",
            "no one", "long history of", "long standing history of", "longstanding history of",
            "no more than", "not more than", "no less than", "no refills", "no refills of", "no refill of",
            "not the cause of", "not because of", "not related to", "not caused by", "not secondary to",
        ],
    ),
];

/// Maximum length of a phrase, in words.
pub(crate) const LONGEST_PHRASE: usize = 6;

static TABLE: LazyLock<HashMap<String, Vec<Effect>>> = LazyLock::new(|| {
    let mut table: HashMap<String, Vec<Effect>> = HashMap::new();
    for (effect, phrases) in PHRASES {
        for phrase in *phrases {
            table.entry((*phrase).to_owned()).or_default().push(*effect);
        }
    }
    table
});

/// The effects of words in lower case, with one space between them. A phrase may work in both directions.
pub(crate) fn effects(words: &str) -> &'static [Effect] {
    TABLE.get(words).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_words_as_the_finder_sees_them() {
        for (phrase, effects) in TABLE.iter() {
            let words: Vec<String> =
                crate::text::token::tokens(phrase).into_iter().map(|token| token.lower).collect();
            assert_eq!(&words.join(" "), phrase);
            assert!(words.len() <= LONGEST_PHRASE, "{phrase}");
            let unique: std::collections::HashSet<_> =
                effects.iter().map(|effect| format!("{effect:?}")).collect();
            assert_eq!(unique.len(), effects.len(), "{phrase} is listed twice");
        }
    }
}
