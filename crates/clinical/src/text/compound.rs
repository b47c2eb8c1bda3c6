//! Phrases that are built rather than listed: a negation or a condition, the light words after it, and what they end in.
//!
//! "Not currently taking", "does not appear to have" and "has never been on" deny what follows; "was not seen" denies
//! what came before; "cannot be ruled out" leaves it open; "does not deny" denies nothing.

use super::phrase::Phrase;
use super::token::{Gap, Token};
use super::triggers::{Effect, ABSENT, ABSENT_BEFORE, POSSIBLE, POSSIBLE_BEFORE};
use super::Assertion;

/// Maximum number of light words.
const MOST_LIGHT: usize = 4;

const OPEN: &[Effect] = &[POSSIBLE_BEFORE, Effect::Near(Assertion::Possible)];

/// The phrase that begins at this word, if one does; it ends before the next mention.
pub(crate) fn compound(tokens: &[Token], at: usize, free: usize) -> Option<Phrase> {
    let phrase = |words: usize, effects| Some(Phrase { first: at, words, effects });
    let word =
        |at: usize| -> &str { tokens.get(at).filter(|_| at < free).map_or("", |token| token.lower.as_str()) };
    // A word that belongs to the phrase so far.
    let joint = |at: usize| tokens.get(at).filter(|token| token.gap == Gap::Joint).map_or("", |_| word(at));
    if matches!(word(at), "if" | "whether" | "unless") {
        let run = (1..=MOST_LIGHT).take_while(|ahead| is_subject(joint(at.saturating_add(*ahead)))).count();
        return phrase(run.saturating_add(1), &[Effect::Stop, POSSIBLE]);
    }
    if matches!(word(at), "denies" | "denied" | "denying") && joint(at.saturating_add(1)) == "that" {
        let run = (2..=MOST_LIGHT).take_while(|ahead| is_subject(joint(at.saturating_add(*ahead)))).count();
        return phrase(run.saturating_add(2), &[ABSENT]);
    }
    if matches!(word(at), "no" | "without" | "little") {
        let adjectives = (1..=2).take_while(|ahead| is_degree(joint(at.saturating_add(*ahead)))).count();
        let noun = at.saturating_add(adjectives).saturating_add(1);
        if !is_course(joint(noun)) {
            return None;
        }
        let leads = matches!(joint(noun.saturating_add(1)), "in" | "of" | "from" | "with" | "to" | "on");
        return phrase(adjectives.saturating_add(if leads { 3 } else { 2 }), &[Effect::Nothing]);
    }
    if matches!(word(at), "lives" | "living" | "accompanied" | "brought" | "here") {
        let place = (1..=4).find(|ahead| is_relative(joint(at.saturating_add(*ahead))));
        return place.and_then(|ahead| phrase(ahead.saturating_add(1), &[Effect::Stop]));
    }
    if word(at) == "in" && is_year(joint(at.saturating_add(1))) {
        let before =
            at.checked_sub(1).and_then(|before| tokens.get(before)).map(|token| token.lower.as_str());
        let is_beginning = matches!(before, Some("diagnosed" | "began" | "started" | "since"));
        return if is_beginning { None } else { phrase(2, &[Effect::Backward(Assertion::Past)]) };
    }
    let negation = match (word(at), joint(at.saturating_add(1))) {
        ("not" | "never" | "cannot", _) => 1,
        ("has" | "have" | "had", "not" | "never") => 2,
        (auxiliary, "t") if is_contracted(auxiliary) => 2,
        _ => return None,
    };
    let mut words = negation;
    let mut light = 0_usize;
    loop {
        let place = at.saturating_add(words);
        let pair = format!("{} {}", joint(place), joint(place.saturating_add(1)));
        match head(joint(place), &pair) {
            Some((length, Head::Excluded)) => return phrase(words.saturating_add(length), OPEN),
            Some((length, Head::Denied)) => return phrase(words.saturating_add(length), &[Effect::Nothing]),
            Some((length, Head::Unsure)) => return phrase(words.saturating_add(length), &[POSSIBLE]),
            Some((length, Head::Seen)) if ends_clause(tokens, place.saturating_add(length), free) => {
                return phrase(words.saturating_add(length), &[ABSENT_BEFORE]);
            }
            _ => {}
        }
        if light == MOST_LIGHT || !is_light(joint(place), joint(place.saturating_add(1))) {
            break;
        }
        (words, light) = (words.saturating_add(1), light.saturating_add(1));
    }
    (light > 0).then_some(())?;
    phrase(words, &[ABSENT])
}

enum Head {
    /// What is not excluded is possible.
    Excluded,
    /// What is not denied stays as it is.
    Denied,
    /// Nobody is certain.
    Unsure,
    /// At the end of a clause, what came before is absent.
    Seen,
}

