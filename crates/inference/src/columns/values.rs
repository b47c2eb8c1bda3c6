//! The values of a graph while it is read, and the operations on them that need no step.
//!
//! Shapes are those of one row, as in [`compile`](super::compile).

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::TensorProto;

use super::steps::Operand;
use super::MAX_COLUMNS;
use crate::trees;

/// The type of the numbers of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Float,
    Double,
    /// Whole, in columns of 64 bits, which hold them exactly up to 2^53.
    Whole,
    /// 1 or 0, in columns of as many bits as those that were compared.
    Flag {
        wide: bool,
    },
}

impl Kind {
    /// Whether it is stored in columns of 64 bits.
    pub(super) fn wide(self) -> bool {
        matches!(self, Self::Double | Self::Whole | Self::Flag { wide: true })
    }
}

/// A value that differs by row.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub kind: Kind,
    pub shape: Vec<usize>,
    pub columns: Vec<usize>,
}

/// A value of the graph.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Rows(Rows),
    Constant { kind: Kind, shape: Vec<usize>, numbers: Vec<f64> },
}

impl Value {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Rows(rows) => rows.kind,
            Self::Constant { kind, .. } => *kind,
        }
    }

    pub(super) fn rows(&self) -> Option<&Rows> {
        match self {
            Self::Rows(rows) => Some(rows),
            Self::Constant { .. } => None,
        }
    }

    pub(super) fn constant(&self) -> Option<(&[usize], &[f64])> {
        match self {
            Self::Rows(_) => None,
            Self::Constant { shape, numbers, .. } => Some((shape, numbers)),
        }
    }

    /// The shape next to a row of this rank: without the dimension of rows.
    fn row_shape(&self, rank: usize) -> Option<Vec<usize>> {
        match self {
            Self::Rows(rows) => (rows.shape.len() == rank).then(|| rows.shape.clone()),
            Self::Constant { shape, .. } => {
                let missing = rank.checked_add(1)?.checked_sub(shape.len())?;
                let mut shape = [vec![1; missing], shape.clone()].concat();
                (shape.remove(0) == 1).then_some(shape)
            }
        }
    }

    fn operand(&self, place: usize) -> Option<Operand<f64>> {
        match self {
            Self::Rows(rows) => rows.columns.get(place).copied().map(Operand::Column),
            Self::Constant { numbers, .. } => numbers.get(place).copied().map(Operand::Number),
        }
    }
}

/// The content of a tensor in the file.
pub(super) fn constant(tensor: &TensorProto) -> Option<Value> {
    let shape: Vec<usize> =
        tensor.dims.iter().map(|dim| usize::try_from(*dim).ok()).collect::<Option<_>>()?;
    let whole = |number: i64| i32::try_from(number).ok().map(f64::from);
    let (kind, numbers) = match DataType::try_from(tensor.data_type).ok()? {
        DataType::Float => (Kind::Float, trees::floats(tensor, "").ok()?),
        DataType::Double => (Kind::Double, trees::floats(tensor, "").ok()?),
        DataType::Int64 if tensor.raw_data.is_empty() => {
            (Kind::Whole, tensor.int64_data.iter().copied().map(whole).collect::<Option<_>>()?)
        }
        DataType::Int64 => {
            let numbers = tensor.raw_data.as_chunks::<8>().0.iter();
            (Kind::Whole, numbers.map(|bytes| whole(i64::from_le_bytes(*bytes))).collect::<Option<_>>()?)
        }
        _ => return None,
    };
    let all = shape.iter().try_fold(1usize, |all, dim| all.checked_mul(*dim))?;
    (all == numbers.len() && all > 0).then_some(Value::Constant { kind, shape, numbers })
}

pub(super) fn zero(kind: Kind) -> Value {
    Value::Constant { kind, shape: vec![], numbers: vec![0.0] }
}

/// An index into this many, counted from the end if it is negative.
pub(super) fn index(place: f64, length: usize) -> Option<usize> {
    #[allow(clippy::cast_possible_truncation)] // Constants have at most 32 bits.
    let place = place as i64;
    let place = if place < 0 { place.checked_add(i64::try_from(length).ok()?)? } else { place };
    usize::try_from(place).ok().filter(|place| *place < length)
}

/// A shape, and operands for each of its elements.
pub(super) type Spread<const COUNT: usize> = (Vec<usize>, Vec<[Operand<f64>; COUNT]>);

/// The common shape of values, and the element of each for each of its elements (ONNX, Broadcasting in ONNX).
pub(super) fn spread<const COUNT: usize>(values: [&Value; COUNT]) -> Option<Spread<COUNT>> {
    let rank = values.iter().find_map(|value| value.rows())?.shape.len();
    let shapes = values.iter().map(|value| value.row_shape(rank)).collect::<Option<Vec<_>>>()?;
    let mut common = vec![1; rank];
    for shape in &shapes {
        for (common, dim) in common.iter_mut().zip(shape) {
            match (*common, *dim) {
                (_, 1) => (),
                (1, dim) => *common = dim,
                (common, dim) if common == dim => (),
                _ => return None,
            }
        }
    }
    let all =
        common.iter().try_fold(1usize, |all, dim| all.checked_mul(*dim)).filter(|all| *all <= MAX_COLUMNS)?;
    let place = |shape: &[usize], mut at: usize| {
        // From the last dimension on: the position in the common shape, and its offset in this one.
        let (mut found, mut stride) = (0usize, 1usize);
        for (dim, common) in shape.iter().zip(&common).rev() {
            let here = at.checked_rem(*common)?;
            at = at.checked_div(*common)?;
            if *dim != 1 {
                found = found.checked_add(here.checked_mul(stride)?)?;
            }
            stride = stride.checked_mul(*dim)?;
        }
        Some(found)
    };
    let mut operands = Vec::with_capacity(all);
    for at in 0..all {
        let mut row = [Operand::Number(0.0); COUNT];
        for (operand, (value, shape)) in row.iter_mut().zip(values.iter().zip(&shapes)) {
            *operand = value.operand(place(shape, at)?)?;
        }
        operands.push(row);
    }
    Some((common, operands))
}

pub(super) fn concat(values: &[&Value], axis: i64) -> Option<Value> {
    let kind = values.first()?.kind();
    let mut columns = Vec::new();
    for value in values {
        let rows = value.rows().filter(|rows| rows.kind == kind && rows.shape.len() == 1)?;
        columns.extend_from_slice(&rows.columns);
    }
    (axis == 1 || axis == -1).then(|| Value::Rows(Rows { kind, shape: vec![columns.len()], columns }))
}

pub(super) fn reshape(of: &Rows, shape: &[f64]) -> Option<Value> {
    let (first, shape) = shape.split_first()?;
    let shape =
        shape.iter().map(|dim| index(*dim, usize::MAX).filter(|_| *dim > 0.0)).collect::<Option<Vec<_>>>()?;
    let all = shape.iter().try_fold(1usize, |all, dim| all.checked_mul(*dim))?;
    let fits = all == of.columns.len() && (*first == 0.0 || *first == -1.0);
    fits.then(|| Value::Rows(Rows { kind: of.kind, shape, columns: of.columns.clone() }))
}
