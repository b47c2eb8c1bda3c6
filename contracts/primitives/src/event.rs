use scale::Encode;

/// An event of a contract of the deployment.
///
/// Its first topic is its name in ASCII, with zeros behind. So a field's type can get another name, and a reader can tell
/// an event without the contract's metadata. The next topics are the event's first fields, of 32 bytes each.
pub trait Event: Encode {
    /// The name.
    const NAME: &'static str;
    /// The first topic.
    const SIGNATURE: &'static [u8; 32];
    /// How many of its leading fields are topics: 0 to 3 values of 32 bytes, each at the start of its field.
    const TOPICS: usize;

    /// Names the fields in their order, with their types, for the metadata of a contract.
    #[cfg(feature = "std")]
    fn describe(fields: &mut impl EventFields);
}

/// What collects the description of an event.
#[cfg(feature = "std")]
pub trait EventFields {
    /// The next field.
    fn field<T: scale_info::TypeInfo + 'static>(&mut self, name: &'static str, docs: &[&'static str]);
}

/// The topic of the event of this name.
pub(crate) const fn signature(name: &str) -> [u8; 32] {
    let (name, mut topic, mut at) = (name.as_bytes(), [0; 32], 0_usize);
    assert!(name.len() <= 32, "an event's name has at most 32 characters");
    while at < name.len() {
        topic[at] = name[at];
        at = at.wrapping_add(1);
    }
    topic
}

/// Declares events: structs whose first `topics` fields are topics.
macro_rules! events {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident [$topics:literal] {
            $($(#[doc = $field_doc:literal])* $field:ident: $type:ty,)*
        }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
        #[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
        pub struct $name {
            $($(#[doc = $field_doc])* pub $field: $type,)*
        }

        impl $crate::Event for $name {
            const NAME: &'static str = stringify!($name);
            const SIGNATURE: &'static [u8; 32] = &const { $crate::event::signature(stringify!($name)) };
            const TOPICS: usize = const {
                assert!(1 <= $topics && $topics <= 3, "an event has one to three topics besides its name");
                $topics
            };

            #[cfg(feature = "std")]
            fn describe(fields: &mut impl $crate::EventFields) {
                $(fields.field::<$type>(stringify!($field), &[$($field_doc),*]);)*
            }
        }
    )*};
}
pub(crate) use events;