fn head(word: &str, pair: &str) -> Option<(usize, Head)> {
    Some(match (word, pair) {
        (_, "rule out" | "ruled out" | "ruling out") => (2, Head::Excluded),
        ("exclude" | "excluded" | "excluding", _) => (1, Head::Excluded),
        (
            "deny" | "denies" | "denied" | "denying" | "without" | "negative" | "discontinue" | "stop"
            | "stopped" | "miss" | "misses" | "missed" | "skip" | "skipped" | "forget" | "from",
            _,
        ) => (1, Head::Denied),
        ("certain" | "sure" | "clear" | "clearly" | "confirmed" | "definite" | "definitely", _) => {
            (1, Head::Unsure)
        }
        (
            "seen" | "found" | "identified" | "observed" | "present" | "noted" | "detected" | "diagnosed"
            | "occurred" | "demonstrated" | "appreciated" | "visualized" | "visualised" | "evident"
            | "indicated" | "given" | "started" | "needed" | "required" | "suspected" | "likely" | "reported"
            | "felt" | "palpated" | "heard",
            _,
        ) => (1, Head::Seen),
        _ => return None,
    })
}

/// Whether nothing that could be denied follows: the clause ends, or says where, when and by whom.
fn ends_clause(tokens: &[Token], at: usize, free: usize) -> bool {
    let Some(next) = tokens.get(at) else { return true };
    next.gap != Gap::Joint
        || (at < free
            && matches!(
                next.lower.as_str(),
                "on" | "by"
                    | "in"
                    | "at"
                    | "today"
                    | "yesterday"
                    | "during"
                    | "here"
                    | "so"
                    | "and"
                    | "but"
                    | "after"
                    | "before"
                    | "since"
                    | "despite"
                    | "yet"
                    | "previously"
                    | "anymore"
                    | "this"
                    | "again"
                    | "for"
            ))
}

/// Whether a word of a negation only leads to what is negated. "To" does so before some verbs.
fn is_light(word: &str, next: &str) -> bool {
    match word {
        "to" => matches!(
            next,
            "rule"
                | "exclude"
                | "have"
                | "be"
                | "take"
                | "use"
                | "show"
                | "suggest"
                | "represent"
                | "reveal"
                | "develop"
        ),
        "complain" | "complaining" => next == "of",
        _ => matches!(
            word,
            "fully"
                | "entirely"
                | "completely"
                | "definitively"
                | "reliably"
                | "possible"
                | "able"
                | "currently"
                | "presently"
                | "now"
                | "really"
                | "actually"
                | "yet"
                | "ever"
                | "been"
                | "be"
                | "being"
                | "have"
                | "has"
                | "had"
                | "having"
                | "taking"
                | "take"
                | "takes"
                | "using"
                | "use"
                | "uses"
                | "on"
                | "of"
                | "given"
                | "started"
                | "known"
                | "found"
                | "thought"
                | "felt"
                | "believed"
                | "appear"
                | "appears"
                | "appeared"
                | "seem"
                | "seems"
                | "seemed"
                | "report"
                | "reporting"
                | "endorse"
                | "endorsing"
                | "experience"
                | "experiencing"
                | "show"
                | "showing"
                | "reveal"
                | "demonstrate"
                | "suggest"
                | "suggesting"
                | "receive"
                | "receiving"
                | "require"
                | "requiring"
                | "need"
                | "needing"
                | "prescribed"
                | "develop"
                | "developed"
                | "any"
        ),
    }
}

/// Whether a word of a condition only says about whom it is.
fn is_subject(word: &str) -> bool {
    matches!(
        word,
        "he" | "she"
            | "they"
            | "it"
            | "the"
            | "patient"
            | "pt"
            | "there"
            | "you"
            | "has"
            | "have"
            | "had"
            | "is"
            | "are"
            | "was"
            | "develops"
            | "develop"
            | "experiences"
            | "experience"
            | "gets"
            | "any"
            | "new"
    )
}

/// Whether a word only says how much or which.
fn is_degree(word: &str) -> bool {
    matches!(
        word,
        "new" | "significant" | "acute" | "further" | "major" | "interval" | "real" | "clear" | "apparent"
    )
}

/// Whether a word says how a problem goes on: "no worsening of the cough" is a cough.
fn is_course(word: &str) -> bool {
    matches!(
        word,
        "change"
            | "changes"
            | "worsening"
            | "improvement"
            | "increase"
            | "decrease"
            | "relief"
            | "benefit"
            | "response"
            | "difference"
            | "progress"
            | "progression"
            | "resolution"
    )
}

fn is_relative(word: &str) -> bool {
    matches!(
        word,
        "mother"
            | "father"
            | "mom"
            | "dad"
            | "parents"
            | "brother"
            | "sister"
            | "aunt"
            | "uncle"
            | "wife"
            | "husband"
            | "son"
            | "daughter"
            | "grandmother"
            | "grandfather"
            | "siblings"
            | "cousin"
    )
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.parse::<u16>().is_ok_and(|year| (1900..2100).contains(&year))
}

fn is_contracted(auxiliary: &str) -> bool {
    matches!(
        auxiliary,
        "isn"
            | "wasn"
            | "aren"
            | "weren"
            | "hasn"
            | "haven"
            | "hadn"
            | "doesn"
            | "didn"
            | "don"
            | "couldn"
            | "can"
            | "won"
            | "wouldn"
            | "shouldn"
    )
}
