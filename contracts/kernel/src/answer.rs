use scale::Encode;

/// The last thing that a message does which changes no state: it answers with this value.
///
/// The answer is not a `Result`, whose error would have to revert the call. On chain this ends the call: so no contract
/// calls such a message of its own. The value is encoded by the code that stores and emits values of its type; ink! would
/// add another copy of that for each message.
#[inline]
pub fn answer<T: Encode>(value: T) -> T {
    #[cfg(not(feature = "std"))]
    answer_encoded(&primitives::encoded(&Ok::<_, ink::LangError>(&value)));
    #[cfg(feature = "std")]
    value
}

#[cfg(not(feature = "std"))]
#[inline(never)]
fn answer_encoded(answer: &[u8]) -> ! {
    use crate::storage::bytes::Borrowed;

    ink::env::return_value(ink::env::ReturnFlags::empty(), &Borrowed(answer))
}
