//! Keyboard layouts. Most scanners act as a keyboard: they send the number of a key, and the computer turns it into a
//! character by its own layout. If that is not the layout for which the scanner was set up, usually the one of the
//! United States, other characters arrive.

use alloc::string::String;

/// The layout of a computer's keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// QWERTZ of Germany and Austria.
    German,
    /// QWERTZ of Switzerland.
    Swiss,
    /// AZERTY of France.
    French,
    /// AZERTY of Belgium.
    Belgian,
    /// QWERTY of Spain.
    Spanish,
    /// QWERTY of Portugal.
    Portuguese,
    /// QWERTY of Italy.
    Italian,
    /// QWERTY of Sweden and Finland.
    Swedish,
    /// QWERTY of Denmark.
    Danish,
    /// QWERTY of the United Kingdom.
    British,
}

/// The keys from the top left to the bottom right, first without Shift, then with it, on a keyboard of the United
/// States.
const US: &str =
    r##"`1234567890-=qwertyuiop[]\asdfghjkl;'zxcvbnm,./~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?"##;

impl Layout {
    /// All layouts; those that are easiest to distinguish come last.
    pub const ALL: &'static [Self] = &[
        Self::German,
        Self::Swiss,
        Self::French,
        Self::Belgian,
        Self::Spanish,
        Self::Portuguese,
        Self::Italian,
        Self::Swedish,
        Self::Danish,
        Self::British,
    ];

    /// Its name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::German => "German (QWERTZ)",
            Self::Swiss => "Swiss (QWERTZ)",
            Self::French => "French (AZERTY)",
            Self::Belgian => "Belgian (AZERTY)",
            Self::Spanish => "Spanish",
            Self::Portuguese => "Portuguese",
            Self::Italian => "Italian",
            Self::Swedish => "Swedish",
            Self::Danish => "Danish",
            Self::British => "British",
        }
    }

    /// The same keys in the same order (from the layouts of X11). Dead keys stand for the accent that they make.
    const fn keys(self) -> &'static str {
        match self {
            Self::German => {
                r##"^1234567890ß´qwertzuiopü+#asdfghjklöäyxcvbnm,.-°!"§$%&/()=?`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_"##
            }
            Self::Swiss => {
                r##"§1234567890'^qwertzuiopü¨$asdfghjklöäyxcvbnm,.-°+"*ç%&/()=?`QWERTZUIOPè!£ASDFGHJKLéàYXCVBNM;:_"##
            }
            Self::French => {
                r##"²&é"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!~1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§"##
            }
            Self::Belgian => {
                r##"²&é"'(§è!çà)-azertyuiop^$µqsdfghjklmùwxcvbn,;:=³1234567890°_AZERTYUIOP¨*£QSDFGHJKLM%WXCVBN?./+"##
            }
            Self::Spanish => {
                r##"º1234567890'¡qwertyuiop`+çasdfghjklñ´zxcvbnm,.-ª!"·$%&/()=?¿QWERTYUIOP^*ÇASDFGHJKLÑ¨ZXCVBNM;:_"##
            }
            Self::Portuguese => {
                r##"\1234567890'«qwertyuiop+´~asdfghjklçºzxcvbnm,.-|!"#$%&/()=?»QWERTYUIOP*`^ASDFGHJKLÇªZXCVBNM;:_"##
            }
            Self::Italian => {
                r##"\1234567890'ìqwertyuiopè+ùasdfghjklòàzxcvbnm,.-|!"£$%&/()=?^QWERTYUIOPé*§ASDFGHJKLç°ZXCVBNM;:_"##
            }
            Self::Swedish => {
                r##"§1234567890+´qwertyuiopå¨'asdfghjklöäzxcvbnm,.-½!"#¤%&/()=?`QWERTYUIOPÅ^*ASDFGHJKLÖÄZXCVBNM;:_"##
            }
            Self::Danish => {
                r##"½1234567890+´qwertyuiopå¨'asdfghjklæøzxcvbnm,.-§!"#¤%&/()=?`QWERTYUIOPÅ^*ASDFGHJKLÆØZXCVBNM;:_"##
            }
            Self::British => {
                r##"`1234567890-=qwertyuiop[]#asdfghjkl;'zxcvbnm,./¬!"£$%^&*()_+QWERTYUIOP{}~ASDFGHJKL:@ZXCVBNM<>?"##
            }
        }
    }

    /// The text that the scanner meant, if it was set up for a keyboard of the United States and every character is on
    /// a key of this layout. Control characters stay.
    pub(super) fn meant(self, typed: &str) -> Option<String> {
        let key = |character: char| match character {
            '\0'..='\u{1f}' => Some(character),
            _ => self.keys().chars().zip(US.chars()).find(|(here, _)| *here == character).map(|(_, us)| us),
        };
        typed.chars().map(key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    /// The text that arrives when the scanner sends `text`.
    fn typed(layout: Layout, meant: &str) -> String {
        let key = |character: char| {
            US.chars()
                .zip(layout.keys().chars())
                .find(|(us, _)| *us == character)
                .map_or(character, |(_, here)| here)
        };
        meant.chars().map(key).collect()
    }

    #[test]
    fn every_layout_has_the_same_number_of_keys() {
        for layout in Layout::ALL {
            assert_eq!(layout.keys().chars().count(), US.chars().count(), "{}", layout.name());
        }
    }

    #[test]
    fn the_intended_text_is_recovered() {
        let meant = "]d20109506000134352\u{1d}10A-b/C_?&=%zyZY";
        for layout in Layout::ALL {
            assert_eq!(layout.meant(&typed(*layout, meant)).as_deref(), Some(meant), "{}", layout.name());
        }
        assert_eq!(typed(Layout::German, "]d2Y-1"), "+d2Zß1");
        assert_eq!(typed(Layout::French, "0109A"), "à&àçQ");
    }

    #[test]
    fn a_character_on_no_key_has_no_explanation() {
        assert_eq!(Layout::British.meant("ß"), None);
    }
}
