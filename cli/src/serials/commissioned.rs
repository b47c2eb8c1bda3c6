//! The list in EPCIS events: who commissions packs says their serials (EPCIS 2.0, 7.4.1; CBV 2.0, 7.1 *commissioning*).

use std::path::Path;

use epcis::limits::MAX_DOCUMENT;
use epcis::{Action, Document, Event, EventType, Value};
use gs1::{Gtin, MedicinePack};

use super::{SerialList, SerialListError};
use crate::time;

impl SerialList {
    /// The serials of a batch in the order in which the events of a document commission its packs. What else the events
    /// commission is passed over: cases, and packs of other products. A pack of another lot is known by the lot in its
    /// identifier or in the event's `ilmd`.
    pub fn read_events(path: &Path, gtin: Gtin, lot: &str) -> Result<Self, SerialListError> {
        let bytes = files::read(path, MAX_DOCUMENT)?;
        let document = Document::read(&bytes)
            .map_err(|error| SerialListError::NotEvents { path: path.to_owned(), error })?;
        let year = time::current_year();
        let of_batch = |identifier: &str| {
            let pack = MedicinePack::parse(epcis::canonical(identifier)?, year).ok()?;
            let is_ours = pack.gtin() == gtin && pack.lot().is_none_or(|stated| stated == lot);
            is_ours.then(|| pack.serial().map(str::to_owned)).flatten()
        };
        let events = document.events().filter(|event| commissions(event, lot));
        let serials: Vec<String> =
            events.flat_map(|event| event.identifiers("epcList")).filter_map(of_batch).collect();
        if serials.is_empty() {
            return Err(SerialListError::NotCommissioned { path: path.to_owned() });
        }
        // As if they stood in a list, each on its line.
        Self::parse(path, &serials.join("\n"))
    }
}

/// Whether an event commissions packs of this lot, as far as it names one.
fn commissions(event: &Event, lot: &str) -> bool {
    let ilmd = event.body().get("ilmd").and_then(Value::as_object);
    let stated = ilmd.and_then(|ilmd| ilmd.iter().find(|(name, _)| name.ends_with(":lotNumber")));
    let of_lot = stated.and_then(|(_, stated)| stated.as_str()).is_none_or(|stated| stated == lot);
    event.event_type() == EventType::Object
        && event.action() == Some(Action::Add)
        && event.biz_step().is_none_or(|step| step == "commissioning")
        && of_lot
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(events: &str) -> Result<Vec<String>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let document = format!(
            r#"{{"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
                "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-01-02T03:04:05Z",
                "epcisBody": {{"eventList": [{events}]}}}}"#
        );
        std::fs::write(file.path(), document).unwrap();
        let list = SerialList::read_events(file.path(), Gtin::new(9_506_000_134_352).unwrap(), "ABC123");
        list.map(|list| list.serials).map_err(|error| error.to_string())
    }

    fn event(action: &str, more: &str, epcs: &[&str]) -> String {
        let epcs = epcs.join("\", \"");
        format!(
            r#"{{"type": "ObjectEvent", "action": "{action}", "eventTime": "2026-01-02T03:04:05Z",
                "eventTimeZoneOffset": "+00:00"{more}, "epcList": ["{epcs}"]}}"#
        )
    }

    fn link(serial: &str) -> String {
        format!("https://id.gs1.org/01/09506000134352/21/{serial}")
    }

    #[test]
    fn the_serials_are_those_of_the_commissioned_packs_in_their_order() {
        let commissioning = r#", "bizStep": "commissioning""#;
        let of_lot = |lot: &str| format!(r#"{commissioning}, "ilmd": {{"cbvmda:lotNumber": "{lot}"}}"#);
        let other = "https://id.gs1.org/01/04012345111118/21/Z9";
        let case = "urn:epc:id:sscc:0614141.1234567890";
        let lot = "https://id.gs1.org/01/09506000134352/10/OTHER/21/Z8";
        let events = [
            event("ADD", commissioning, &["urn:epc:id:sgtin:9506000.013435.A2", case, other, lot]),
            event("OBSERVE", commissioning, &[&link("Z1")]),
            event("ADD", r#", "bizStep": "decommissioning""#, &[&link("Z2")]),
            event("ADD", &of_lot("OTHER"), &[&link("Z3")]),
            event("ADD", &of_lot("ABC123"), &["https://maker.example/01/09506000134352/10/ABC123/21/A1"]),
            event("ADD", "", &[&link("A%2F3")]),
        ];
        assert_eq!(read(&events.join(",")).unwrap(), ["A2", "A1", "A/3"]);
    }

    #[test]
    fn events_that_are_not_the_batchs_are_refused_with_what_to_do() {
        let none = read(&event("OBSERVE", "", &[&link("A1")])).unwrap_err();
        assert!(none.contains("commission no pack of this batch; give those with action ADD"), "{none}");
        let twice = read(&event("ADD", "", &[&link("A1"), &link("A1")])).unwrap_err();
        assert!(twice.contains("are the same serial; each pack needs its own"), "{twice}");
        let broken = read("[").unwrap_err();
        assert!(broken.contains("give an EPCIS 2.0 document, in JSON-LD or XML"), "{broken}");
    }
}
