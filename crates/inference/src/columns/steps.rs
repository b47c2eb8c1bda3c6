//! Steps on columns: a step reads earlier columns, and appends one.

use std::ops::{Add, Div, Mul, Neg, Sub};
use std::sync::Arc;

use pulp::{Arch, NullaryFnOnce};
use tract_onnx::tract_hir::internal::{TractErrorContext as _, TractResult};

use super::exponential::exponential;
use crate::trees::Number;

/// Numbers of a column that are added up side by side.
const LANES: usize = 16;

/// A 32- or 64-bit float to calculate with.
pub(crate) trait Lane:
    Number
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// The absolute value.
    fn magnitude(self) -> Self;
    /// e to the power of it.
    fn e_to(self) -> Self;
    /// The natural logarithm.
    fn log(self) -> Self;
    /// The square root.
    fn root(self) -> Self;
    /// The sine of an angle in radians.
    fn sine(self) -> Self;
    /// The cosine of an angle in radians.
    fn cosine(self) -> Self;
    /// The integral part.
    fn whole(self) -> Self;
}

macro_rules! lane {
    ($kind:ident, $e_to:expr) => {
        impl Lane for $kind {
            fn magnitude(self) -> Self {
                self.abs()
            }

            fn e_to(self) -> Self {
                $e_to(self)
            }

            fn log(self) -> Self {
                self.ln()
            }

            fn root(self) -> Self {
                self.sqrt()
            }

            fn sine(self) -> Self {
                self.sin()
            }

            fn cosine(self) -> Self {
                self.cos()
            }

            fn whole(self) -> Self {
                self.trunc()
            }
        }
    };
}

lane!(f32, f32::exp);
lane!(f64, exponential);

/// From one number to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Abs,
    Neg,
    Exp,
    Log,
    Sqrt,
    Sin,
    Cos,
    Sigmoid,
    /// 1 for NaN, otherwise 0.
    IsNan,
    /// Truncates to the integral part.
    Truncate,
}

/// From two numbers to one; comparisons give 1 or 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Min,
    Equal,
    Greater,
    Less,
}

/// A column, or one number for all rows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operand<T> {
    Column(usize),
    Number(T),
}

/// An operation that makes a column from columns of the same kind.
#[derive(Clone, Debug)]
pub(crate) enum Op<T> {
    Unary(Unary, usize),
    Binary(Binary, Operand<T>, Operand<T>),
    /// The second if the first is not 0, otherwise the third.
    Select(usize, Operand<T>, Operand<T>),
    /// The sum of a constant and of columns, each times a weight.
    Dot(Vec<(u32, T)>, T),
    /// The numbers of a table at the indices in a column; negative ones count from the end.
    Lookup(Arc<[T]>, usize),
}

impl<T: Lane> Op<T> {
    /// Whether the other step does the same with columns shifted by this many, all before `to`, the first column that
    /// this one writes.
    pub(crate) fn continues(&self, other: &Self, further: usize, to: usize) -> bool {
        let next = |a: usize, b: usize| a.checked_add(further) == Some(b) && b < to;
        let operands = |a: &Operand<T>, b: &Operand<T>| match (a, b) {
            (Operand::Column(a), Operand::Column(b)) => next(*a, *b),
            (Operand::Number(a), Operand::Number(b)) => a.wide().to_bits() == b.wide().to_bits(),
            _ => false,
        };
        match (self, other) {
            (Self::Unary(own, a), Self::Unary(other, b)) => own == other && next(*a, *b),
            (Self::Binary(own, a, b), Self::Binary(other, c, d)) => {
                own == other && operands(a, c) && operands(b, d)
            }
            _ => false,
        }
    }
}

/// All columns of one kind for the rows of a block, one after the other.
pub(crate) struct Columns<'c, T> {
    pub numbers: &'c mut [T],
    pub rows: usize,
    pub arch: Arch,
}

