//! Signs and boxes before words, as quick notes and forms have them: "+ fever, - cough", "(-) rales", "[x] gout [ ] asthma".
//!
//! Most dashes before a word are bullets or dashes, and a wrong `absent` is worse than a missed one. So a minus counts
//! only in brackets, or beside a plus: in a list on one line, where each sign follows a comma or the like, or in short
//! lines that all begin with a sign at the same distance from the margin.

use std::collections::HashSet;

use super::token::Token;

/// The longest line of a list down the page, in words: longer ones are prose with bullets.
const LONGEST_LINE: usize = 5;
/// The longest thing in brackets, with the bracket that closes it, in characters.
const LONGEST_BOX: usize = 4;

/// A sign before a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    Plus,
    Minus,
    /// Plus or minus.
    Either,
}

/// A box before a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tick {
    Open,
    Checked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A sign that may also be a dash, a bullet or an "and".
    Bare(Lead),
    Bracketed(Lead),
    /// A sign that is never anything else.
    Plain(Lead),
    Box(Tick),
}

/// What stands before a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Line,
    Separator,
    /// A word and a space.
    Space,
    Word,
    Other,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    shape: Shape,
    stand: Stand,
    /// The word after it.
    next: usize,
    /// Whether this word is on the same line.
    is_beside: bool,
    /// Whether it begins with a letter.
    is_named: bool,
    /// Whether it begins at once.
    is_glued: bool,
    line: usize,
    /// The number of colons before it in its line: after each, a list begins.
    part: usize,
    /// The blanks before it, if a line begins with it.
    indent: usize,
}

impl Mark {
    fn leads(&self) -> bool {
        self.is_beside && self.is_named
    }

    fn bare(&self) -> Option<Lead> {
        match self.shape {
            Shape::Bare(lead) if self.leads() => Some(lead),
            _ => None,
        }
    }

    fn is_in_list_with(&self, other: &Self) -> bool {
        (self.line, self.part) == (other.line, other.part)
    }
}

/// Writes to each word what stands before it.
pub(crate) fn read(text: &str, tokens: &mut [Token]) {
    let marks = marks(text, tokens);
    let bare: Vec<Mark> = marks.iter().filter(|mark| mark.bare().is_some()).copied().collect();
    for mark in signs(&bare, tokens) {
        lead(tokens, &mark, mark.bare());
    }
    // "(-) rales (+) edema", but "rales (-) edema (+)": as the list begins, so it goes on.
    let mut list: Option<Mark> = None;
    for mark in &marks {
        match mark.shape {
            Shape::Plain(sign) if mark.leads() && mark.stand != Stand::Word => lead(tokens, mark, Some(sign)),
            Shape::Bracketed(sign) if mark.leads() => {
                let goes_on = list.is_some_and(|list| list.is_in_list_with(mark));
                if matches!(mark.stand, Stand::Line | Stand::Separator)
                    || (mark.stand == Stand::Space && goes_on)
                {
                    list = Some(*mark);
                    lead(tokens, mark, Some(sign));
                    // It is not the answer to the word before it.
                    if let Some(before) = mark.next.checked_sub(1).and_then(|before| tokens.get_mut(before)) {
                        before.sign = before.sign.filter(|_| mark.stand != Stand::Space);
                    }
                }
            }
            Shape::Box(tick) => write_tick(tokens, mark, tick),
            Shape::Plain(_) | Shape::Bracketed(_) | Shape::Bare(_) => {}
        }
    }
}

fn lead(tokens: &mut [Token], mark: &Mark, lead: Option<Lead>) {
    if let Some(token) = tokens.get_mut(mark.next) {
        token.lead = lead;
    }
}

/// A box stands before a word of its line, or at the end of the line.
fn write_tick(tokens: &mut [Token], mark: &Mark, tick: Tick) {
    if mark.is_beside {
        if let Some(token) = tokens.get_mut(mark.next) {
            token.tick = Some(tick);
        }
        return;
    }
    let before = tokens.get_mut(..mark.next).unwrap_or_default();
    if let Some(token) = before.iter_mut().rev().take(2).find(|token| !token.is_tick) {
        token.tick_after = Some(tick);
    }
}

