//! `LabelEncoder` and `OneHotEncoder`: tables of values. Texts are whole numbers here, see `normal/texts.rs`.

use std::collections::HashMap;

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{NodeProto, TensorProto};
use tract_onnx::tract_hir::internal::*;

use super::own::{own, Does, Facts};
use crate::trees::{floats, Attributes};

type Built = TractResult<(Box<dyn InferenceOp>, Vec<String>)>;

/// A list of one type.
#[derive(Clone, Debug)]
enum List {
    Whole(Vec<i64>),
    Single(Vec<f32>),
    Double(Vec<f64>),
}

impl List {
    /// The list of an attribute of any of the names `NAME_int64s`, `NAME_floats`, `NAME_tensor`.
    fn of(attributes: &Attributes<'_>, names: [&'static str; 3]) -> TractResult<Option<Self>> {
        let [whole, single, tensor] = names;
        if let Some(tensor) = attributes.tensor(tensor) {
            return Ok(Some(Self::tensor(tensor)?));
        }
        let (whole, single) = (attributes.ints(whole), attributes.floats(single));
        Ok(match (whole.is_empty(), single.is_empty()) {
            (false, _) => Some(Self::Whole(whole.to_vec())),
            (true, false) => Some(Self::Single(single.to_vec())),
            (true, true) => None,
        })
    }

    fn tensor(tensor: &TensorProto) -> TractResult<Self> {
        Ok(match DataType::try_from(tensor.data_type) {
            Ok(DataType::Float) => {
                #[allow(clippy::cast_possible_truncation)] // They have 32 bits in the file.
                let numbers = floats(tensor, "tensor")?.into_iter().map(|number| number as f32).collect();
                Self::Single(numbers)
            }
            Ok(DataType::Double) => Self::Double(floats(tensor, "tensor")?),
            Ok(DataType::Int64) if tensor.raw_data.is_empty() => Self::Whole(tensor.int64_data.clone()),
            Ok(DataType::Int64) => Self::Whole(
                tensor.raw_data.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect(),
            ),
            Ok(DataType::Int32 | DataType::Int16) if tensor.raw_data.is_empty() => {
                Self::Whole(tensor.int32_data.iter().copied().map(i64::from).collect())
            }
            _ => bail!("a table of type {} is not supported", tensor.data_type),
        })
    }

    fn len(&self) -> usize {
        match self {
            Self::Whole(numbers) => numbers.len(),
            Self::Single(numbers) => numbers.len(),
            Self::Double(numbers) => numbers.len(),
        }
    }

    fn kind(&self) -> DatumType {
        match self {
            Self::Whole(_) => i64::datum_type(),
            Self::Single(_) => f32::datum_type(),
            Self::Double(_) => f64::datum_type(),
        }
    }

    /// What is compared: bits of a float, of which zero has one form and NaN too.
    fn keys(&self) -> Vec<u64> {
        match self {
            Self::Whole(numbers) => numbers.iter().map(|number| number.cast_unsigned()).collect(),
            Self::Single(numbers) => numbers.iter().map(|number| bits(f64::from(*number))).collect(),
            Self::Double(numbers) => numbers.iter().map(|number| bits(*number)).collect(),
        }
    }

    /// The values at places, or the default.
    fn take(&self, places: &[Option<usize>], default: &Self, shape: &[usize]) -> TractResult<Tensor> {
        fn pick<T: Datum + Copy>(
            list: &[T],
            default: &[T],
            places: &[Option<usize>],
            shape: &[usize],
        ) -> TractResult<Tensor> {
            let default = default.first().copied();
            let value = |place: &Option<usize>| place.and_then(|place| list.get(place).copied()).or(default);
            let values = places.iter().map(value).collect::<Option<Vec<T>>>().context("no default")?;
            Tensor::from_shape(shape, &values)
        }
        match (self, default) {
            (Self::Whole(list), Self::Whole(default)) => pick(list, default, places, shape),
            (Self::Single(list), Self::Single(default)) => pick(list, default, places, shape),
            (Self::Double(list), Self::Double(default)) => pick(list, default, places, shape),
            _ => bail!("the default of a table has another type than its values"),
        }
    }
}

fn bits(number: f64) -> u64 {
    if number.is_nan() {
        f64::NAN.to_bits()
    } else {
        (number + 0.0).to_bits()
    }
}

