//! Products from a list: all that is wrong is said before anything is sent, and what is authorised already is left as it is.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::path::Path;

use csv::StringRecord;
use futures::future::try_join_all;
use gs1::Gtin;
use primitives::governance::{Market, MAX_MARKETS};
use primitives::products::{NewProduct, Product, MAX_MAKERS, MAX_PRODUCTS};
use primitives::{DocumentHash, OrganisationId};
use serde_json::json;
use view::gtin_text;

use super::data;
use crate::answer::Answer;
use crate::context::{changed, Context};
use crate::document;
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::input;
use crate::named::OrganisationRef;
use crate::time;

/// The largest list that is read, in bytes.
const MAX_LIST: usize = 16 << 20;
/// How many bad lines are shown to people; programs get all of them.
const SHOWN: usize = 50;

const COLUMNS: [&str; 6] = ["gtin", "holder", "makers", "markets", "until", "document"];

/// A list of products, in which every line can be read.
#[derive(Debug)]
pub struct List(Vec<Entry>);

/// A line of it.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    line: u64,
    gtin: Gtin,
    holder: OrganisationRef,
    makers: Vec<OrganisationRef>,
    markets: Vec<Market>,
    until: Option<u64>,
    document: DocumentHash,
}

/// What is wrong, by lines.
#[derive(Debug, Default)]
struct Problems(Vec<(u64, String)>);

impl Problems {
    fn note<T>(&mut self, line: u64, found: Result<T, String>) -> Option<T> {
        found.map_err(|cause| self.0.push((line, cause))).ok()
    }

    /// A failure that names every line, where there is anything wrong.
    fn ensure_none(mut self, exit: Exit) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.sort();
        let mut message = "nothing was sent: correct these lines of the list, and give it again".to_owned();
        for (line, cause) in self.0.iter().take(SHOWN) {
            // Writing to a string does not fail.
            let _ = write!(message, "\n  line {line}: {cause}");
        }
        if let Some(more @ 1..) = self.0.len().checked_sub(SHOWN) {
            let _ = write!(message, "\n  and {more} more: --json has all of them");
        }
        let lines: Vec<_> =
            self.0.iter().map(|(line, cause)| json!({ "line": line, "cause": cause })).collect();
        Err(Failure::new(exit, message)
            .with_code("products/bad-list")
            .with_details(json!({ "lines": lines })))
    }
}

impl List {
    /// Reads a list, and the documents that it names.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = input::text(path, MAX_LIST)?;
        Self::parse(&text, |named| document_of(path, named))
    }

    fn parse(text: &str, document: impl Fn(&str) -> Result<DocumentHash, String>) -> Result<Self, Failure> {
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().map_err(Failure::bad_input)?;
        if header.iter().ne(COLUMNS) {
            let message = format!(
                "the list's first line is not {}; write it so, and separate columns by commas",
                COLUMNS.join(",")
            );
            return Err(Failure::bad_input(message).with_code("products/bad-list"));
        }
        let (mut entries, mut problems, mut documents) = (Vec::new(), Problems::default(), HashMap::new());
        let mut lines: HashMap<Gtin, u64> = HashMap::new();
        for record in reader.records() {
            let record = record.map_err(Failure::bad_input)?;
            let line = line_of(&record, text);
            let Some(mut entry) = read_entry(line, &record, &mut problems) else { continue };
            if let Some(first) = lines.insert(entry.gtin, line) {
                problems
                    .0
                    .push((line, format!("{} is in line {first}, too; name each product once", entry.gtin)));
            }
            let named = record.get(5).unwrap_or_default();
            let found = documents.entry(named.to_owned()).or_insert_with(|| document(named)).clone();
            if let Some(found) = problems.note(line, found) {
                entry.document = found;
                entries.push(entry);
            }
        }
        problems.ensure_none(Exit::BadInput)?;
        if entries.is_empty() {
            return Err(Failure::bad_input("the list has no product; write one on each line"));
        }
        Ok(Self(entries))
    }
}

/// The number of a record's line. The reader counts from the end of the record before: blank lines come in between.
fn line_of(record: &StringRecord, text: &str) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let rest = usize::try_from(position.byte()).ok().and_then(|start| text.as_bytes().get(start..));
    let blank = rest.unwrap_or_default().iter().take_while(|byte| byte.is_ascii_whitespace());
    (position.line()..)
        .zip(blank.filter(|byte| **byte == b'\n'))
        .last()
        .map_or(position.line(), |(line, _)| line.saturating_add(1))
}