/// Those of the bare signs that are signs.
fn signs(bare: &[Mark], tokens: &[Token]) -> Vec<Mark> {
    // Lists down the page: lines in a row that begin with a sign.
    let down: Vec<Mark> = bare.iter().filter(|mark| mark.stand == Stand::Line).copied().collect();
    let (mut is_sign, mut is_bullet) = (HashSet::new(), HashSet::new());
    for block in down.chunk_by(|one, other| one.line.saturating_add(1) == other.line) {
        let has = |lead| block.iter().any(|mark| mark.bare() == Some(lead));
        let is_even = block.iter().all(|mark| block.first().is_some_and(|first| first.indent == mark.indent));
        if has(Lead::Plus) && has(Lead::Minus) && is_even && block.iter().all(|mark| is_short(mark, tokens)) {
            is_sign.extend(block.iter().map(|mark| mark.next));
        } else if block.len() > 1 {
            is_bullet.extend(block.iter().map(|mark| mark.next));
        }
    }
    let mut signs = Vec::new();
    for list in bare.chunk_by(Mark::is_in_list_with) {
        let can_be_sign = |mark: &&Mark| match mark.stand {
            Stand::Line => mark.bare() == Some(Lead::Plus) || !is_bullet.contains(&mark.next),
            Stand::Separator => true,
            Stand::Space => mark.is_glued,
            Stand::Word | Stand::Other => false,
        };
        let list: Vec<&Mark> = list.iter().filter(can_be_sign).collect();
        let has = |lead| list.iter().any(|mark| mark.bare() == Some(lead));
        let is_pair = has(Lead::Plus) && has(Lead::Minus);
        let counts =
            |mark: &&&Mark| is_pair || mark.bare() == Some(Lead::Plus) || is_sign.contains(&mark.next);
        signs.extend(list.iter().filter(counts).map(|mark| **mark));
    }
    signs
}

/// Whether the line is short enough for an item of a list of signs.
fn is_short(mark: &Mark, tokens: &[Token]) -> bool {
    let words = tokens.get(mark.next..).unwrap_or_default().iter();
    let line = words.enumerate().take_while(|(index, token)| *index == 0 || !token.begins_line);
    line.take(LONGEST_LINE.saturating_add(1)).count() <= LONGEST_LINE
}

/// All marks of a text, in their order. The `x` of a checked box is marked as such.
fn marks(text: &str, tokens: &mut [Token]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut place = At { line: 0, part: 0, indent: 0, stand: Stand::Line };
    let mut from = 0_usize;
    // A box whose x is the last word.
    let mut checked: Option<At> = None;
    for next in 0..=tokens.len() {
        let (until, is_named) = tokens.get(next).map_or((text.len(), false), |token| {
            let word = text.get(token.bytes.clone()).unwrap_or_default();
            (token.bytes.start, word.starts_with(char::is_alphabetic))
        });
        let gap = text.get(from..until).unwrap_or_default();
        let line_end = gap.rfind('\n').map_or(0, |end| end.saturating_add(1));
        let is_beside = |rest: &str| next < tokens.len() && rest.len() <= gap.len().saturating_sub(line_end);
        let mut rest = gap;
        if let Some(at) = checked.take() {
            rest = rest.get(1..).unwrap_or_default();
            marks.push(at.mark(Shape::Box(Tick::Checked), next, is_beside(rest), is_named, rest.is_empty()));
        }
        while let Some(character) = rest.chars().next() {
            let found = shape(rest).filter(|(shape, after)| !matches!(shape, Shape::Bare(_)) || ends(after));
            if let Some((shape, after)) = found {
                marks.push(place.mark(shape, next, is_beside(after), is_named, after.is_empty()));
                (place.stand, rest) = (Stand::Other, after);
                continue;
            }
            let after = rest.get(character.len_utf8()..).unwrap_or_default();
            if after.is_empty() && is_x(text, tokens.get(next), character, place.stand) {
                checked = Some(place);
            }
            place.pass(character);
            rest = after;
        }
        if let Some(token) = tokens.get_mut(next) {
            token.is_tick = checked.is_some();
            (from, place.stand) = (token.bytes.end, if token.is_tick { Stand::Other } else { Stand::Word });
        }
    }
    marks
}

