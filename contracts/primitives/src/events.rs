use core::marker::PhantomData;

use ink::env::event::{state, EventTopicsAmount, TopicsBuilder, TopicsBuilderBackend};
use ink::env::{DefaultEnvironment, Environment, Event};
use ink::prelude::vec::Vec;
use ink::scale::{Encode, Output};

/// Emits an event whose topics are its first fields: two or three of 32 bytes each.
///
/// The chain gets the same bytes as from ink!'s own way to emit it. But that one is compiled anew for every event,
/// which costs a contract with twenty events a fifth of its size.
pub fn emit<E: Event>(event: &E) {
    let mut data = Vec::with_capacity(256);
    event.encode_to(&mut data);
    emit_encoded(Signature::<E>::TOPIC, <E::RemainingTopics as EventTopicsAmount>::AMOUNT, &data);
}

/// The event's signature in the code's data, where no call copies it.
struct Signature<E>(PhantomData<E>);

impl<E: Event> Signature<E> {
    const TOPIC: &'static [u8; 32] = match &E::SIGNATURE_TOPIC {
        Some(topic) => topic,
        None => &[0; 32],
    };
}

#[inline(never)]
fn emit_encoded(signature: &[u8; 32], topics: usize, data: &[u8]) {
    match topics {
        3 => ink::env::emit_event::<DefaultEnvironment, _>(Encoded::<2> { signature, data }),
        _ => ink::env::emit_event::<DefaultEnvironment, _>(Encoded::<3> { signature, data }),
    }
}

/// An event in its encoding, which starts with so many fields that are topics.
struct Encoded<'a, const FIELDS: usize> {
    signature: &'a [u8; 32],
    data: &'a [u8],
}

impl<const FIELDS: usize> Encoded<'_, FIELDS> {
    fn topic(&self, number: usize) -> Option<&[u8; 32]> {
        self.data.chunks_exact(32).nth(number)?.first_chunk()
    }
}

impl<const FIELDS: usize> Encode for Encoded<'_, FIELDS> {
    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        dest.write(self.data);
    }
}

impl Event for Encoded<'_, 2> {
    type RemainingTopics = [state::HasRemainingTopics; 3];
    const SIGNATURE_TOPIC: Option<[u8; 32]> = None;

    fn topics<E, B>(&self, builder: TopicsBuilder<state::Uninit, E, B>) -> B::Output
    where
        E: Environment,
        B: TopicsBuilderBackend<E>,
    {
        let builder = builder.build::<Self>().push_topic(Some(self.signature));
        builder.push_topic(self.topic(0)).push_topic(self.topic(1)).finish()
    }
}

impl Event for Encoded<'_, 3> {
    type RemainingTopics = [state::HasRemainingTopics; 4];
    const SIGNATURE_TOPIC: Option<[u8; 32]> = None;

    fn topics<E, B>(&self, builder: TopicsBuilder<state::Uninit, E, B>) -> B::Output
    where
        E: Environment,
        B: TopicsBuilderBackend<E>,
    {
        let builder = builder.build::<Self>().push_topic(Some(self.signature));
        builder.push_topic(self.topic(0)).push_topic(self.topic(1)).push_topic(self.topic(2)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccountId;

    #[ink::event]
    #[derive(Clone)]
    struct TwoTopics {
        #[ink(topic)]
        first: [u8; 32],
        #[ink(topic)]
        second: AccountId,
        text: Vec<u8>,
    }

    #[ink::event]
    #[derive(Clone)]
    struct ThreeTopics {
        #[ink(topic)]
        first: [u8; 32],
        #[ink(topic)]
        second: AccountId,
        #[ink(topic)]
        third: [u8; 32],
        amount: Option<u64>,
    }

    #[ink::test]
    fn an_event_has_the_same_bytes_as_by_inks_own_way() {
        let two = TwoTopics { first: [1; 32], second: [2; 32].into(), text: vec![3; 300] };
        let three = ThreeTopics { first: [1; 32], second: [2; 32].into(), third: [3; 32], amount: Some(4) };
        ink::env::emit_event::<DefaultEnvironment, _>(two.clone());
        ink::env::emit_event::<DefaultEnvironment, _>(three.clone());
        emit(&two);
        emit(&three);
        let events: Vec<_> = ink::env::test::recorded_events().collect();
        let bytes = |number: usize| (&events[number].topics, &events[number].data);
        assert_eq!((bytes(0), bytes(1)), (bytes(2), bytes(3)));
        assert_eq!((events[0].topics.len(), events[1].topics.len()), (3, 4));
    }
}