// The products and sums of indices stay below the length of `numbers`, which was allocated for all columns; otherwise
// slicing panics, as for any index. The other arithmetic is on floats.
#[allow(clippy::arithmetic_side_effects)]
impl<T: Lane> Columns<'_, T> {
    /// A range of columns.
    pub(crate) fn columns(&self, place: usize, count: usize) -> &[T] {
        &self.numbers[place * self.rows..][..count * self.rows]
    }

    /// A mutable range of columns.
    pub(crate) fn columns_mut(&mut self, place: usize, count: usize) -> &mut [T] {
        &mut self.numbers[place * self.rows..][..count * self.rows]
    }

    /// Writes columns from `place` on, computed from those before it. The columns that each reads are shifted by one
    /// from those of the column before.
    #[inline]
    pub(crate) fn make(&mut self, op: &Op<T>, place: usize, count: usize) -> TractResult<()> {
        if self.rows < LANES {
            self.make_few(op, place, count)
        } else {
            self.arch.dispatch(Make { columns: self, op, place, count })
        }
    }

    /// For few rows, usually one, where the call itself dominates the time of a step.
    #[inline(never)]
    fn make_few(&mut self, op: &Op<T>, place: usize, count: usize) -> TractResult<()> {
        if let (Op::Dot(terms, first), 1) = (op, self.rows) {
            let sum = |sum, (place, weight): &(u32, T)| sum + *weight * self.numbers[*place as usize];
            self.numbers[place] = terms.iter().fold(*first, sum);
            return Ok(());
        }
        self.make_here(op, place, count)
    }

    #[inline(always)]
    fn make_here(&mut self, op: &Op<T>, place: usize, count: usize) -> TractResult<()> {
        let rows = self.rows;
        let (before, rest) = self.numbers.split_at_mut(place * rows);
        let out = &mut rest[..count * rows];
        let column = |place: usize| &before[place * rows..][..count * rows];
        match op {
            Op::Unary(unary, of) => apply(*unary, column(*of), out),
            Op::Binary(binary, a, b) => match (*a, *b) {
                (Operand::Column(a), Operand::Column(b)) => {
                    let pairs = column(a).iter().zip(column(b)).map(|(a, b)| (*a, *b));
                    combine(*binary, out, pairs);
                }
                (Operand::Column(a), Operand::Number(b)) => {
                    combine(*binary, out, column(a).iter().map(|a| (*a, b)));
                }
                (Operand::Number(a), Operand::Column(b)) => {
                    combine(*binary, out, column(b).iter().map(|b| (a, *b)));
                }
                (Operand::Number(a), Operand::Number(b)) => combine(*binary, out, std::iter::repeat((a, b))),
            },
            Op::Select(which, yes, no) => {
                let value = |operand: &Operand<T>, row: usize| match operand {
                    Operand::Column(place) => column(*place)[row],
                    Operand::Number(number) => *number,
                };
                let zero = T::default();
                for (row, (out, which)) in out.iter_mut().zip(column(*which)).enumerate() {
                    *out = value(if *which == zero { no } else { yes }, row);
                }
            }
            Op::Dot(terms, first) => {
                let (wide, rest) = out.as_chunks_mut::<LANES>();
                for (place, out) in wide.iter_mut().enumerate() {
                    *out = sums(terms, *first, before, rows, place * LANES);
                }
                let start = rows - rest.len();
                for (place, out) in rest.iter_mut().enumerate() {
                    [*out] = sums(terms, *first, before, rows, start + place);
                }
            }
            Op::Lookup(table, of) => {
                for (out, place) in out.iter_mut().zip(column(*of)) {
                    *out = look_up(table, place.wide()).context("an index is outside its table")?;
                }
            }
        }
        Ok(())
    }
}

/// [`Columns::make`], compiled twice: with the baseline instruction set, and with AVX2, which most processors have and
/// which computes twice as many numbers at once. Products and sums are not fused, so both give the same result.
struct Make<'m, 'c, T> {
    columns: &'m mut Columns<'c, T>,
    op: &'m Op<T>,
    place: usize,
    count: usize,
}

impl<T: Lane> NullaryFnOnce for Make<'_, '_, T> {
    type Output = TractResult<()>;

