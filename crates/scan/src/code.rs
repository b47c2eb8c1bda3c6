//! The text of a code, and the pack that it names.

use std::path::Path;

use gs1::scanner::{self, Diagnosis};
use gs1::{MedicinePack, OtherCode, Parser, Rules};

use crate::picture::{self, Limits, PictureError};
use crate::Unreadable;

/// The text of a code, and where it comes from.
///
/// There is no `Debug`: a code has the serial of a pack, which does not belong into logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    text: String,
    origin: Origin,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// A scanner or a person: separators may have got lost.
    Typed,
    /// Our own decoder, which loses none.
    Picture,
}

impl Code {
    /// What a scanner or a person typed.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self { text: text.to_owned(), origin: Origin::Typed }
    }

    /// The one code in a picture, PNG or JPEG.
    ///
    /// # Errors
    /// [`PictureError`]: the picture breaks a limit, is none, or has no code or several.
    pub fn in_picture(bytes: &[u8], limits: Limits) -> Result<Self, PictureError> {
        picture::read(bytes, limits).map(Self::of_picture)
    }

    /// The one code in a file with a picture, PNG or JPEG.
    ///
    /// # Errors
    /// As [`Self::in_picture`], and where the file cannot be read.
    pub fn in_picture_file(path: &Path, limits: Limits) -> Result<Self, PictureError> {
        picture::read_file(path, limits).map(Self::of_picture)
    }

    const fn of_picture(text: String) -> Self {
        Self { text, origin: Origin::Picture }
    }

    /// The text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// The code's fields, in this year: a date on a pack has no century. A fault of the scanner is reported as such, and
    /// never corrected silently; another code of the pack is named for what it is.
    ///
    /// # Errors
    /// [`Unreadable`], by what is the matter.
    pub fn parse(&self, year: u16) -> Result<MedicinePack, Unreadable> {
        let parser = parser(year);
        if let Some(other) = OtherCode::recognise(&self.text, &parser) {
            return Err(Unreadable::OtherCode(other));
        }
        let typed = self.origin == Origin::Typed;
        let lost = || typed.then(|| scanner::lost_separators(&self.text, &parser)).flatten();
        if let Some(diagnosis) = scanner::diagnose(&self.text, &parser).or_else(lost) {
            return Err(Unreadable::ScannerFault(diagnosis));
        }
        let elements = parser.parse(&self.text);
        let pack = elements.and_then(|elements| MedicinePack::from_elements(&elements, year));
        pack.map_err(Unreadable::NotACode)
    }

    /// The packs whose codes a faulty scanner could have sent as this text, each with its fault, in this year.
    ///
    /// Before a pack is called unknown or forged, the register is to be asked about these.
    #[must_use]
    pub fn alternatives(&self, year: u16) -> Vec<(Diagnosis, MedicinePack)> {
        let pack = |diagnosis: Diagnosis| {
            let pack = MedicinePack::from_elements(diagnosis.corrected()?, year).ok()?;
            Some((diagnosis, pack))
        };
        match self.origin {
            Origin::Typed => {
                scanner::alternatives(&self.text, &parser(year)).into_iter().filter_map(pack).collect()
            }
            Origin::Picture => Vec::new(),
        }
    }
}

/// What is read as the code of a pack. A path before the key of a link could name another pack to other readers.
fn parser(year: u16) -> Parser<'static> {
    Parser::new(Rules::new(year)).permit_link_paths(false)
}

/// The lot of a pack: without it nobody knows the batch.
///
/// # Errors
/// [`Unreadable::NoLot`].
pub fn lot_of(pack: &MedicinePack) -> Result<&str, Unreadable> {
    pack.lot().ok_or(Unreadable::NoLot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const YEAR: u16 = 2026;

    fn refusal(text: &str) -> Unreadable {
        Code::typed(text).parse(YEAR).unwrap_err()
    }

    #[test]
    fn a_code_in_every_form_names_the_same_pack() {
        let codes = [
            "(01)09506000134352(17)271231(10)ABC123(21)S1",
            "]d201095060001343521727123110ABC123\u{1d}21S1",
            "https://id.gs1.org/01/09506000134352/10/ABC123/21/S1?17=271231",
        ];
        let [first, others @ ..] = codes.map(|code| Code::typed(code).parse(YEAR).unwrap());
        assert_eq!((lot_of(&first).unwrap(), first.serial()), ("ABC123", Some("S1")));
        others.iter().for_each(|other| assert_eq!(*other, first));
    }

    #[test]
    fn what_is_the_matter_with_a_code_has_a_name_and_its_facts() {
        let caps_lock = refusal("]D201095060001343521727123110abc123\u{1d}21s1");
        assert_eq!(caps_lock.name(), "scanner-fault");
        assert_eq!(
            caps_lock.details().unwrap(),
            serde_json::json!({
                "fault": "caps_lock",
                "corrected": "(01)09506000134352(17)271231(10)ABC123(21)S1",
                "readings": ["(01)09506000134352(17)271231(10)ABC123(21)S1"],
            })
        );
        let linear = refusal("9506000134352");
        assert_eq!(linear.name(), "other-code");
        assert_eq!(linear.details().unwrap()["gtin"], "09506000134352");
        let wrong = refusal("(01)09506000134353(10)A");
        assert_eq!((wrong.name(), wrong.details()), ("not-a-code", None));
        assert!(wrong.to_string().starts_with("the code cannot be used: at position "), "{wrong}");
        let pack = Code::typed("(01)09506000134352(21)S1").parse(YEAR).unwrap();
        assert_eq!(lot_of(&pack).unwrap_err().name(), "no-lot");
    }

    #[test]
    fn a_text_that_could_be_two_codes_is_not_read_unless_a_picture_shows_it() {
        let text = "]d2010950600013435210A21B";
        assert_eq!(refusal(text).name(), "scanner-fault");
        let shown = Code::of_picture(text.to_owned());
        assert_eq!(shown.parse(YEAR).unwrap().lot(), Some("A21B"));
        assert!(shown.alternatives(YEAR).is_empty());
    }

    #[test]
    fn a_pack_that_a_faulty_scanner_could_have_meant_is_an_alternative() {
        let code = Code::typed("]d2010950600013435210yz\u{1d}21S1");
        let lots: Vec<_> =
            code.alternatives(YEAR).iter().map(|(_, pack)| pack.lot().unwrap().to_owned()).collect();
        // Caps Lock; a German keyboard without and with it; a French one with the Shift Lock of Windows.
        assert_eq!(lots, ["YZ", "zy", "ZY", "YW"]);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,300}", year in any::<u16>()) {
            let code = Code::typed(&text);
            let _ = code.parse(year);
            let _ = code.alternatives(year);
        }

        #[test]
        fn what_is_read_of_a_typed_code_is_read_again(lot in "[A-Z0-9]{1,20}", serial in "[A-Za-z0-9/-]{1,20}") {
            let text = format!("(01)09506000134352(10){lot}(21){serial}");
            let pack = Code::typed(&text).parse(YEAR).unwrap();
            prop_assert_eq!((pack.lot(), pack.serial()), (Some(&*lot), Some(&*serial)));
            prop_assert_eq!(Code::typed(&pack.to_bracketed()).parse(YEAR).unwrap(), pack);
        }
    }
}
