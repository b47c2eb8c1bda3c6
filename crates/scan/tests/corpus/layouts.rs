//! Keyboard layouts, as libxkbcommon 1.5.0 reads them from the data of X11 (xkb-data 2.35.1): the symbols of the keys
//! TLDE, AE01 to AE12, AD01 to AD12, BKSL, AC01 to AC11 and AB01 to AB10, without Shift and with it. Not the list of
//! `gs1`, which is to be tested.

/// A layout of a computer's keyboard.
pub struct Layout {
    pub name: &'static str,
    /// Without Shift.
    pub plain: &'static str,
    /// With Shift.
    pub shifted: &'static str,
    /// Those of its signs that are accents of the next letter.
    pub dead: &'static str,
}

/// What Caps Lock does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    Off,
    /// It shifts the keys of letters.
    Letters,
    /// It shifts all keys, as on Windows with the layouts of Germany, France and Belgium.
    AllKeys,
}

/// What scanners are set up for.
pub const US: Layout = Layout {
    name: "United States",
    plain: r##"`1234567890-=qwertyuiop[]\asdfghjkl;'zxcvbnm,./"##,
    shifted: r##"~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?"##,
    dead: "",
};

/// What computers are set up for.
pub const LAYOUTS: &[Layout] = &[
    Layout {
        name: "German",
        plain: r##"^1234567890ß´qwertzuiopü+#asdfghjklöäyxcvbnm,.-"##,
        shifted: r##"°!"§$%&/()=?`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_"##,
        dead: "^`´",
    },
    Layout {
        name: "Swiss",
        plain: r##"§1234567890'^qwertzuiopü¨$asdfghjklöäyxcvbnm,.-"##,
        shifted: r##"°+"*ç%&/()=?`QWERTZUIOPè!£ASDFGHJKLéàYXCVBNM;:_"##,
        dead: "^`¨",
    },
    Layout {
        name: "French",
        plain: r##"²&é"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!"##,
        shifted: r##"~1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§"##,
        dead: "^¨",
    },
    Layout {
        name: "Belgian",
        plain: r##"²&é"'(§è!çà)-azertyuiop^$µqsdfghjklmùwxcvbn,;:="##,
        shifted: r##"³1234567890°_AZERTYUIOP¨*£QSDFGHJKLM%WXCVBN?./+"##,
        dead: "^¨",
    },
    Layout {
        name: "Spanish",
        plain: r##"º1234567890'¡qwertyuiop`+çasdfghjklñ´zxcvbnm,.-"##,
        shifted: r##"ª!"·$%&/()=?¿QWERTYUIOP^*ÇASDFGHJKLÑ¨ZXCVBNM;:_"##,
        dead: "^`¨´",
    },
    Layout {
        name: "Portuguese",
        plain: r##"\1234567890'«qwertyuiop+´~asdfghjklçºzxcvbnm,.-"##,
        shifted: r##"|!"#$%&/()=?»QWERTYUIOP*`^ASDFGHJKLÇªZXCVBNM;:_"##,
        dead: "^`~´",
    },
    Layout {
        name: "Italian",
        plain: r##"\1234567890'ìqwertyuiopè+ùasdfghjklòàzxcvbnm,.-"##,
        shifted: r##"|!"£$%&/()=?^QWERTYUIOPé*§ASDFGHJKLç°ZXCVBNM;:_"##,
        dead: "",
    },
    Layout {
        name: "Swedish",
        plain: r##"§1234567890+´qwertyuiopå¨'asdfghjklöäzxcvbnm,.-"##,
        shifted: r##"½!"#¤%&/()=?`QWERTYUIOPÅ^*ASDFGHJKLÖÄZXCVBNM;:_"##,
        dead: "^`¨´",
    },
    Layout {
        name: "Danish",
        plain: r##"½1234567890+´qwertyuiopå¨'asdfghjklæøzxcvbnm,.-"##,
        shifted: r##"§!"#¤%&/()=?`QWERTYUIOPÅ^*ASDFGHJKLÆØZXCVBNM;:_"##,
        dead: "^`¨´",
    },
    Layout {
        name: "British",
        plain: r##"`1234567890-=qwertyuiop[]#asdfghjkl;'zxcvbnm,./"##,
        shifted: r##"¬!"£$%^&*()_+QWERTYUIOP{}~ASDFGHJKL:@ZXCVBNM<>?"##,
        dead: "",
    },
    Layout {
        name: "Swiss, for French",
        plain: r##"§1234567890'^qwertzuiopè¨$asdfghjkléàyxcvbnm,.-"##,
        shifted: r##"°+"*ç%&/()=?`QWERTZUIOPü!£ASDFGHJKLöäYXCVBNM;:_"##,
        dead: "^`¨",
    },
    Layout {
        name: "Norwegian",
        plain: r##"|1234567890+\qwertyuiopå¨'asdfghjkløæzxcvbnm,.-"##,
        shifted: r##"§!"#¤%&/()=?`QWERTYUIOPÅ^*ASDFGHJKLØÆZXCVBNM;:_"##,
        dead: "^`¨",
    },
    Layout {
        name: "Dutch",
        plain: r##"@1234567890/°qwertyuiop¨*<asdfghjkl+´zxcvbnm,.-"##,
        shifted: r##"§!"#$%&_()'?~QWERTYUIOP^|>ASDFGHJKL±`ZXCVBNM;:="##,
        dead: "^`~¨´",
    },
    Layout {
        name: "Turkish",
        plain: r##""1234567890*-qwertyuıopğü,asdfghjklşizxcvbnmöç."##,
        shifted: r##"é!'^+%&/()=?_QWERTYUIOPĞÜ;ASDFGHJKLŞİZXCVBNMÖÇ:"##,
        dead: "",
    },
    Layout {
        name: "Hungarian",
        plain: r##"0123456789öüóqwertzuiopőúűasdfghjkléáyxcvbnm,.-"##,
        shifted: r##"§'"+!%/=()ÖÜÓQWERTZUIOPŐÚŰASDFGHJKLÉÁYXCVBNM?:_"##,
        dead: "",
    },
    Layout {
        name: "Czech",
        plain: r##";+ěščřžýáíé=´qwertzuiopú)¨asdfghjklů§yxcvbnm,.-"##,
        shifted: r##"°1234567890%ˇQWERTZUIOP/('ASDFGHJKL"!YXCVBNM?:_"##,
        dead: "¨°´ˇ",
    },
    Layout {
        name: "Slovak",
        plain: r##";+ľščťžýáíé=´qwertzuiopúäňasdfghjklô§yxcvbnm,.-"##,
        shifted: r##"°1234567890%ˇQWERTZUIOP/()ASDFGHJKL"!YXCVBNM?:_"##,
        dead: "°´ˇ",
    },
    Layout {
        name: "Croatian",
        plain: r##"`1234567890'+qwertzuiopšđžasdfghjklčćyxcvbnm,.-"##,
        shifted: r##"~!"#$%&/()=?*QWERTZUIOPŠĐŽASDFGHJKLČĆYXCVBNM;:_"##,
        dead: "",
    },
    Layout {
        name: "Canadian, for French",
        plain: r##"#1234567890-=qwertyuiop^¸<asdfghjkl;`zxcvbnm,.é"##,
        shifted: r##"|!"/$%?&*()_+QWERTYUIOP^¨>ASDFGHJKL:`ZXCVBNM'.É"##,
        dead: "^`¨¸",
    },
];