/// A document as a list names it: by its SHA-256, or as a file from the list's folder on.
fn document_of(list: &Path, named: &str) -> Result<DocumentHash, String> {
    if named.is_empty() {
        return Err("no document is named; write a file or its SHA-256".to_owned());
    }
    match named.parse() {
        Ok(hash) => Ok(hash),
        Err(_) => document::hash_of(&list.parent().unwrap_or(Path::new("")).join(named)),
    }
}

/// All of a line but its document.
fn read_entry(line: u64, record: &StringRecord, problems: &mut Problems) -> Option<Entry> {
    let before = problems.0.len();
    let given = record.len();
    if given != COLUMNS.len() {
        problems.0.push((line, format!("it has {given} columns, not {}", COLUMNS.len())));
        return None;
    }
    let column = |number: usize| record.get(number).unwrap_or_default();
    let many = |number: usize| column(number).split([' ', ';']).filter(|part| !part.is_empty());
    let gtin = problems.note(line, column(0).parse::<Gtin>().map_err(|error| format!("the GTIN: {error}")));
    let holder =
        problems.note(line, column(1).parse().map_err(|error: String| format!("the holder: {error}")));
    let makers: Vec<Option<OrganisationRef>> = many(2)
        .map(|text| problems.note(line, text.parse().map_err(|error: String| format!("a maker: {error}"))))
        .collect();
    let markets: Vec<Option<Market>> = many(3).map(|text| problems.note(line, text.parse())).collect();
    let until = match column(4) {
        "" => None,
        text => problems.note(line, time::parse_end(text).map_err(|error| format!("until: {error}"))),
    };
    let different: HashSet<_> = markets.iter().flatten().map(|market| market.0).collect();
    if !(1..=MAX_MARKETS).contains(&markets.len()) || different.len() < markets.iter().flatten().count() {
        problems.0.push((line, format!("markets: name 1 to {MAX_MARKETS}, each once")));
    }
    if makers.len() > MAX_MAKERS {
        problems.0.push((line, format!("makers: name at most {MAX_MAKERS}")));
    }
    if problems.0.len() > before {
        return None;
    }
    let (makers, markets) = (makers.into_iter().flatten().collect(), markets.into_iter().flatten().collect());
    let document = DocumentHash([0; 32]);
    Some(Entry { line, gtin: gtin?, holder: holder?, makers, markets, until, document })
}

/// Authorises what the list names and what is not authorised yet, in messages of 50.
pub async fn run(list: &List, global: &Global) -> Result<Answer, Failure> {
    let context = &Context::open(global).await?;
    let mut problems = Problems::default();
    let products = resolve(context, list, &mut problems).await?;
    let all = products.len();
    let missing = not_authorised(context, products, &mut problems).await?;
    problems.ensure_none(Exit::Refused)?;
    let unchanged = all.saturating_sub(missing.len());
    ensure_accepted(context, &missing).await?;
    let (count, mut done, mut last) = (missing.len(), 0_usize, None);
    for part in missing.chunks(MAX_PRODUCTS) {
        let part: Vec<NewProduct> = part.iter().map(|(_, product)| product.clone()).collect();
        let receipt = context.submit(&context.products().authorise(&part)).await.map_err(|failure| match done {
            0 => failure,
            done => failure.with_hint(&format!(
                "{done} of {count} products are authorised now; give the same list again to go on with the others."
            )),
        })?;
        done = done.saturating_add(part.len());
        if count > MAX_PRODUCTS {
            eprintln!("{done} of {count} products");
        }
        last = Some(receipt);
    }
    let gtins: Vec<_> = missing.iter().map(|(_, product)| data(product)["gtin"].clone()).collect();
    let data = json!({ "authorised": gtins, "unchanged": unchanged });
    let text = format!("Authorised {count} products; {unchanged} were authorised already as the list says.");
    match last {
        Some(receipt) => changed(&receipt, &text, data),
        None => Answer::new(text, &data),
    }
}

