//! The choice among several links of one type (GS1-Conformant Resolver 2.6.3).

use crate::links::Link;
use crate::request::Request;

/// What is left.
pub(crate) enum Choice<'a> {
    /// One link fits best.
    One(&'a Link),
    /// These fit equally well, or there is none.
    Several(Vec<&'a Link>),
}

/// The links that fit a request best: by its context, then by its languages, then by what it accepts. A link that says
/// nothing about one of them fits everybody, less well than one that was meant.
pub(crate) fn choose<'a>(links: &[&'a Link], request: &Request) -> Choice<'a> {
    let by_context = |link: &Link| match &request.context {
        Some(context) if link.context.contains(context) => 2,
        _ => u64::from(link.context.is_empty()),
    };
    let by_language = |link: &Link| match request.languages.fit(&link.hreflang) {
        0 => u64::from(link.hreflang.is_empty()),
        // Above a link that has no language.
        fit => fit.saturating_add(1),
    };
    let by_media_type = |link: &Link| match &link.media_type {
        Some(media_type) => u64::from(request.accept.fit(media_type).quality).saturating_mul(2),
        None => u64::from(request.accept.anything()).saturating_mul(2).saturating_add(1),
    };
    let left = best(best(best(links.to_vec(), by_context), by_language), by_media_type);
    match left.as_slice() {
        [one] => Choice::One(one),
        _ => Choice::Several(left),
    }
}

/// Those with the greatest score.
fn best(links: Vec<&Link>, score: impl Fn(&Link) -> u64) -> Vec<&Link> {
    let greatest = links.iter().map(|link| score(link)).max();
    links.into_iter().filter(|link| Some(score(link)) == greatest).collect()
}
