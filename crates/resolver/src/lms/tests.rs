use primitives::units::{Outcome, Reason, Reasons, Verdict};
use serde_json::{json, Value};

use super::reply::code;
use super::*;
use crate::{Body, Incoming, Resolver, Root, Setup};

const UUID: &str = "9b48b0d2-5b5c-4d0e-8a1c-0d7a4c9e2f11";
const PACK: &str = "/01/09506000134352/10/ABC-1/21/XYZ%2F7";

fn ask(path: &str, query: &str) -> Result<Request, u16> {
    let root = Root::read("https://id.example.org").unwrap();
    let setup = Setup { root, name: "Example".into(), operator: None, links: vec![] };
    let query = format!("linkType=verificationService&{query}");
    let incoming = Incoming { method: "GET", path, query: Some(&query), ..Incoming::default() };
    let answer = Resolver::new(setup).unwrap().answer(&incoming, 2026);
    match answer.body {
        Body::Verification(request) => Ok(*request),
        _ => Err(answer.status),
    }
}

fn block() -> Block {
    Block { number: 17, hash: "0xabcd".into() }
}

fn reply_to(reasons: &[Reason]) -> Result<Value, u16> {
    let facts = reasons.iter().fold(Reasons::default(), |facts, reason| facts.with(*reason));
    reply_by(&Verdict::new(facts, false, 1_790_000_000_123))
}

fn reply_by(verdict: &Verdict) -> Result<Value, u16> {
    let request = ask(PACK, &format!("17=280229&corrUUID={UUID}")).unwrap();
    let responder = Responder { gln: Some("9506000134376".parse().unwrap()) };
    let text = reply(&request, verdict, &block(), responder).map_err(|problem| problem.status())?;
    Ok(serde_json::from_str(&text).unwrap())
}

/// What is answered for these reasons: verified, the failure reason, and the additional information.
fn data(reasons: &[Reason]) -> Value {
    reply_to(reasons).unwrap()["data"].clone()
}

fn failed(reason: &str, info: Option<&str>) -> Value {
    let mut data = json!({ "verified": false, "verificationFailureReason": reason });
    if let Some(info) = info {
        data["additionalInfo"] = info.into();
    }
    data
}

#[test]
fn a_pack_against_which_nothing_speaks_is_verified() {
    assert_eq!(
        reply_to(&[]).unwrap(),
        json!({
            "verificationTimestamp": "2026-09-21T14:13:20.123Z",
            "responderGLN": "9506000134376",
            "data": { "verified": true },
            "corrUUID": UUID,
            "register": {
                "outcome": "genuine", "reasons": [], "notes": [], "unknownReasons": 0,
                "block": { "number": 17, "hash": "0xabcd" },
            },
        })
    );
}

#[test]
fn only_a_verdict_without_any_fact_about_this_pack_is_verified() {
    for reason in Reason::ALL {
        // Other packs of the batch are quarantined somewhere, and this one is not known to be one of them.
        if reason == Reason::UnitsQuarantined {
            assert_eq!(reply_to(&[reason]).unwrap()["data"], json!({ "verified": true }));
            let with_another = reply_to(&[reason, Reason::UnitDispensed]).unwrap();
            assert_eq!(with_another["data"], failed("Manufacturer_policy", None));
            continue;
        }
        match reply_to(&[reason]) {
            Ok(answer) => assert_eq!(answer["data"]["verified"], false, "{reason:?}"),
            Err(status) => assert_eq!(status, 503, "{reason:?}"),
        }
    }
}

#[test]
fn a_dispensed_pack_is_genuine_for_its_patient_and_not_verified_for_a_return() {
    let answer = reply_to(&[Reason::UnitDispensed]).unwrap();
    assert_eq!(answer["register"]["outcome"], "genuine");
    assert_eq!(answer["register"]["notes"], json!(["unit-dispensed"]));
    assert_eq!(answer["data"], failed("Manufacturer_policy", None));
}

