//! What is permitted in codes beside the standard, and the rules for contents.

use crate::definition::ValueFault;
use crate::lint::Rules;
use crate::Ai;

/// What a code may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permissions<'a> {
    pub(crate) rules: Rules<'a>,
    pub(crate) unknown_ais: bool,
    pub(crate) unknown_link_attributes: bool,
    pub(crate) zero_suppressed_gtins: bool,
    pub(crate) convenience_alphas: bool,
    pub(crate) link_paths: bool,
}

impl<'a> Permissions<'a> {
    /// What is found on packs today.
    pub(crate) const fn new(rules: Rules<'a>) -> Self {
        Self {
            rules,
            unknown_ais: false,
            unknown_link_attributes: false,
            zero_suppressed_gtins: true,
            convenience_alphas: true,
            link_paths: true,
        }
    }

    pub(crate) fn check(&self, ai: Ai, value: &[u8]) -> Result<(), ValueFault> {
        ai.definition().check(value, &self.rules)
    }

    pub(crate) fn is_link_attribute(&self, ai: Ai) -> bool {
        ai.definition().is_link_attribute() && (self.unknown_link_attributes || ai.is_known())
    }

    /// The identifier written by exactly these digits.
    pub(crate) fn ai(&self, digits: &[u8]) -> Option<Ai> {
        if self.unknown_ais {
            Ai::from_digits_or_unknown(digits)
        } else {
            Ai::from_digits(digits)
        }
    }

    /// The identifier at the start of an element string.
    pub(crate) fn ai_at_start_of(&self, text: &[u8]) -> Option<Ai> {
        if self.unknown_ais {
            Ai::split_from(text)
        } else {
            Ai::at_start_of(text)
        }
    }
}
