use clap::Args;

use super::names;
use crate::answer::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::named::OrganisationRef;
use crate::product_view::ProductView;
use crate::time;

/// Options of `theriac product list`.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// Only products that this organisation holds or makes: its number, a GLN or its URI
    #[arg(long, value_name = "ORGANISATION")]
    of: Option<OrganisationRef>,
    /// Only products whose authorisation stands and ends until then: a day or moment
    #[arg(long, value_name = "DAY", value_parser = time::parse_end)]
    until: Option<u64>,
}

/// Lists products.
pub async fn run(context: &Context<'_>, args: &ListArgs) -> Result<Answer, Failure> {
    let of = match &args.of {
        Some(named) => Some(context.find_organisation(named).await?.id),
        None => None,
    };
    let register = context.products();
    let mut products = context.all(|start, limit| register.products(start, limit)).await?;
    products.retain(|(_, product)| {
        let ends =
            |last: u64| product.withdrawn.is_none() && product.until.is_some_and(|until| until <= last);
        of.is_none_or(|of| product.is_made_by(of)) && args.until.is_none_or(ends)
    });
    let names = names(context, products.iter().map(|(_, product)| product)).await?;
    let now = time::now_ms();
    let views: Vec<ProductView> =
        products.iter().map(|(gtin, product)| ProductView::new(*gtin, product, &names, now)).collect();
    Answer::list(&views, "No such product is authorised.")
}
