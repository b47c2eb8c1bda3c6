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
    /// QWERTY of Norway.
    Norwegian,
    /// QWERTY of the Netherlands.
    Dutch,
    /// QWERTY of Turkey.
    Turkish,
    /// QWERTZ of Croatia and Slovenia.
    Croatian,
    /// QWERTZ of Hungary.
    Hungarian,
    /// QWERTZ of Czechia.
    Czech,
    /// QWERTZ of Slovakia.
    Slovak,
    /// QWERTY of Canada for French.
    CanadianFrench,
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
        Self::Norwegian,
        Self::Dutch,
        Self::Turkish,
        Self::Croatian,
        Self::Hungarian,
        Self::Czech,
        Self::Slovak,
        Self::CanadianFrench,
        Self::British,
    ];

    /// Those on most computers.
    const FREQUENT: &'static [Self] = &[
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
            Self::Norwegian => "Norwegian",
            Self::Dutch => "Dutch",
            Self::Turkish => "Turkish",
            Self::Croatian => "Croatian",
            Self::Hungarian => "Hungarian",
            Self::Czech => "Czech",
            Self::Slovak => "Slovak",
            Self::CanadianFrench => "Canadian (French)",
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
            Self::Norwegian => {
                r##"|1234567890+\qwertyuiopå¨'asdfghjkløæzxcvbnm,.-§!"#¤%&/()=?`QWERTYUIOPÅ^*ASDFGHJKLØÆZXCVBNM;:_"##
            }
            Self::Dutch => {
                r##"@1234567890/°qwertyuiop¨*<asdfghjkl+´zxcvbnm,.-§!"#$%&_()'?~QWERTYUIOP^|>ASDFGHJKL±`ZXCVBNM;:="##
            }
            Self::Turkish => {
                r##""1234567890*-qwertyuıopğü,asdfghjklşizxcvbnmöç.é!'^+%&/()=?_QWERTYUIOPĞÜ;ASDFGHJKLŞİZXCVBNMÖÇ:"##
            }
            Self::Croatian => {
                r##"`1234567890'+qwertzuiopšđžasdfghjklčćyxcvbnm,.-~!"#$%&/()=?*QWERTZUIOPŠĐŽASDFGHJKLČĆYXCVBNM;:_"##
            }
            Self::Hungarian => {
                r##"0123456789öüóqwertzuiopőúűasdfghjkléáyxcvbnm,.-§'"+!%/=()ÖÜÓQWERTZUIOPŐÚŰASDFGHJKLÉÁYXCVBNM?:_"##
            }
            Self::Czech => {
                r##";+ěščřžýáíé=´qwertzuiopú)¨asdfghjklů§yxcvbnm,.-°1234567890%ˇQWERTZUIOP/('ASDFGHJKL"!YXCVBNM?:_"##
            }
            Self::Slovak => {
                r##";+ľščťžýáíé=´qwertzuiopúäňasdfghjklô§yxcvbnm,.-°1234567890%ˇQWERTZUIOP/()ASDFGHJKL"!YXCVBNM?:_"##
            }
            Self::CanadianFrench => {
                r##"#1234567890-=qwertyuiop^¸<asdfghjkl;`zxcvbnm,.é|!"/$%?&*()_+QWERTYUIOP^¨>ASDFGHJKL:`ZXCVBNM'.É"##
            }
            Self::British => {
                r##"`1234567890-=qwertyuiop[]#asdfghjkl;'zxcvbnm,./¬!"£$%^&*()_+QWERTYUIOP{}~ASDFGHJKL:@ZXCVBNM<>?"##
            }
        }
    }

    /// Whether Windows shifts all keys of this layout with Caps Lock on, and not those of letters only.
    const fn has_shift_lock(self) -> bool {
        matches!(self, Self::German | Self::French | Self::Belgian)
    }

    /// All layouts, each without and with Caps Lock in every way that computers have; those without come first.
    pub(super) fn all_with_locks() -> impl Iterator<Item = (Self, Lock)> {
        let each = |lock| Self::ALL.iter().map(move |layout| (*layout, lock));
        let shifted = each(Lock::AllKeys).filter(|(layout, _)| layout.has_shift_lock());
        each(Lock::Off).chain(each(Lock::Letters)).chain(shifted)
    }

    /// Whether it is to be tried before other faults: a check digit confirms a layout that moves digits, and some of the
    /// others are on very many computers.
    pub(super) fn is_likely(self, lock: Lock) -> bool {
        const DIGITS: &str = "0123456789";
        let moves_digits = self.meant(DIGITS, lock).as_deref() != Some(DIGITS);
        moves_digits || lock != Lock::AllKeys && Self::FREQUENT.contains(&self)
    }

    /// The text that the scanner meant, if it was set up for a keyboard of the United States and every character is on a
    /// key of this layout. Control characters stay.
    pub(super) fn meant(self, typed: &str, lock: Lock) -> Option<String> {
        typed.chars().map(|character| self.key(character, lock)).collect()
    }

    /// What the scanner meant by a character that arrived.
    fn key(self, character: char, lock: Lock) -> Option<char> {
        if character.is_ascii_control() {
            return Some(character);
        }
        let found = self.place(character);
        let other_side = |place: usize| {
            let keys = US.len() / 2;
            if place < keys {
                place.checked_add(keys)
            } else {
                place.checked_sub(keys)
            }
        };
        let place = match lock {
            Lock::Off => found?,
            Lock::AllKeys => other_side(found?)?,
            Lock::Letters => {
                let same_key = found.and_then(other_side).filter(|place| {
                    self.keys().chars().nth(*place).is_some_and(|other| is_one_letter(character, other))
                });
                // `À` is on no key, and `à` on that of the zero.
                same_key.or_else(|| self.place(other_case(character)?)).or(found)?
            }
        };
        US.chars().nth(place)
    }

    /// The place of a character among the keys.
    fn place(self, character: char) -> Option<usize> {
        self.keys().chars().position(|here| here == character)
    }
}