/// Whether a sign stands before a word, and not before another sign or a number.
fn ends(after: &str) -> bool {
    after.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// Whether a bracket opens a box with an x in it.
fn is_x(text: &str, word: Option<&Token>, open: char, stand: Stand) -> bool {
    let close = match open {
        '[' => ']',
        '(' if stand != Stand::Word => ')',
        _ => return false,
    };
    word.is_some_and(|word| {
        word.lower == "x" && text.get(word.bytes.end..).is_some_and(|rest| rest.starts_with(close))
    })
}

/// The mark with which a gap begins, and the rest of the gap.
fn shape(gap: &str) -> Option<(Shape, &str)> {
    let mut characters = gap.chars();
    let first = characters.next()?;
    let rest = characters.as_str();
    let close = match first {
        '[' => ']',
        '(' => ')',
        '☐' | '□' | '▢' | '◻' | '❏' | '❑' => return Some((Shape::Box(Tick::Open), rest)),
        '☑' | '☒' | '✓' | '✔' | '🗹' => return Some((Shape::Box(Tick::Checked), rest)),
        '∅' => return Some((Shape::Plain(Lead::Minus), rest)),
        _ => {
            let (lead, rest) = sign(gap)?;
            let shape = if lead == Lead::Either { Shape::Plain(lead) } else { Shape::Bare(lead) };
            return Some((shape, rest));
        }
    };
    let end = rest.char_indices().take(LONGEST_BOX).find(|(_, character)| *character == close)?.0;
    let (inside, after) = (rest.get(..end)?, rest.get(end..)?.strip_prefix(close)?);
    match inside {
        "✓" | "✔" | "√" => return Some((Shape::Box(Tick::Checked), after)),
        " " | "  " | "   " | "_" | "__" | "___" => return Some((Shape::Box(Tick::Open), after)),
        "" if first == '[' => return Some((Shape::Box(Tick::Open), after)),
        _ => {}
    }
    let (lead, left) = sign(inside)?;
    left.is_empty().then_some((Shape::Bracketed(lead), after))
}

fn sign(text: &str) -> Option<(Lead, &str)> {
    for either in ["±", "+/-", "+/−", "+/–", "-/+"] {
        if let Some(rest) = text.strip_prefix(either) {
            return Some((Lead::Either, rest));
        }
    }
    let mut characters = text.chars();
    let lead = match characters.next()? {
        '+' => Lead::Plus,
        '-' | '−' | '–' => Lead::Minus,
        _ => return None,
    };
    Some((lead, characters.as_str()))
}

/// A place between the words of a text.
#[derive(Clone, Copy, Debug)]
struct At {
    line: usize,
    part: usize,
    indent: usize,
    stand: Stand,
}

impl At {
    fn mark(self, shape: Shape, next: usize, is_beside: bool, is_named: bool, is_glued: bool) -> Mark {
        let Self { line, part, indent, stand } = self;
        Mark { shape, stand, next, is_beside, is_named, is_glued, line, part, indent }
    }

    fn pass(&mut self, character: char) {
        self.stand = match (character, self.stand) {
            ('\n', _) => {
                *self = Self { line: self.line.saturating_add(1), part: 0, indent: 0, stand: Stand::Line };
                Stand::Line
            }
            (blank, Stand::Line) if blank.is_whitespace() => {
                self.indent = self.indent.saturating_add(1);
                Stand::Line
            }
            (blank, Stand::Word) if blank.is_whitespace() => Stand::Space,
            (blank, stand) if blank.is_whitespace() => stand,
            (':', _) => {
                self.part = self.part.saturating_add(1);
                Stand::Separator
            }
            (',' | ';' | '.' | '|' | '(', _) => Stand::Separator,
            _ => Stand::Other,
        };
    }
}
