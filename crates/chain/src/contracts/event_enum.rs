/// Declares the enum of a contract's events from their structs.
macro_rules! contract_events {
    ($crate_name:ident: $($event:ident),* $(,)?) => {
        #[doc = concat!("An event of `", stringify!($crate_name), "`.")]
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $(#[doc = concat!("See [`::", stringify!($crate_name), "::", stringify!($event), "`].")]
            $event(::$crate_name::$event),)*
        }

        impl $crate::node::events::ContractEvent for Event {
            const TOPICS: &'static [Option<[u8; 32]>] =
                &[$(<::$crate_name::$event as ::ink::env::Event>::SIGNATURE_TOPIC),*];

            fn decode(topic: [u8; 32], data: &[u8]) -> Option<Self> {
                None$(.or_else(|| $crate::node::events::decode_one(topic, data).map(Event::$event)))*
            }
        }
    };
}
pub(crate) use contract_events;
