//! Which identifiers must or must not go together.

use crate::{Ai, Elements, PairError};

/// Keys that need their serial component next to a digital signature, AI (8030), and the length of their value
/// without it.
const SERIAL_FOR_SIGNATURE: [(&str, usize); 3] = [("253", 13), ("255", 13), ("8003", 14)];

const SIGNATURE: Ai = crate::definition::ai("8030");

impl Elements {
    /// Checks which identifiers must or must not go together (`req` and `ex` in the dictionary).
    ///
    /// The standard looks at all codes on a physical item together: if there are several, push their fields into one.
    pub fn ensure_pairs(&self) -> Result<(), PairError> {
        for element in self {
            let ai = element.ai();
            let definition = ai.definition();
            let others = || self.iter().map(|other| other.ai()).filter(move |other| *other != ai);
            let excluded = |other: &Ai| definition.excludes().iter().any(|range| range.contains(*other));
            if let Some(other) = others().find(excluded) {
                return Err(PairError::Excluded { ai, other });
            }
            let complete = |group: &&[crate::Range]| {
                group.iter().all(|range| others().any(|other| range.contains(other)))
            };
            let groups = definition.requires();
            if !groups.is_empty() && !groups.iter().any(complete) {
                return Err(PairError::Missing { ai });
            }
        }
        if self.get(SIGNATURE).is_some() {
            for (digits, length) in SERIAL_FOR_SIGNATURE {
                let ai = crate::definition::ai(digits);
                if self.get(ai).is_some_and(|value| value.len() == length) {
                    return Err(PairError::Unserialised { ai });
                }
            }
        }
        Ok(())
    }
}