/// The products with the numbers of their organisations.
async fn resolve(
    context: &Context<'_>,
    list: &List,
    problems: &mut Problems,
) -> Result<Vec<(u64, NewProduct)>, Failure> {
    let mut numbers: HashMap<&OrganisationRef, Result<OrganisationId, String>> = HashMap::new();
    let mut products = Vec::new();
    for entry in &list.0 {
        let mut found = Vec::new();
        for named in std::iter::once(&entry.holder).chain(&entry.makers) {
            if !numbers.contains_key(named) {
                let number = match context.find_organisation(named).await {
                    Ok(entry) => Ok(entry.id),
                    Err(failure) if failure.exit() == Exit::Refused => Err(failure.to_string()),
                    Err(failure) => return Err(failure),
                };
                numbers.insert(named, number);
            }
            let number = numbers.get(named).cloned().unwrap_or_else(|| Err("unknown".to_owned()));
            found.extend(problems.note(entry.line, number));
        }
        let Some((holder, makers)) =
            found.split_first().filter(|(_, makers)| makers.len() == entry.makers.len())
        else {
            continue;
        };
        let mut named = HashSet::from([*holder]);
        if !makers.iter().all(|maker| named.insert(*maker)) {
            let cause = "makers: name each once, and the holder not among them".to_owned();
            problems.0.push((entry.line, cause));
        }
        let product = NewProduct {
            gtin: entry.gtin.value(),
            holder: *holder,
            makers: makers.to_vec(),
            markets: entry.markets.clone(),
            until: entry.until,
            document: entry.document,
        };
        products.push((entry.line, product));
    }
    Ok(products)
}

/// Those that are not authorised. What is authorised otherwise, or withdrawn, is a problem.
async fn not_authorised(
    context: &Context<'_>,
    products: Vec<(u64, NewProduct)>,
    problems: &mut Problems,
) -> Result<Vec<(u64, NewProduct)>, Failure> {
    let mut missing = Vec::new();
    let register = context.products();
    for part in products.chunks(MAX_PRODUCTS) {
        let calls: Vec<_> = part.iter().map(|(_, product)| register.product(product.gtin)).collect();
        let known = try_join_all(calls.iter().map(|call| context.read(call))).await?;
        for ((line, product), known) in part.iter().zip(known) {
            match known {
                None => missing.push((*line, product.clone())),
                Some(known) => {
                    problems.note(*line, ensure_same(product, known));
                }
            }
        }
    }
    Ok(missing)
}

/// Refuses a product that is authorised, and not as the list says.
fn ensure_same(listed: &NewProduct, known: Product) -> Result<(), String> {
    let gtin = gtin_text(listed.gtin);
    if known.withdrawn.is_some() {
        return Err(format!(
            "the authorisation of {gtin} is withdrawn; restore it with `theriac product restore`, or authorise it by itself"
        ));
    }
    let sorted = |mut makers: Vec<OrganisationId>, mut markets: Vec<Market>| {
        makers.sort_unstable();
        markets.sort_unstable();
        (makers, markets)
    };
    let Product { holder, makers, markets, until, document, .. } = known;
    let (known_makers, known_markets) = sorted(makers, markets);
    let (makers, markets) = sorted(listed.makers.clone(), listed.markets.clone());
    let different: Vec<&str> = [
        ("holder", listed.holder != holder),
        ("makers", makers != known_makers),
        ("markets", markets != known_markets),
        ("until", listed.until != until),
        ("document", listed.document != document),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect();
    match different.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "{gtin} is authorised already, and not so: {}; see `theriac product show`, and change it with `theriac product \
             change`",
            different.join(", ")
        )),
    }
}