    #[inline(always)]
    fn call(self) -> TractResult<()> {
        self.columns.make_here(self.op, self.place, self.count)
    }
}

/// The weighted sums of some rows side by side, each in the order of the terms.
#[allow(clippy::arithmetic_side_effects)] // As above.
#[inline(always)]
fn sums<T: Lane, const SIDE: usize>(
    terms: &[(u32, T)],
    first: T,
    columns: &[T],
    rows: usize,
    start: usize,
) -> [T; SIDE] {
    let mut sums = [first; SIDE];
    for (place, weight) in terms {
        let values = &columns[*place as usize * rows + start..][..SIDE];
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum = *sum + *weight * *value;
        }
    }
    sums
}

fn look_up<T: Copy>(table: &[T], place: f64) -> Option<T> {
    // An index that is NaN or too large becomes one that no table has.
    #[allow(clippy::cast_possible_truncation)]
    let place = if place.is_nan() { i64::MAX } else { place as i64 };
    let length = i64::try_from(table.len()).ok()?;
    let place = if place < 0 { place.checked_add(length)? } else { place };
    table.get(usize::try_from(place).ok()?).copied()
}

#[allow(clippy::arithmetic_side_effects)] // On floats.
#[inline(always)]
fn apply<T: Lane>(unary: Unary, of: &[T], out: &mut [T]) {
    #[inline(always)]
    fn each<T: Copy>(of: &[T], out: &mut [T], make: impl Fn(T) -> T) {
        for (out, value) in out.iter_mut().zip(of) {
            *out = make(*value);
        }
    }
    let one = T::of(1.0);
    match unary {
        Unary::Abs => each(of, out, T::magnitude),
        Unary::Neg => each(of, out, |value| -value),
        Unary::Exp => each(of, out, T::e_to),
        Unary::Log => each(of, out, T::log),
        Unary::Sqrt => each(of, out, T::root),
        Unary::Sin => each(of, out, T::sine),
        Unary::Cos => each(of, out, T::cosine),
        Unary::Sigmoid => each(of, out, |value| one / (one + (-value).e_to())),
        Unary::IsNan => each(of, out, |value| if value.missing() { one } else { T::default() }),
        Unary::Truncate => each(of, out, T::whole),
    }
}

/// One number of two, in 32 bits or in 64.
pub(crate) fn fold(binary: Binary, wide: bool, a: f64, b: f64) -> f64 {
    if wide {
        let mut out = [0.0];
        combine(binary, &mut out, [(a, b)].into_iter());
        out[0]
    } else {
        let mut out = [0.0f32];
        combine(binary, &mut out, [(f32::of(a), f32::of(b))].into_iter());
        f64::from(out[0])
    }
}

#[allow(clippy::arithmetic_side_effects)] // On floats.
#[inline(always)]
fn combine<T: Lane>(binary: Binary, out: &mut [T], pairs: impl Iterator<Item = (T, T)>) {
    #[inline(always)]
    fn each<T>(out: &mut [T], pairs: impl Iterator<Item = (T, T)>, make: impl Fn(T, T) -> T) {
        for (out, (a, b)) in out.iter_mut().zip(pairs) {
            *out = make(a, b);
        }
    }
    let flag = |holds: bool| if holds { T::of(1.0) } else { T::default() };
    match binary {
        Binary::Add => each(out, pairs, |a, b| a + b),
        Binary::Sub => each(out, pairs, |a, b| a - b),
        Binary::Mul => each(out, pairs, |a, b| a * b),
        Binary::Div => each(out, pairs, |a, b| a / b),
        // NaN stays NaN, on either side.
        Binary::Max => each(out, pairs, |a, b| if (a > b) | a.missing() { a } else { b }),
        Binary::Min => each(out, pairs, |a, b| if (a < b) | a.missing() { a } else { b }),
        Binary::Equal => each(out, pairs, |a, b| flag(a == b)),
        Binary::Greater => each(out, pairs, |a, b| flag(a > b)),
        Binary::Less => each(out, pairs, |a, b| flag(a < b)),
    }
}
