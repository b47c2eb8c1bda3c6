//! Storage by named keys, for values that know SCALE and not ink!.

use core::fmt;
use core::marker::PhantomData;

use ink::prelude::vec::Vec;
use ink::storage::traits::{ManualKey, Storable, StorableHint, StorageKey};
use primitives::encoded;
use scale::{Decode, DecodeAll, Encode, Input, Output};

/// The storage key that four letters spell: `key(b"BTCH")` is 0x42544348. So the first bytes of
/// a stored key say which collection it belongs to.
#[must_use]
pub const fn key(name: &[u8; 4]) -> u32 {
    u32::from_be_bytes(*name)
}

/// One value under a key.
pub struct Item<V, const KEY: u32>(PhantomData<fn() -> V>);

/// Values by key under a common prefix.
pub struct Map<K, V, const KEY: u32>(PhantomData<fn() -> (K, V)>);

impl<V: Encode + Decode, const KEY: u32> Item<V, KEY> {
    /// The value. `None` where none was set: the storage is not this contract's, or it is not set up yet.
    #[must_use]
    pub fn get(&self) -> Option<V> {
        bytes::read(&encoded(&KEY)).map(decoded)
    }

    /// Sets the value.
    pub fn set(&mut self, value: &V) {
        bytes::write(&encoded(&KEY), &encoded(value));
    }
}

impl<K: Encode, V: Encode + Decode, const KEY: u32> Map<K, V, KEY> {
    /// The value of a key.
    #[must_use]
    pub fn get<Q: scale::EncodeLike<K>>(&self, key: Q) -> Option<V> {
        bytes::read(&encoded(&(KEY, key))).map(decoded)
    }

    /// Sets the value of a key.
    pub fn insert<Q: scale::EncodeLike<K>>(&mut self, key: Q, value: &V) {
        bytes::write(&encoded(&(KEY, key)), &encoded(value));
    }

    /// Sets the value of a key, or removes it: its deposit comes back.
    pub fn put<Q: scale::EncodeLike<K>>(&mut self, key: Q, value: Option<&V>) {
        bytes::put(&encoded(&(KEY, key)), value.map(|value| encoded(value)));
    }

    /// Whether the key has a value.
    #[must_use]
    pub fn contains<Q: scale::EncodeLike<K>>(&self, key: Q) -> bool {
        bytes::contain(&encoded(&(KEY, key)))
    }

    /// Removes the value of a key: its deposit comes back.
    pub fn remove<Q: scale::EncodeLike<K>>(&mut self, key: Q) {
        bytes::clear(&encoded(&(KEY, key)));
    }

    /// Removes the value of a key, and returns it.
    pub fn take<Q: scale::EncodeLike<K>>(&mut self, key: Q) -> Option<V> {
        bytes::take(&encoded(&(KEY, key))).map(decoded)
    }
}

/// The value that is stored so. What is not of the type that this code knows stops the call: nothing may be decided by it.
/// A layout that is not this code's is refused before it comes to that.
fn decoded<V: Decode>(bytes: Vec<u8>) -> V {
    match V::decode_all(&mut &bytes[..]) {
        Ok(value) => value,
        Err(_) => panic!("stored in another layout"),
    }
}

/// Bytes in storage: ink!'s own functions once, and not once for each type.
pub(crate) mod bytes {
    use super::{Input, Output, Storable, Vec};
    use ink::env::{
        clear_contract_storage, contains_contract_storage, get_contract_storage, set_contract_storage,
        take_contract_storage,
    };

    /// What is stored as it is.
    struct Raw(Vec<u8>);

    impl Storable for Raw {
        fn encode<T: Output + ?Sized>(&self, _: &mut T) {}

        fn decode<I: Input>(input: &mut I) -> Result<Self, scale::Error> {
            let mut bytes = ink::prelude::vec![0; input.remaining_len()?.unwrap_or_default()];
            input.read(&mut bytes)?;
            Ok(Self(bytes))
        }

        fn encoded_size(&self) -> usize {
            self.0.len()
        }
    }