#[test]
fn each_kind_of_fact_has_its_words() {
    for (reason, expected) in [
        (Reason::BatchRecalled, failed("Manufacturer_policy", Some("Recalled"))),
        (Reason::UnitRecalled, failed("Manufacturer_policy", Some("Recalled"))),
        (Reason::UnitDestroyed, failed("Manufacturer_policy", None)),
        (Reason::NoUnitsLeft, failed("Manufacturer_policy", None)),
        (Reason::UnitStolen, failed("Not_for_re-distribution", Some("Suspect"))),
        (Reason::AlarmOpen, failed("Not_for_re-distribution", Some("Suspect"))),
        (Reason::CounterfeitConfirmed, failed("Not_for_re-distribution", Some("Illegitimate"))),
        (Reason::UnitQuarantined, failed("Not_for_re-distribution", Some("Suspect"))),
        (Reason::NotReleased, failed("Not_for_re-distribution", None)),
        (Reason::BlockedByRegulator, failed("Not_for_re-distribution", None)),
        (Reason::UnitCondemned, failed("Not_for_re-distribution", None)),
        (Reason::Expired, failed("Manufacturer_policy", Some("Expired"))),
        (Reason::ExpiryMismatch, failed("No_match_GTIN_Serial_Expiry", None)),
        (Reason::SerialNotInBatch, failed("No_match_GTIN_Serial_Lot", None)),
        (Reason::BatchUnknown, failed("No_match_GTIN_Serial_Lot", None)),
        (Reason::SerialsNotRegistered, failed("No_match_GTIN_Serial", None)),
        (Reason::UnitPacked, failed("No_reason_provided", None)),
    ] {
        assert_eq!(data(&[reason]), expected, "{reason:?}");
    }
}

#[test]
fn a_recall_outranks_everything_else() {
    for other in Reason::ALL {
        let expected = failed("Manufacturer_policy", Some("Recalled"));
        assert_eq!(data(&[other, Reason::BatchRecalled]), expected, "{other:?}");
    }
}

#[test]
fn a_serial_that_could_not_be_checked_gets_no_answer_unless_something_speaks_against_the_pack() {
    assert_eq!(reply_to(&[Reason::SerialUnproven]), Err(503));
    assert_eq!(reply_to(&[Reason::DispensingStopped]), Err(503));
    let expected = failed("Manufacturer_policy", Some("Expired"));
    assert_eq!(data(&[Reason::SerialUnproven, Reason::Expired]), expected);
    assert_eq!(
        data(&[Reason::SerialUnproven, Reason::BatchUnknown]),
        failed("No_match_GTIN_Serial_Lot", None)
    );
}

#[test]
fn another_lot_and_another_expiry_have_a_word_of_their_own() {
    let expected = failed("No_match_GTIN_Serial_Lot_Expiry", None);
    assert_eq!(data(&[Reason::SerialNotInBatch, Reason::ExpiryMismatch]), expected);
}

#[test]
fn an_outcome_that_is_not_good_is_not_verified_even_without_a_reason_that_is_known() {
    let mut verdict = Verdict::new(Reasons::default(), false, 0);
    verdict.outcome = Outcome::Decommissioned;
    assert_eq!(reply_by(&verdict).unwrap()["data"], failed("No_reason_provided", None));
}

#[test]
fn a_correlation_is_repeated_only_if_it_is_a_uuid() {
    assert_eq!(ask(PACK, &format!("corrUUID={UUID}")).unwrap().correlation(), Some(UUID));
    for other in
        ["1", "9b48b0d25b5c4d0e8a1c0d7a4c9e2f11", "9b48b0d2-5b5c-4d0e-8a1c-0d7a4c9e2fzz", "%3Cscript%3E"]
    {
        let request = ask(PACK, &format!("corrUUID={other}")).unwrap();
        assert_eq!(request.correlation(), None, "{other}");
        let text =
            reply(&request, &Verdict::new(Reasons::default(), false, 0), &block(), Responder::default());
        assert!(!text.unwrap().contains("corrUUID"));
    }
}

#[test]
fn a_requester_is_a_gln_and_a_context_a_word() {
    let request = ask(PACK, "reqGLN=9506000134376&context=dscsaSaleableReturn").unwrap();
    assert_eq!(request.requester().unwrap().to_string(), "9506000134376");
    assert_eq!(request.context(), Some("dscsaSaleableReturn"));
    assert_eq!(ask(PACK, "reqGLN=9506000134375"), Err(400));
    assert_eq!(ask(PACK, "context=a%20b"), Err(400));
}

#[test]
fn a_verification_without_a_serial_is_refused() {
    assert_eq!(ask("/01/09506000134352/10/ABC-1", ""), Err(400));
}

#[test]
fn no_parameter_names_a_place() {
    let plain = ask(PACK, "").unwrap();
    for parameter in ["site=7", "holder=7", "gln=9506000134376", "location=1", "414=9506000134376"] {
        let request = ask(PACK, parameter).unwrap();
        assert_eq!(request.identity().pack().serial(), plain.identity().pack().serial());
        assert_eq!((request.requester(), request.context()), (None, None), "{parameter}");
    }
}

#[test]
fn a_code_is_the_name_in_kebab_case() {
    assert_eq!(code(Reason::SerialNotInBatch), "serial-not-in-batch");
    assert_eq!(code(Outcome::NotReleased), "not-released");
}