/// What a layout makes of an accent and the next letter.
const COMPOSED: &[(char, &str, &str)] = &[
    ('´', "aeiouycnszlrAEIOUYCNSZLR", "áéíóúýćńśźĺŕÁÉÍÓÚÝĆŃŚŹĹŔ"),
    ('`', "aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
    ('^', "aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
    ('¨', "aeiouyAEIOU", "äëïöüÿÄËÏÖÜ"),
    ('~', "anoANO", "ãñõÃÑÕ"),
    ('ˇ', "cdenrstzCDENRSTZ", "čďěňřšťžČĎĚŇŘŠŤŽ"),
    ('°', "uU", "ůŮ"),
    ('¸', "cC", "çÇ"),
];

impl Layout {
    /// What a computer with this layout shows where a scanner for a keyboard of the United States sends `text`. Control
    /// characters are not keys, and stay.
    pub fn typed(&self, text: &str, lock: Lock, dead_keys: bool) -> String {
        let key = |character: char| {
            let on = |from: &str, to: &str| {
                from.chars().zip(to.chars()).find(|(us, _)| *us == character).map(|(_, here)| here)
            };
            let here = match lock {
                Lock::AllKeys => on(US.plain, self.shifted).or_else(|| on(US.shifted, self.plain)),
                Lock::Off | Lock::Letters => {
                    on(US.plain, self.plain).or_else(|| on(US.shifted, self.shifted))
                }
            };
            here.map_or(character, |here| if lock == Lock::Letters { self.swapped(here) } else { here })
        };
        let keys = text.chars().map(key);
        if dead_keys {
            self.composed(keys)
        } else {
            keys.collect()
        }
    }

    /// With Caps Lock: Shift counts the other way for letters.
    fn swapped(&self, character: char) -> char {
        match character {
            'i' if self.plain.contains('ı') => 'İ',
            'İ' => 'i',
            'ı' => 'I',
            'I' if self.plain.contains('ı') => 'ı',
            _ => {
                // `ß` has no capital on any key.
                let mut up = character.to_uppercase();
                let capital = up.next().filter(|_| up.next().is_none());
                let small = character.to_lowercase().next();
                if character.is_lowercase() { capital } else { small }.unwrap_or(character)
            }
        }
    }

    /// With the accents on the letters behind them. As Windows does it, other signs stand beside the accent.
    fn composed(&self, keys: impl Iterator<Item = char>) -> String {
        let (mut text, mut accent) = (String::new(), None);
        for key in keys {
            let before = accent.take();
            match before {
                None if self.dead.contains(key) => accent = Some(key),
                None => text.push(key),
                Some(before) => {
                    let letter =
                        COMPOSED.iter().find(|(dead, ..)| *dead == before).and_then(|(_, from, to)| {
                            from.chars().zip(to.chars()).find(|(from, _)| *from == key).map(|(_, to)| to)
                        });
                    match letter {
                        Some(letter) => text.push(letter),
                        None => text.extend([before, key]),
                    }
                }
            }
        }
        text.extend(accent);
        text
    }
}