    /// The same, borrowed.
    pub(crate) struct Borrowed<'a>(pub(crate) &'a [u8]);

    impl scale::Encode for Borrowed<'_> {
        fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
            dest.write(self.0);
        }
    }

    impl Storable for Borrowed<'_> {
        fn encode<T: Output + ?Sized>(&self, dest: &mut T) {
            dest.write(self.0);
        }

        fn decode<I: Input>(_: &mut I) -> Result<Self, scale::Error> {
            Err("it is only written".into())
        }

        fn encoded_size(&self) -> usize {
            self.0.len()
        }
    }

    #[inline(never)]
    pub(super) fn read(key: &[u8]) -> Option<Vec<u8>> {
        get_contract_storage(&Borrowed(key)).unwrap_or_default().map(|Raw(bytes)| bytes)
    }

    #[inline(never)]
    pub(super) fn write(key: &[u8], value: &[u8]) {
        set_contract_storage(&Borrowed(key), &Borrowed(value));
    }

    #[inline(never)]
    pub(super) fn put(key: &[u8], value: Option<Vec<u8>>) {
        match value {
            Some(value) => write(key, &value),
            None => clear(key),
        }
    }

    #[inline(never)]
    pub(super) fn contain(key: &[u8]) -> bool {
        contains_contract_storage(&Borrowed(key)).is_some()
    }

    #[inline(never)]
    pub(super) fn clear(key: &[u8]) {
        clear_contract_storage(&Borrowed(key));
    }

    #[inline(never)]
    pub(super) fn take(key: &[u8]) -> Option<Vec<u8>> {
        take_contract_storage(&Borrowed(key)).unwrap_or_default().map(|Raw(bytes)| bytes)
    }
}

// What ink! wants of a field of a contract's storage: it is written nowhere itself, and found by its key.
macro_rules! field_of_storage {
    ($name:ident<$($param:ident),*>) => {
        impl<$($param,)* const KEY: u32> Default for $name<$($param,)* KEY> {
            fn default() -> Self {
                Self(PhantomData)
            }
        }

        impl<$($param,)* const KEY: u32> fmt::Debug for $name<$($param,)* KEY> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl<$($param,)* const KEY: u32> Storable for $name<$($param,)* KEY> {
            fn encode<T: Output + ?Sized>(&self, _: &mut T) {}

            fn decode<I: Input>(_: &mut I) -> Result<Self, scale::Error> {
                Ok(Self::default())
            }

            fn encoded_size(&self) -> usize {
                0
            }
        }

        impl<$($param,)* Outer: StorageKey, const KEY: u32> StorableHint<Outer> for $name<$($param,)* KEY> {
            type Type = Self;
            type PreferredKey = ManualKey<KEY>;
        }

        impl<$($param,)* const KEY: u32> StorageKey for $name<$($param,)* KEY> {
            const KEY: u32 = KEY;
        }

        #[cfg(feature = "std")]
        impl<$($param: scale_info::TypeInfo + 'static,)* const KEY: u32> scale_info::TypeInfo
            for $name<$($param,)* KEY>
        {
            type Identity = Self;

            fn type_info() -> scale_info::Type {
                scale_info::Type::builder()
                    .path(scale_info::Path::new(stringify!($name), module_path!()))
                    .type_params(vec![$(scale_info::TypeParameter::new(
                        stringify!($param),
                        Some(scale_info::meta_type::<$param>()),
                    )),*])
                    .composite(scale_info::build::Fields::unit())
            }
        }

        #[cfg(feature = "std")]
        impl<$($param: scale_info::TypeInfo + 'static,)* const KEY: u32> ink::storage::traits::StorageLayout
            for $name<$($param,)* KEY>
        {
            fn layout(_: &ink::primitives::Key) -> ink::metadata::layout::Layout {
                use ink::metadata::layout::{LayoutKey, LeafLayout, RootLayout};
                let leaf = LeafLayout::from_key::<V>(LayoutKey::from(&KEY));
                RootLayout::new(LayoutKey::from(&KEY), leaf, scale_info::meta_type::<Self>()).into()
            }
        }
    };
}
field_of_storage!(Item<V>);
field_of_storage!(Map<K, V>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_spells_its_name() {
        assert_eq!(key(b"SHIP"), 0x5348_4950);
    }

    #[ink::test]
    fn what_is_stored_is_found_by_its_key_alone() {
        let mut numbers = Map::<(u32, u8), u64, { key(b"NUMB") }>::default();
        numbers.insert((1, 2), &3);
        let other = Map::<(u32, u8), u64, { key(b"OTHR") }>::default();
        let same = Map::<(u32, u8), u64, { key(b"NUMB") }>::default();
        assert_eq!((same.get((1, 2)), same.get((1, 3)), other.get((1, 2))), (Some(3), None, None));
        assert!(same.contains((1, 2)) && !other.contains((1, 2)));
        assert_eq!((numbers.take((1, 2)), numbers.take((1, 2))), (Some(3), None));
        numbers.put((1, 2), Some(&4));
        assert_eq!(numbers.get((1, 2)), Some(4));
        numbers.put((1, 2), None);
        assert!(!numbers.contains((1, 2)));
        let mut item = Item::<String, { key(b"NAME") }>::default();
        assert_eq!(item.get(), None);
        item.set(&"Theriac".to_owned());
        assert_eq!(item.get().as_deref(), Some("Theriac"));
    }
}
