use primitives::products::NewBatch;
use primitives::{BatchId, SerialTree};
use serde_json::json;

use super::args::RegisterArgs;
use crate::answer::Answer;
use crate::context::{changed, Context};
use crate::failure::Failure;
use crate::global::Global;
use crate::serials::{file_name, SerialList};

/// Registers a batch with the root of its serials, or with a quantity alone.
pub async fn run(args: RegisterArgs, global: &Global) -> Result<Answer, Failure> {
    let RegisterArgs { gtin, lot, expiry, packs, key, units_per_case } = args;
    let id = BatchId::of(gtin.value(), lot.as_bytes());
    let tree = match &packs.serials {
        Some(path) => {
            let list = SerialList::read(path).map_err(Failure::bad_input)?;
            Some(list.tree(id, &key.key(gtin, &lot)?).map_err(Failure::bad_input)?)
        }
        None => None,
    };
    let quantity = tree.as_ref().map(SerialTree::quantity).or(packs.quantity);
    let quantity = quantity.ok_or_else(|| Failure::bad_input("give --serials or --quantity"))?;
    let serial_root = tree.as_ref().map(SerialTree::root);
    let new = NewBatch {
        gtin: gtin.value(),
        lot: lot.clone().into(),
        expiry: expiry.to_yymmdd(),
        quantity,
        serial_root,
        units_per_case,
    };
    let context = Context::open(global).await?;
    let site = context.acting_site().await?;
    let receipt = context.submit(&context.products().register_batch(site, &new)).await?;

    let mut done = format!("Registered lot {lot} of {gtin}: {quantity} packs.\nBatch {id}");
    let mut data = json!({
        "batch": id.to_string(),
        "gtin": gtin.to_string(),
        "lot": lot,
        "expiry": expiry.to_string(),
        "quantity": quantity,
        "site": site,
        "serial_root": serial_root.map(|root| format!("0x{}", hex::encode(root))),
    });
    if tree.is_some() {
        let name = file_name(gtin, &lot, "txt");
        done.push_str(&format!(
            "\nKeep the list of serials: with the batch key, it proves each pack. In a folder of lists, call it {name}; in a \
             folder of keys, call its key {}.",
            file_name(gtin, &lot, "key")
        ));
        data["serial_list_name"] = json!(name);
    }
    changed(&receipt, &done, data)
}
