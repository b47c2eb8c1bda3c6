//! The rules of `products`, message by message.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use kernel::Call;
use primitives::governance::Markets;
use primitives::products::{Error, NewBatch, NewProduct};
use products::{Authority, Data};
use testing::goods::*;
use testing::parties::*;
use testing::rules::empty_products as empty;

mod authorisation;
mod registration;
mod release_gate;

/// What `governance` says of the regulator, whose market the product's is; there are 100 organisations.
fn known() -> Markets {
    Markets { markets: vec![MARKET], organisations: 100 }
}

fn authority(known: &Markets) -> Authority<'_> {
    Authority { organisation: organisation(5), known, delegated: None }
}

fn authorise(data: &mut Data, product: NewProduct) -> Result<(), Error> {
    data.authorise(&regulator(), authority(&known()), vec![product]).map(drop)
}

/// A register that knows the product, of which the manufacturer is the holder.
fn with_product() -> Data {
    let mut data = empty();
    authorise(&mut data, new_product(organisation(1))).unwrap();
    data
}
