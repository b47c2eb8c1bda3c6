use alloc::vec::Vec;
use core::marker::PhantomData;

use scale::{Decode, Encode};

/// A value that may get more fields at its end without breaking who reads it: its encoding goes with its length, and a
/// reader takes the fields that it knows.
///
/// So one contract of a deployment can be upgraded before another one, and a client need not be the newest.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Extensible<T> {
    bytes: Vec<u8>,
    value: PhantomData<T>,
}

impl<T: Encode> From<&T> for Extensible<T> {
    fn from(value: &T) -> Self {
        Self { bytes: crate::encoded(value), value: PhantomData }
    }
}

impl<T: Decode> Extensible<T> {
    /// The value. `None` where the bytes are not one, or lack fields that this reader needs.
    #[must_use]
    pub fn get(&self) -> Option<T> {
        T::decode(&mut &self.bytes[..]).ok()
    }
}

#[cfg(feature = "std")]
impl<T: scale_info::TypeInfo + 'static> scale_info::TypeInfo for Extensible<T> {
    type Identity = Self;

    fn type_info() -> scale_info::Type {
        let fields = scale_info::build::Fields::unnamed().field(|f| f.ty::<Vec<u8>>().type_name("Vec<u8>"));
        scale_info::Type::builder()
            .path(scale_info::Path::new("Extensible", module_path!()))
            .type_params(vec![scale_info::TypeParameter::new("T", Some(scale_info::meta_type::<T>()))])
            .composite(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_takes_the_fields_that_it_knows() {
        let newer = Extensible::from(&(7_u32, true, 9_u64));
        let seen_by_older = Extensible::<(u32, bool)>::decode(&mut &newer.encode()[..]).unwrap();
        assert_eq!(seen_by_older.get(), Some((7, true)));
    }

    #[test]
    fn a_reader_that_needs_more_fields_gets_nothing() {
        let older = Extensible::from(&(7_u32,));
        let seen_by_newer = Extensible::<(u32, bool)>::decode(&mut &older.encode()[..]).unwrap();
        assert_eq!(seen_by_newer.get(), None);
    }
}
