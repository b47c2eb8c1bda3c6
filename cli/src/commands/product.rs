//! `theriac product`: who may make which product.

mod args;
mod import;
mod list;

use primitives::products::{NewProduct, Product};
use primitives::Prefix;
use serde_json::json;
use view::directory::{Mentioned, Names, OrganisationView};
use view::gtin_text;

pub use args::ProductCommand;

use self::args::{AuthoriseArgs, ChangeArgs};
use crate::answer::Answer;
use crate::context::Context;
use crate::document;
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::named::OrganisationRef;
use crate::product_view::{self, ProductView};
use crate::recall::RecallArgs;
use crate::time;

/// Shown below the help.
pub const EXAMPLES: &str = "\
An organisation is named by its number, a GLN or its URI.

Examples:
  theriac product authorise 9506000134352 --holder 6291041500213 \\
      --market DE --until 2031-12-31 --document authorisation.pdf
  theriac product authorise --file products.csv
  theriac product list --until 2027-12-31     what ends until then
  theriac product change 9506000134352 --holder 6291041500268 \\
      --document transfer.pdf
  theriac product withdraw 9506000134352 i contamination \\
      --document instructions.pdf
  theriac product restore 9506000134352 --document report.pdf
  theriac product delegate 9506000 6291041500213
  theriac product delegate 9506000 --nobody

A file for --file has the columns gtin, holder, makers, markets, until and document. Makers and
markets are separated by blanks or semicolons; until may be empty; a document is a file, from the
folder of the list on, or its SHA-256. The same list can be given again: what is authorised as it
says is left as it is.";

/// Runs a command of `theriac product`.
pub async fn run(command: ProductCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        ProductCommand::Authorise(args) => match &args.file {
            // What is wrong in the list is reported before a chain is asked.
            Some(file) => import::run(&import::List::read(file)?, global).await,
            None => authorise(&Context::open(global).await?, *args).await,
        },
        ProductCommand::Show { gtin } => {
            let context = Context::open(global).await?;
            let product = known(&context, gtin.value()).await?;
            let names = names(&context, [&product]).await?;
            Answer::of(&ProductView::new(gtin.value(), &product, &names, time::now_ms()))
        }
        ProductCommand::List(args) => list::run(&Context::open(global).await?, &args).await,
        ProductCommand::Change(args) => change(&Context::open(global).await?, *args).await,
        ProductCommand::Withdraw { gtin, recall } => {
            withdraw(&Context::open(global).await?, gtin.value(), &recall).await
        }
        ProductCommand::Restore { gtin, document } => {
            let document = document.hash()?;
            let context = Context::open(global).await?;
            let call = context.products().restore(gtin.value(), document);
            let done =
                format!("The authorisation of {gtin} stands again, and the recall of its batches is ended.");
            let data = json!({ "gtin": gtin.to_string(), "document": document.to_string() });
            context.change(&call, &done, data).await
        }
        ProductCommand::Delegate { prefix, organisation, .. } => {
            delegate(&Context::open(global).await?, prefix, organisation).await
        }
        ProductCommand::Delegation { prefix } => delegation(&Context::open(global).await?, prefix).await,
    }
}

/// The organisations that products name.
async fn names<'p>(
    context: &Context<'_>,
    products: impl IntoIterator<Item = &'p Product>,
) -> Result<Names, Failure> {
    let mut mentioned = Mentioned::default();
    products.into_iter().for_each(|product| product_view::mention(product, &mut mentioned));
    context.names(&mentioned).await
}

async fn known(context: &Context<'_>, gtin: u64) -> Result<Product, Failure> {
    context.read(&context.products().product(gtin)).await?.ok_or_else(|| {
        let gtin = gtin_text(gtin);
        let message = format!(
            "no product {gtin} is authorised; compare it with the print, or see `theriac product list`"
        );
        Failure::new(Exit::Refused, message).with_code("products/unknown-product")
    })
}

async fn authorise(context: &Context<'_>, args: AuthoriseArgs) -> Result<Answer, Failure> {
    let given = || Failure::bad_input("give a GTIN with its holder, or a list of products with --file");
    let (gtin, holder) = (args.gtin.ok_or_else(given)?, args.holder.ok_or_else(given)?);
    let document = document::hash(args.document.as_deref(), args.sha256)?;
    let holder = context.find_organisation(&holder).await?;
    let makers = organisations(context, &args.makers).await?;
    let product = NewProduct {
        gtin: gtin.value(),
        holder: holder.id,
        makers,
        markets: args.markets,
        until: args.until,
        document,
    };
    let done = format!(
        "Authorised {gtin}: {} and its makers may register batches.",
        OrganisationView::from(&holder)
    );
    let call = context.products().authorise(std::slice::from_ref(&product));
    context.change(&call, &done, json!({ "product": data(&product) })).await
}