/// Refuses lines that the contract would refuse now: asks about messages first, and where one is refused, about its lines.
async fn ensure_accepted(context: &Context<'_>, products: &[(u64, NewProduct)]) -> Result<(), Failure> {
    if products.is_empty() {
        return Ok(());
    }
    let (account, register) = (context.account()?.id(), context.products());
    let mut problems = Problems::default();
    for part in products.chunks(MAX_PRODUCTS) {
        let all: Vec<NewProduct> = part.iter().map(|(_, product)| product.clone()).collect();
        let refused = match context.chain.dry_run(&register.authorise(&all), account).await {
            Ok(_) => continue,
            Err(error) => Failure::from(error),
        };
        if refused.exit() != Exit::Refused {
            return Err(refused);
        }
        let before = problems.0.len();
        for (line, product) in part {
            let call = register.authorise(std::slice::from_ref(product));
            if let Err(error) = context.chain.dry_run(&call, account).await {
                problems.0.push((*line, Failure::from(error).to_string()));
            }
        }
        // Each by itself is accepted: such are GTINs of different prefixes by a delegate.
        if problems.0.len() == before {
            return Err(refused);
        }
    }
    problems.ensure_none(Exit::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "gtin,holder,makers,markets,until,document\n";

    fn parse(lines: &str) -> Result<List, Failure> {
        List::parse(&format!("{HEADER}{lines}"), |named| match named {
            "missing.pdf" => Err("the document cannot be read".to_owned()),
            _ => Ok(DocumentHash([7; 32])),
        })
    }

    #[test]
    fn a_list_is_read_with_blanks_and_semicolons_between_makers_and_markets() {
        let List(entries) = parse(
            "9506000134352,6291041500213,3;4 5,DE; fr,2031-12-31,a.pdf\n\n\"09506000134369\",2,,EU,,a.pdf\n",
        )
        .unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!((entries[0].line, entries[1].line), (2, 4));
        assert_eq!(entries[0].makers, [3, 4, 5].map(OrganisationRef::Number));
        assert_eq!(entries[0].markets, [Market(*b"DE"), Market(*b"FR")]);
        assert_eq!(entries[0].until, Some(1_956_527_999_999));
        assert_eq!((entries[1].until, entries[1].makers.len()), (None, 0));
    }

    #[test]
    fn every_bad_line_is_named_with_its_number_and_cause() {
        let lines = "\
9506000134353,2,,DE,,a.pdf
9506000134352,Alpha,x,D1,tomorrow,a.pdf
9506000134352,2,,DE,,missing.pdf
9506000134369,2,,DE,,a.pdf
9506000134369,2,,DE DE,,a.pdf
9506000134376,2,,DE
9506000134383,2,1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17,,,a.pdf
";
        let failure = parse(lines).unwrap_err();
        let details = failure.to_json()["error"]["details"]["lines"].clone();
        let found: Vec<u64> =
            details.as_array().unwrap().iter().map(|it| it["line"].as_u64().unwrap()).collect();
        assert_eq!(found, [2, 3, 3, 3, 3, 4, 6, 7, 8, 8]);
        let text = failure.to_string();
        assert!(text.starts_with("nothing was sent: correct these lines"), "{text}");
        for said in [
            "line 2: the GTIN: ",
            "line 3: \"D1\" is not a market",
            "line 4: the document cannot be read",
            "line 6: markets: name 1 to 64, each once",
            "line 7: it has 4 columns, not 6",
            "line 8: makers: name at most 16",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }

    #[test]
    fn a_product_twice_no_product_and_another_header_are_refused() {
        let twice =
            parse("9506000134352,2,,DE,,a.pdf\n9506000134352,3,,DE,,a.pdf\n").unwrap_err().to_string();
        assert!(twice.contains("line 3: 09506000134352 is in line 2, too"), "{twice}");
        assert!(parse("").unwrap_err().to_string().starts_with("the list has no product"));
        let other = List::parse("gtin;holder\n", |_| Ok(DocumentHash([0; 32]))).unwrap_err().to_string();
        assert!(other.contains("separate columns by commas"), "{other}");
    }

    #[test]
    fn a_product_that_is_authorised_otherwise_is_named_with_what_differs() {
        let listed = NewProduct {
            gtin: 9_506_000_134_352,
            holder: 1,
            makers: vec![2, 3],
            markets: vec![Market(*b"DE")],
            until: None,
            document: DocumentHash([7; 32]),
        };
        let known = |makers: Vec<OrganisationId>, until| Product {
            holder: 1,
            makers,
            markets: listed.markets.clone(),
            until,
            document: listed.document,
            authority: 0,
            authorised_at: 0,
            withdrawn: None,
        };
        assert_eq!(ensure_same(&listed, known(vec![3, 2], None)), Ok(()), "in any order");
        let refused = ensure_same(&listed, known(vec![2], Some(9))).unwrap_err();
        assert!(
            refused.starts_with("09506000134352 is authorised already, and not so: makers, until;"),
            "{refused}"
        );
    }
}
