use super::*;
use primitives::feeds::{RequestCancelled, ResultRequested};

const DEADLINE: u64 = NOW + 1_000;

fn ask(data: &mut Data, call: Call) -> Result<ResultRequested, Error> {
    data.request_result(call, feed(), SUBJECT, DEADLINE)
}

#[test]
fn a_request_has_a_number_of_its_own() {
    let mut data = with_feed();
    let event = ResultRequested {
        feed: feed(),
        subject: SUBJECT,
        by: provider().actor(),
        request: 0,
        deadline: DEADLINE,
    };
    assert_eq!(ask(&mut data, provider()), Ok(event));
    let requester = provider().actor();
    let record = Request { feed: feed(), subject: SUBJECT, requester, deadline: DEADLINE };
    assert_eq!(data.request(0), Some(record));
    assert_eq!(ask(&mut data, provider()).unwrap().request, 1);
}

/// What was withdrawn or answered leaves a gap: its number is never given out again.
#[test]
fn open_requests_are_listed_by_their_numbers_with_how_many_there_ever_were() {
    let mut data = with_feed();
    assert_eq!(data.list_requests(0, 50), (0, Vec::new()));
    for _ in 0..53 {
        ask(&mut data, provider()).unwrap();
    }
    for closed in [0, 7, 52] {
        data.cancel_request(provider(), closed).unwrap();
    }
    let listed = |start, limit| {
        let (made, open) = data.list_requests(start, limit);
        assert_eq!(made, 53);
        open.iter().for_each(|(number, request)| assert_eq!(data.request(*number).as_ref(), Some(request)));
        open.into_iter().map(|(number, _)| number).collect::<Vec<_>>()
    };
    assert_eq!(listed(0, 3), [1, 2]);
    assert_eq!(listed(5, 4), [5, 6, 8]);
    assert_eq!(listed(0, u32::MAX).len(), 48, "50 numbers are looked at, and two of them are closed");
    assert_eq!(listed(50, 50), [50, 51]);
    for beyond in [52, 53, u64::MAX] {
        assert!(listed(beyond, 50).is_empty());
    }
}

#[test]
fn an_account_without_a_role_requests_nothing() {
    assert_eq!(ask(&mut with_feed(), anybody()), Err(Error::CallerNotAuthorised));
}

#[test]
fn a_request_is_about_a_feed_that_exists_and_ends_in_the_future() {
    let mut data = with_feed();
    let other = FeedId::named("other").unwrap();
    let unknown = data.request_result(provider(), other, SUBJECT, DEADLINE);
    assert_eq!(unknown, Err(Error::UnknownFeed));
    let past = data.request_result(provider(), feed(), SUBJECT, NOW - 1);
    assert_eq!(past, Err(Error::DeadlineInPast));
    assert!(data.request_result(provider(), feed(), SUBJECT, NOW).is_ok());
}

#[test]
fn its_requester_withdraws_a_request_once() {
    let mut data = with_feed();
    ask(&mut data, provider()).unwrap();
    // Another organisation, and the requester's own account once it acts for it no more.
    let former = Call { organisation: None, ..provider() };
    for caller in [admin(), regulator(), anybody(), former] {
        assert_eq!(data.cancel_request(caller, 0), Err(Error::CallerNotRequester));
    }
    let cancelled = RequestCancelled { by: provider().actor(), request: 0 };
    assert_eq!(data.cancel_request(provider(), 0), Ok(cancelled));
    assert_eq!(data.request(0), None);
    assert_eq!(data.cancel_request(provider(), 0), Err(Error::UnknownRequest));
}

#[test]
fn any_account_of_the_organisation_withdraws_its_request() {
    let mut data = with_feed();
    ask(&mut data, provider()).unwrap();
    let colleague = call(4, provider().organisation, &[Role::Provider]);
    let cancelled = RequestCancelled { by: colleague.actor(), request: 0 };
    assert_eq!(data.cancel_request(colleague, 0), Ok(cancelled));
}

#[test]
fn an_account_of_no_organisation_withdraws_only_its_own_request() {
    let mut data = with_feed();
    ask(&mut data, admin()).unwrap();
    let other_contract = call(5, None, &[Role::Sentinel]);
    for caller in [other_contract, anybody(), provider()] {
        assert_eq!(data.cancel_request(caller, 0), Err(Error::CallerNotRequester));
    }
    let cancelled = RequestCancelled { by: admin().actor(), request: 0 };
    assert_eq!(data.cancel_request(admin(), 0), Ok(cancelled));
}

#[test]
fn a_report_answers_a_request_once() {
    let (mut data, operators) = with_operators(1, 0);
    ask(&mut data, provider()).unwrap();
    let answer = Report { request: Some(0), ..report(&data, 1, &[5]) };
    assert_eq!(send(&mut data, anybody(), &operators, &answer, &[0]).unwrap().request, Some(0));
    assert_eq!(data.request(0), None);
    let again = Report { round: 2, ..answer };
    assert_eq!(send(&mut data, anybody(), &operators, &again, &[0]), Err(Error::UnknownRequest));
}

#[test]
fn a_report_answers_only_its_own_request() {
    let (mut data, operators) = with_operators(1, 0);
    let other = FeedId::named("other").unwrap();
    data.create_feed(admin(), other, definition()).unwrap();
    data.request_result(provider(), other, SUBJECT, DEADLINE).unwrap();
    data.request_result(provider(), feed(), Subject([1; 32]), DEADLINE).unwrap();
    for request in [0, 1] {
        let answer = Report { request: Some(request), ..report(&data, 1, &[5]) };
        let refused = send(&mut data, anybody(), &operators, &answer, &[0]);
        assert_eq!(refused, Err(Error::RequestMismatch));
    }
    let unknown = Report { request: Some(2), ..report(&data, 1, &[5]) };
    assert_eq!(send(&mut data, anybody(), &operators, &unknown, &[0]), Err(Error::UnknownRequest));
}

#[test]
fn an_answer_after_the_deadline_is_refused() {
    let (mut data, operators) = with_operators(1, 0);
    ask(&mut data, provider()).unwrap();
    let answer = Report { request: Some(0), ..report(&data, 1, &[5]) };
    let late = at(anybody(), DEADLINE + 1);
    assert_eq!(send(&mut data, late, &operators, &answer, &[0]), Err(Error::RequestExpired));
    assert!(data.request(0).is_some(), "a refused answer leaves the request open");
    assert!(send(&mut data, at(anybody(), DEADLINE), &operators, &answer, &[0]).is_ok());
}
