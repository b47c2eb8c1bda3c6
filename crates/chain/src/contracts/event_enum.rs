/// Declares the enum of a contract's events from their structs.
macro_rules! contract_events {
    ($contract:ident: $($event:ident),* $(,)?) => {
        #[doc = concat!("An event of `", stringify!($contract), "`.")]
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $(#[doc = concat!("See [`primitives::", stringify!($contract), "::", stringify!($event), "`].")]
            $event(primitives::$contract::$event),)*
        }

        impl $crate::node::events::ContractEvent for Event {
            const TOPICS: &'static [&'static [u8; 32]] =
                &[$(<primitives::$contract::$event as primitives::Event>::SIGNATURE),*];

            fn decode(topic: [u8; 32], data: &[u8]) -> Option<Self> {
                None$(.or_else(|| $crate::node::events::decode_one(topic, data).map(Event::$event)))*
            }
        }
    };
}
pub(crate) use contract_events;
