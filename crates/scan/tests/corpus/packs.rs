//! Genuine packs, as manufacturers print them.

use fastrand::Rng;
use gs1::{check_digit, MedicinePack};

/// The year in which they are scanned.
pub const YEAR: u16 = 2026;

/// What separates fields.
pub const GS: &str = "\u{1d}";

/// The characters of lots and serials, by what manufacturers use: from digits to all of character set 82.
const DIGITS: &str = "0123456789";
const CAPITALS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const WITH_SIGNS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/._";
const BOTH_CASES: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const CSET82: &str = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/// A pack and the fields of its code in their order.
pub struct Pack {
    fields: Vec<(&'static str, String)>,
    /// What is to be read.
    pub truth: MedicinePack,
}

impl Pack {
    /// A pack with GTIN, expiry, lot and serial, and sometimes a national number, in any order.
    pub fn any(random: &mut Rng) -> Self {
        let payload = random.u64(0..1_000_000_000_000);
        let gtin = format!("{:014}", payload * 10 + u64::from(check_digit(payload)));
        let (year, month) = (random.u32(26..=33), random.u32(1..=12));
        // The law of the European Union permits months without a day.
        let day = if random.u8(..) < 50 { 0 } else { random.u32(1..=28) };
        let kind = random.u8(0..100);
        let lots = [DIGITS, CAPITALS, WITH_SIGNS, BOTH_CASES, CSET82];
        let lot_signs = lots[[25, 70, 85, 95].iter().filter(|up_to| kind >= **up_to).count()];
        let kind = random.u8(0..100);
        let serial_signs = lots[[20, 60, 70, 92].iter().filter(|up_to| kind >= **up_to).count()];
        let length = if random.bool() { random.usize(4..=10) } else { random.usize(1..=20) };
        let lot = text(random, lot_signs, length);
        let length = if random.bool() { random.usize(10..=16) } else { random.usize(1..=20) };
        let serial = text(random, serial_signs, length);
        let mut fields = vec![("17", format!("{year:02}{month:02}{day:02}")), ("10", lot), ("21", serial)];
        if random.u8(..) < 40 {
            let ai = ["710", "711", "712", "714"][random.usize(0..4)];
            let length = random.usize(7..=10);
            fields.push((ai, text(random, DIGITS, length)));
        }
        random.shuffle(&mut fields);
        let place = if random.u8(..) < 25 { random.usize(0..=fields.len()) } else { 0 };
        fields.insert(place, ("01", gtin));
        let code = element_string(&fields, GS);
        let truth = MedicinePack::parse(code, YEAR).unwrap();
        Self { fields, truth }
    }

    /// Whether a code with so many bytes ends inside of a value without a predefined length: it is a code.
    pub fn is_cut_in_a_value(&self, bytes: usize) -> bool {
        let mut start = 0;
        self.fields.iter().enumerate().any(|(index, (ai, value))| {
            let (first, end) = (start + ai.len(), start + ai.len() + value.len());
            let is_variable = !["01", "17"].contains(ai);
            start = end + usize::from(is_variable && index + 1 < self.fields.len());
            is_variable && (first + 1..end).contains(&bytes)
        })
    }

    /// Its code, with `separator` for FNC1.
    pub fn code(&self, separator: &str) -> String {
        element_string(&self.fields, separator)
    }
}

fn text(random: &mut Rng, signs: &str, length: usize) -> String {
    let signs: Vec<char> = signs.chars().collect();
    (0..length).map(|_| signs[random.usize(0..signs.len())]).collect()
}

fn element_string(fields: &[(&str, String)], separator: &str) -> String {
    let mut code = String::new();
    for (index, (ai, value)) in fields.iter().enumerate() {
        code.extend([*ai, value]);
        if !["01", "17"].contains(ai) && index + 1 < fields.len() {
            code.push_str(separator);
        }
    }
    code
}
