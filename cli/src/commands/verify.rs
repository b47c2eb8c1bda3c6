//! `theriac verify`: judges a pack by its code.

use clap::Args;
use gs1::MedicinePack;
use scan::{lot_of, Unreadable};
use view::judge::{judge, Asked, Given, Judgement, Proves};
use view::{Audience, VerdictView};

use crate::answer::Answer;
use crate::code::{self, CodeArgs};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::named::SiteRef;
use crate::proof::ProofArgs;
use crate::time;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  theriac verify '(01)09506000134352(17)271231(10)ABC123(21)S0000001' \\
      --serials serials.txt --batch-key-file ABC123.key
  theriac verify https://id.gs1.org/01/09506000134352/10/ABC123/21/S0000001 \\
      --serials lists/ --batch-key-file keys/
  theriac verify --image pack.png --serials lists/ \\
      --batch-key-file keys/ --json
  theriac verify --image pack.png --proof proof.json
  theriac verify --image pack.png --proof proof.json --holder 6291041500237

There are two readings. Genuine, for anybody: nothing speaks against the pack, and notes say what
became of it. Valid, where a site is named with --holder: the pack may be dispensed there now.
The exit code is 0 where the pack is valid at the site that is named, or genuine where none is, and
3 otherwise: all reasons are named. Without a proof, or the list of serials and the batch key, a pack
with a serial is neither.
Where the scanner is at fault (Caps Lock, keyboard layout, lost or spelled-out separators, a prefix, a doubled or cut
scan), that is reported instead of a verdict, with every code that can be on the pack; the exit code is 2. Another code
of the pack, such as its linear barcode or a PPN, is named for what it is.";

/// Options of `theriac verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    #[command(flatten)]
    code: CodeArgs,

    #[command(flatten)]
    proof: ProofArgs,

    /// The site where the pack is, by GLN or number: asks whether it may be dispensed there now
    #[arg(long, value_name = "SITE")]
    holder: Option<SiteRef>,
}

/// Judges a pack, with a proof of its serial where there is a list.
pub async fn run(args: &VerifyArgs, global: &Global) -> Result<Answer, Failure> {
    let code = args.code.text()?;
    let given = given(code::parse(&code)?, &args.proof)?;
    let context = Context::open(global).await?;
    let site = match args.holder {
        Some(holder) => Some(context.find_site(holder).await?),
        None => None,
    };
    let asked = Asked { code: &code, given, site, now: time::now_ms() };
    match judge(&context.chain, &context.deployment.contracts, asked, &args.proof).await? {
        Judgement::Scanner(diagnosis) => Err(Unreadable::ScannerFault(diagnosis).into()),
        Judgement::Pack(judged) => {
            let view = VerdictView::new(&judged, Audience::CommandLine);
            let exit = if view.is_good() { Exit::Success } else { Exit::NotValid };
            Ok(Answer::of(&view)?.with_exit(exit))
        }
    }
}

/// What list or proof show about a pack. A folder that lacks the batch's list or key is not an error: perhaps the batch is
/// not registered, and the verdict says so.
fn given(pack: MedicinePack, args: &ProofArgs) -> Result<Given, Failure> {
    let mut given = Given::new(pack)?;
    let pack = given.pack();
    let Some(serial) = pack.serial() else { return Ok(given) };
    match args.evidence(pack.gtin(), lot_of(pack)?, serial) {
        Err(missing) if missing.is_missing() => given.note = Some(missing.to_string()),
        evidence => given.evidence = evidence?,
    }
    Ok(given)
}

impl Proves for ProofArgs {
    type Error = chain::Error;

    /// A pack whose list or proof cannot be used is none that the scanner meant.
    async fn given(&self, pack: MedicinePack) -> Result<Option<Given>, Self::Error> {
        Ok(given(pack, self).ok())
    }
}