async fn organisations(
    context: &Context<'_>,
    named: &[OrganisationRef],
) -> Result<Vec<primitives::OrganisationId>, Failure> {
    let mut found = Vec::new();
    for named in named {
        found.push(context.find_organisation(named).await?.id);
    }
    Ok(found)
}

/// What is authorised, for programs.
fn data(product: &NewProduct) -> serde_json::Value {
    let markets: Vec<String> = product.markets.iter().map(ToString::to_string).collect();
    json!({
        "gtin": gtin_text(product.gtin), "holder": product.holder, "makers": product.makers, "markets": markets,
        "until": product.until.map(time::rfc3339), "document": product.document.to_string(),
    })
}

async fn change(context: &Context<'_>, args: ChangeArgs) -> Result<Answer, Failure> {
    let gtin = args.gtin.value();
    let Product { holder, makers, markets, until, document, .. } = known(context, gtin).await?;
    let former = NewProduct { gtin, holder, makers, markets, until, document };
    let mut product = former.clone();
    if let Some(named) = &args.holder {
        product.holder = context.find_organisation(named).await?.id;
    }
    if args.no_maker {
        product.makers.clear();
    } else if !args.makers.is_empty() {
        product.makers = organisations(context, &args.makers).await?;
    }
    if !args.markets.is_empty() {
        product.markets = args.markets;
    }
    match (args.until, args.no_end) {
        (Some(until), _) => product.until = Some(until),
        (None, true) => product.until = None,
        (None, false) => {}
    }
    if args.document.is_some() || args.sha256.is_some() {
        product.document = document::hash(args.document.as_deref(), args.sha256)?;
    }
    if product == former {
        return Err(Failure::bad_input(
            "nothing is different; give what changes: see `theriac product show`",
        ));
    }
    let done = format!("Changed the authorisation of {}. What was registered stays what it is.", args.gtin);
    let call = context.products().change(&product);
    context.change(&call, &done, json!({ "former": data(&former), "product": data(&product) })).await
}

async fn withdraw(context: &Context<'_>, gtin: u64, recall: &RecallArgs) -> Result<Answer, Failure> {
    let order = recall.order()?;
    let named = gtin_text(gtin);
    context.ask_before(&format!(
        "You withdraw the authorisation of {named}, and recall all of its batches that are registered until now. \
         Another account restores it, after two days."
    ))?;
    let call = context.products().withdraw(gtin, &order.into());
    let done = format!(
        "Withdrew the authorisation of {named}: {}. Every verdict on its packs says so now.",
        order.summary()
    );
    let mut data = order.data();
    data["gtin"] = json!(named);
    context.change(&call, &done, data).await
}

async fn delegate(
    context: &Context<'_>,
    prefix: Prefix,
    organisation: Option<OrganisationRef>,
) -> Result<Answer, Failure> {
    let delegate = match organisation {
        Some(named) => Some(context.find_organisation(&named).await?),
        None => None,
    };
    let call = context.products().delegate(prefix, delegate.as_ref().map(|entry| entry.id));
    let done = match &delegate {
        Some(entry) => format!(
            "{} authorises products of the company prefix {prefix} now, in your place.",
            OrganisationView::from(entry)
        ),
        None => format!("Nobody authorises products of the company prefix {prefix} in your place any more."),
    };
    let delegate = delegate.as_ref().map(OrganisationView::from);
    context.change(&call, &done, json!({ "prefix": prefix.to_string(), "delegate": delegate })).await
}

async fn delegation(context: &Context<'_>, prefix: Prefix) -> Result<Answer, Failure> {
    let Some(delegation) = context.read(&context.products().delegation(prefix)).await? else {
        let text = format!("The company prefix {prefix} is delegated to nobody.");
        return Answer::new(
            text,
            &json!({ "prefix": prefix.to_string(), "delegate": null, "authority": null }),
        );
    };
    let organisations = [delegation.authority, delegation.delegate].into();
    let names = context.names(&Mentioned { organisations, ..Mentioned::default() }).await?;
    let (authority, delegate) =
        (names.organisation(delegation.authority), names.organisation(delegation.delegate));
    let text =
        format!("{delegate} authorises products of the company prefix {prefix} in place of {authority}.");
    Answer::new(text, &json!({ "prefix": prefix.to_string(), "delegate": delegate, "authority": authority }))
}
