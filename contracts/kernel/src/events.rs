use ink::env::event::{state, TopicsBuilder, TopicsBuilderBackend};
use ink::env::{DefaultEnvironment, Environment};
use primitives::Event;
use scale::{Encode, Output};

/// Emits an event.
pub fn emit<E: Event>(event: &E) {
    emit_encoded(E::SIGNATURE, E::TOPICS, &primitives::encoded(event));
}

// One copy for all events: ink!'s own way compiles the topics anew for each, a fifth of the size of a contract.
#[inline(never)]
fn emit_encoded(signature: &[u8; 32], topics: usize, data: &[u8]) {
    match topics {
        1 => ink::env::emit_event::<DefaultEnvironment, _>(Encoded::<1> { signature, data }),
        2 => ink::env::emit_event::<DefaultEnvironment, _>(Encoded::<2> { signature, data }),
        _ => ink::env::emit_event::<DefaultEnvironment, _>(Encoded::<3> { signature, data }),
    }
}

/// An event in its encoding, which starts with so many values of 32 bytes that are topics.
struct Encoded<'a, const TOPICS: usize> {
    signature: &'a [u8; 32],
    data: &'a [u8],
}

impl<const TOPICS: usize> Encoded<'_, TOPICS> {
    fn topic(&self, number: usize) -> Option<&[u8; 32]> {
        self.data.chunks_exact(32).nth(number)?.first_chunk()
    }
}

impl<const TOPICS: usize> Encode for Encoded<'_, TOPICS> {
    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        dest.write(self.data);
    }
}

macro_rules! with_topics {
    ($topics:literal, $all:literal: $($number:literal)*) => {
        impl ink::env::Event for Encoded<'_, $topics> {
            type RemainingTopics = [state::HasRemainingTopics; $all];
            // It is the first of the topics below.
            const SIGNATURE_TOPIC: Option<[u8; 32]> = None;

            fn topics<E, B>(&self, builder: TopicsBuilder<state::Uninit, E, B>) -> B::Output
            where
                E: Environment,
                B: TopicsBuilderBackend<E>,
            {
                let builder = builder.build::<Self>().push_topic(Some(self.signature));
                $(let builder = builder.push_topic(self.topic($number));)*
                builder.finish()
            }
        }
    };
}
with_topics!(1, 2: 0);
with_topics!(2, 3: 0 1);
with_topics!(3, 4: 0 1 2);

/// What a contract's metadata says about an event.
#[cfg(feature = "std")]
#[must_use]
pub fn event_spec<E: Event>(docs: &[&'static str]) -> ink::metadata::EventSpec {
    use ink::metadata::{EventParamSpec, EventSpec, TypeSpec};

    struct Fields {
        topics: usize,
        params: Vec<EventParamSpec>,
    }

    impl primitives::EventFields for Fields {
        fn field<T: scale_info::TypeInfo + 'static>(&mut self, name: &'static str, docs: &[&'static str]) {
            let indexed = self.params.len() < self.topics;
            let ty = TypeSpec::of_type::<T>();
            self.params
                .push(EventParamSpec::new(name).of_type(ty).indexed(indexed).docs(docs.to_vec()).done());
        }
    }

    let mut fields = Fields { topics: E::TOPICS, params: Vec::new() };
    E::describe(&mut fields);
    EventSpec::new(E::NAME)
        .module_path("primitives")
        .signature_topic(Some(*E::SIGNATURE))
        .args(fields.params)
        .docs(docs.to_vec())
        .done()
}

/// Names the events of a contract in its metadata.
#[macro_export]
macro_rules! events_of_contract {
    ($($event:ty),* $(,)?) => {
        // Without metadata they are only named.
        #[cfg(not(feature = "std"))]
        $(const _: Option<$event> = None;)*

        #[cfg(feature = "std")]
        const _: () = {
            $(const _: () = {
                #[ink::metadata::linkme::distributed_slice(ink::metadata::EVENTS)]
                #[linkme(crate = ink::metadata::linkme)]
                static SPEC: fn() -> ink::metadata::EventSpec = || $crate::event_spec::<$event>(&[]);
            };)*
        };
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::batches::{BatchReleased, UnitPlace, UnitState, UnitsBooked};
    use primitives::units::UnitReverted;
    use primitives::{AccountId, Actor, BatchId, UnitId};

    #[ink::test]
    fn an_events_topics_are_its_name_and_its_first_fields() {
        let (batch, unit, account) = (BatchId([1; 32]), UnitId([2; 32]), AccountId([3; 32]));
        let by = Actor { account, organisation: Some(4), site: Some(5) };
        let state = UnitState::Sample;
        let (from, to) = (UnitPlace::Shelf, UnitPlace::Left(state));
        let reverted = UnitReverted { batch, unit, by, site: 5, state };
        emit(&UnitsBooked { batch, site: 5, from, to, quantity: 1 });
        emit(&BatchReleased { batch, by });
        emit(&reverted);
        let events: Vec<_> = ink::env::test::recorded_events().collect();
        let topics: Vec<Vec<Vec<u8>>> = events.iter().map(|event| event.topics.clone()).collect();
        let name = |name: &str| {
            let mut topic = name.as_bytes().to_vec();
            topic.resize(32, 0);
            topic
        };
        assert_eq!(topics[0], [name("UnitsBooked"), batch.0.to_vec()]);
        assert_eq!(topics[1], [name("BatchReleased"), batch.0.to_vec(), account.0.to_vec()]);
        let expected = [name("UnitReverted"), batch.0.to_vec(), unit.0.to_vec(), account.0.to_vec()];
        assert_eq!(topics[2], expected);
        assert_eq!(events[2].data, reverted.encode());
    }
}