/// What Caps Lock does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    /// It is off.
    Off,
    /// It shifts the keys of letters.
    Letters,
    /// It shifts all keys.
    AllKeys,
}

/// Whether these are the two cases of a letter. Those of Turkish are `ı` and `I`, `i` and `İ`.
fn is_one_letter(character: char, other: char) -> bool {
    let pair = |small: char, capital: char| {
        small.is_lowercase()
            && capital.is_uppercase()
            && (small.to_uppercase().eq([capital]) || capital.to_lowercase().next() == Some(small))
    };
    pair(character, other) || pair(other, character)
}

/// The other case of a letter, if it is one letter.
fn other_case(character: char) -> Option<char> {
    fn one(mut cases: impl Iterator<Item = char>) -> Option<char> {
        cases.next().filter(|_| cases.next().is_none())
    }
    match (character.is_lowercase(), character.is_uppercase()) {
        (true, _) => one(character.to_uppercase()),
        (_, true) => one(character.to_lowercase()),
        _ => None,
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
            let found = layout.meant(&typed(*layout, meant), Lock::Off);
            assert_eq!(found.as_deref(), Some(meant), "{}", layout.name());
        }
        assert_eq!(typed(Layout::German, "]d2Y-1"), "+d2Zß1");
        assert_eq!(typed(Layout::French, "0109A"), "à&àçQ");
    }

    #[test]
    fn caps_lock_shifts_letters_or_all_keys() {
        for (layout, lock, typed, meant) in [
            (Layout::British, Lock::Letters, "0a]B", "0A]b"),
            // The zero is on the key of `à`: with Caps Lock `À` on X11, and a zero on Windows.
            (Layout::French, Lock::Letters, "ÀQa", "0aQ"),
            (Layout::French, Lock::AllKeys, "0&q", "0!A"),
            (Layout::German, Lock::AllKeys, "=!z", "01Y"),
            (Layout::Hungarian, Lock::Letters, "Ö1", "01"),
            (Layout::Turkish, Lock::Letters, "Iıiİ", "iI\"'"),
            // Two letters on one key are not one letter.
            (Layout::Swiss, Lock::Letters, "Öö", ";;"),
        ] {
            assert_eq!(layout.meant(typed, lock).as_deref(), Some(meant), "{}", layout.name());
        }
    }

    #[test]
    fn a_character_on_no_key_has_no_explanation() {
        for lock in [Lock::Off, Lock::Letters, Lock::AllKeys] {
            assert_eq!(Layout::British.meant("ß", lock), None);
        }
    }
}