/// The elements of a tensor, as [`List::keys`] has them. Floats are compared as floats.
fn keys(input: &Tensor) -> TractResult<Vec<u64>> {
    if input.datum_type().is_float() {
        let numbers = input.cast_to::<f64>()?;
        return Ok(numbers
            .try_as_plain_ram()?
            .as_slice::<f64>()?
            .iter()
            .map(|number| bits(*number))
            .collect());
    }
    let numbers = input.cast_to::<i64>()?;
    Ok(numbers.try_as_plain_ram()?.as_slice::<i64>()?.iter().map(|number| number.cast_unsigned()).collect())
}

/// From keys to values.
#[derive(Debug)]
struct Table {
    /// Whether the keys are floats.
    float: bool,
    places: HashMap<u64, usize>,
    values: List,
    default: List,
}

pub(super) fn label_encoder(_: &ParsingContext, node: &NodeProto) -> Built {
    let attributes = Attributes(node);
    let keys = List::of(&attributes, ["keys_int64s", "keys_floats", "keys_tensor"])?
        .context("a table without keys")?;
    let values = List::of(&attributes, ["values_int64s", "values_floats", "values_tensor"])?
        .context("a table without values")?;
    ensure!(keys.len() == values.len(), "a table of {} keys and {} values", keys.len(), values.len());
    let default = match (attributes.tensor("default_tensor"), &values) {
        (Some(tensor), _) => List::tensor(tensor)?,
        (None, List::Whole(_)) => List::Whole(vec![attributes.int("default_int64").unwrap_or(-1)]),
        (None, List::Single(_)) => List::Single(vec![attributes.float("default_float").unwrap_or(-0.0)]),
        (None, List::Double(_)) => List::Double(vec![-0.0]),
    };
    let mut places = HashMap::new();
    for (place, key) in keys.keys().into_iter().enumerate() {
        // The first of equal keys counts.
        places.entry(key).or_insert(place);
    }
    Ok(own(Table { float: !matches!(keys, List::Whole(_)), places, values, default }))
}

impl Does for Table {
    fn outputs(&self) -> usize {
        1
    }

    fn facts(&self, kind: DatumType, shape: &[TDim]) -> TractResult<Facts> {
        ensure!(kind.is_float() == self.float, "a table whose keys have another type than its operand");
        Ok(tvec!((self.values.kind(), shape.into())))
    }

    fn run(&self, input: &Tensor) -> TractResult<TVec<Tensor>> {
        let places: Vec<Option<usize>> =
            keys(input)?.iter().map(|key| self.places.get(key).copied()).collect();
        Ok(tvec!(self.values.take(&places, &self.default, input.shape())?))
    }
}

/// From categories to a column for each.
#[derive(Debug)]
struct OneHot {
    places: HashMap<u64, usize>,
    categories: usize,
    /// Whether a category that is not known has zeros; otherwise it is an error.
    zeros: bool,
}

pub(super) fn one_hot_encoder(_: &ParsingContext, node: &NodeProto) -> Built {
    let attributes = Attributes(node);
    let categories = attributes.ints("cats_int64s");
    ensure!(!categories.is_empty() && categories.len() <= 1 << 16, "{} categories", categories.len());
    let mut places = HashMap::new();
    for (place, category) in categories.iter().enumerate() {
        places.entry(category.cast_unsigned()).or_insert(place);
    }
    let zeros = attributes.int("zeros").unwrap_or(1) != 0;
    Ok(own(OneHot { places, categories: categories.len(), zeros }))
}

impl Does for OneHot {
    fn outputs(&self) -> usize {
        1
    }

    fn facts(&self, _: DatumType, shape: &[TDim]) -> TractResult<Facts> {
        let mut shape: TVec<TDim> = shape.into();
        shape.push(self.categories.to_dim());
        Ok(tvec!((f32::datum_type(), shape)))
    }

    fn run(&self, input: &Tensor) -> TractResult<TVec<Tensor>> {
        // Floats are truncated to whole numbers.
        let numbers = input.cast_to::<i64>()?;
        let numbers = numbers.try_as_plain_ram()?.as_slice::<i64>()?;
        let mut values = vec![0.0f32; numbers.len().saturating_mul(self.categories)];
        for (row, number) in values.chunks_exact_mut(self.categories).zip(numbers) {
            match self.places.get(&number.cast_unsigned()) {
                Some(place) => row[*place] = 1.0,
                None => ensure!(self.zeros, "a category that the model was not trained on"),
            }
        }
        let mut shape = input.shape().to_vec();
        shape.push(self.categories);
        Ok(tvec!(Tensor::from_shape(&shape, &values)?))
    }
}
