//! Convolutions and pools of small images: a weighted sum of columns for each position.

use super::compile::Compiler;
use super::values::{Rows, Value};
use crate::trees::Attributes;

/// The positions of a window on an image.
struct Windows {
    /// Height and width of the window.
    size: [usize; 2],
    strides: [usize; 2],
    /// Rows above and columns to the left that the image does not have.
    before: [usize; 2],
    /// The number of windows from top to bottom and from left to right.
    count: [usize; 2],
}

impl Windows {
    fn of(image: [usize; 2], size: [usize; 2], attributes: &Attributes) -> Option<Self> {
        let given = attributes.ints("kernel_shape");
        let plain = attributes.ints("dilations").iter().all(|dilation| *dilation == 1)
            && attributes.text("auto_pad").is_ok_and(|pad| pad.is_empty() || pad == "NOTSET")
            && attributes.int("group").is_none_or(|group| group == 1)
            && attributes.int("ceil_mode").is_none_or(|mode| mode == 0)
            && (given.is_empty() || numbers::<2>(given)? == size);
        if !plain {
            return None;
        }
        let or = |name, default: &'static [i64]| match attributes.ints(name) {
            [] => default.to_vec(),
            given => given.to_vec(),
        };
        let strides = numbers::<2>(&or("strides", &[1, 1]))?;
        let [top, left, bottom, right] = numbers::<4>(&or("pads", &[0; 4]))?;
        let mut count = [0; 2];
        for (axis, (before, after)) in [(top, bottom), (left, right)].into_iter().enumerate() {
            let length = image[axis].checked_add(before)?.checked_add(after)?.checked_sub(size[axis])?;
            count[axis] = length.checked_div(strides[axis])?.checked_add(1)?;
        }
        Some(Self { size, strides, before: [top, left], count })
    }

    /// The pixels of the image inside a window, each with its position in the window.
    fn places(&self, image: [usize; 2], window: [usize; 2]) -> Option<Vec<(usize, usize)>> {
        let mut places = Vec::new();
        for row in 0..self.size[0] {
            for column in 0..self.size[1] {
                let at = |axis: usize, inside: usize| {
                    let from = window[axis].checked_mul(self.strides[axis])?.checked_add(inside)?;
                    Some(from.checked_sub(self.before[axis]).filter(|place| *place < image[axis]))
                };
                if let (Some(y), Some(x)) = (at(0, row)?, at(1, column)?) {
                    let place = |y: usize, x: usize, width: usize| y.checked_mul(width)?.checked_add(x);
                    places.push((place(y, x, image[1])?, place(row, column, self.size[1])?));
                }
            }
        }
        Some(places)
    }

    /// All windows, row by row.
    fn all(&self) -> impl Iterator<Item = [usize; 2]> + '_ {
        (0..self.count[0]).flat_map(|row| (0..self.count[1]).map(move |column| [row, column]))
    }
}

fn numbers<const COUNT: usize>(of: &[i64]) -> Option<[usize; COUNT]> {
    let numbers = of.iter().map(|number| usize::try_from(*number).ok()).collect::<Option<Vec<_>>>()?;
    numbers.try_into().ok()
}

impl Compiler {
    pub(super) fn convolution(
        &mut self,
        of: &Rows,
        kernel: &Value,
        bias: Option<&[f64]>,
        attributes: &Attributes,
    ) -> Option<Value> {
        let (shape, weights) = kernel.constant()?;
        let (&[channels, height, width], &[targets, depth, rows, columns]) = (of.shape.as_slice(), shape)
        else {
            return None;
        };
        if channels != depth || kernel.kind() != of.kind || bias.is_some_and(|bias| bias.len() != targets) {
            return None;
        }
        let windows = Windows::of([height, width], [rows, columns], attributes)?;
        let (plane, area) = (height.checked_mul(width)?, rows.checked_mul(columns)?);
        let mut places = Vec::new();
        for target in 0..targets {
            let first = bias.and_then(|bias| bias.get(target)).copied().unwrap_or(0.0);
            for window in windows.all() {
                let mut terms = Vec::new();
                for channel in 0..channels {
                    let kernel = target.checked_mul(depth)?.checked_add(channel)?.checked_mul(area)?;
                    let image = channel.checked_mul(plane)?;
                    for (pixel, weight) in windows.places([height, width], window)? {
                        let pixel = of.columns.get(image.checked_add(pixel)?)?;
                        terms.push((*pixel, *weights.get(kernel.checked_add(weight)?)?));
                    }
                }
                places.push(self.dot(of.kind, terms, first)?);
            }
        }
        let shape = [&[targets], &windows.count[..]].concat();
        Some(Value::Rows(Rows { kind: of.kind, shape, columns: places }))
    }

    pub(super) fn average_pool(&mut self, of: &Rows, attributes: &Attributes) -> Option<Value> {
        let &[channels, height, width] = of.shape.as_slice() else { return None };
        let size = numbers::<2>(attributes.ints("kernel_shape"))?;
        if attributes.ints("pads").iter().any(|pad| *pad != 0) {
            return None;
        }
        let windows = Windows::of([height, width], size, attributes)?;
        let area = u32::try_from(size[0].checked_mul(size[1])?).ok().filter(|area| *area > 0)?;
        let share = 1.0 / f64::from(area);
        let plane = height.checked_mul(width)?;
        let mut places = Vec::new();
        for channel in 0..channels {
            let image = channel.checked_mul(plane)?;
            for window in windows.all() {
                let term =
                    |(pixel, _): (usize, usize)| Some((*of.columns.get(image.checked_add(pixel)?)?, share));
                let pixels = windows.places([height, width], window)?;
                let terms = pixels.into_iter().map(term).collect::<Option<_>>()?;
                places.push(self.dot(of.kind, terms, 0.0)?);
            }
        }
        let shape = [&[channels], &windows.count[..]].concat();
        Some(Value::Rows(Rows { kind: of.kind, shape, columns: places }))
    }
}
