//! What the contract `batches` takes, answers, stores, emits and refuses with.

mod batch;
mod custody;
mod error;
mod events;
mod goods;
mod product_books;
mod quarantine;
mod recall;
mod unit_books;

pub use batch::{Batch, NotMarketable, Registration, Stop, MAX_PAGE, MAX_QUANTITY};
pub use custody::{
    Arrival, Contents, Goods, LogisticUnit, Purpose, RejectionReason, Shipment, Withdrawal, MAX_CHILDREN,
    MAX_LEVEL,
};
pub use error::Error;
pub use events::*;
pub use goods::{Hold, Holding, Places};
pub use product_books::{Registered, Released};
pub use quarantine::{
    ClearanceReason, QuarantineError, QuarantineReason, QuarantineTarget, MAX_TRAIL, TRAIL,
};
pub use recall::{
    Recall, RecallClass, RecallEnded, RecallNotice, RecallReason, RecallScope, RecallSet, MAX_RECALLS,
};
pub use unit_books::{
    Booked, Booking, BookingError, Move, Packed, PositionFacts, UnitPlace, UnitState, Whereabouts, Which,
};
