use std::path::PathBuf;

use axum::body::Body;
use axum::extract::Extension;
use axum::http::header::WWW_AUTHENTICATE;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::Router;
use tower::ServiceExt;

use super::*;

const FIRST: &str = "0123456789abcdef0123456789abcdef";
const SECOND: &str = "fedcba9876543210fedcba9876543210";
const ROLES: Roles = &["reader", "manufacturer"];

fn write(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens");
    write(&path, text);
    (folder, path)
}

fn whose(tokens: &Tokens, token: &str) -> Option<(String, &'static str)> {
    tokens.caller(token).map(|caller| (caller.name.to_string(), caller.role))
}

#[test]
fn a_token_is_exchanged_without_a_restart_and_both_are_valid_meanwhile() {
    let (_folder, path) = file(FIRST);
    let tokens = Tokens::new(Location::File(path.clone()), ROLES).unwrap();
    assert_eq!(whose(&tokens, FIRST), Some(("caller".to_owned(), "reader")));
    assert_eq!(whose(&tokens, SECOND), None);
    write(&path, &format!("ward-3 {FIRST}\n\n  ward-4\tmanufacturer  {SECOND}\n"));
    tokens.0.look_soon();
    assert_eq!(whose(&tokens, FIRST), Some(("ward-3".to_owned(), "reader")));
    assert_eq!(whose(&tokens, SECOND), Some(("ward-4".to_owned(), "manufacturer")));
    write(&path, &format!("ward-4 {SECOND}"));
    tokens.0.look_soon();
    assert_eq!(
        (whose(&tokens, FIRST), whose(&tokens, SECOND)),
        (None, Some(("ward-4".to_owned(), "reader")))
    );
    // A file that is half written takes nobody's access.
    write(&path, "ward-4 fedc");
    tokens.0.look_soon();
    assert_eq!(whose(&tokens, SECOND), Some(("ward-4".to_owned(), "reader")));
    assert_eq!(whose(&tokens, "fedc"), None);
}

#[test]
fn a_file_without_usable_tokens_is_refused() {
    let many = format!("{FIRST}\n").repeat(MAX_TOKENS + 1);
    for text in [
        "",
        "\n",
        "short",
        &format!("Jane Doe {FIRST}"),
        &format!("Ward {FIRST}"),
        &format!("ward owner {FIRST}"),
        &format!("ward reader manufacturer {FIRST}"),
        &many,
    ] {
        let (_folder, path) = file(text);
        let error = Tokens::new(Location::File(path), ROLES).unwrap_err();
        assert!(!error.to_string().contains(FIRST), "{error}");
    }
    let (_folder, path) = file(&format!("ward owner {FIRST}"));
    let error = Tokens::new(Location::File(path), ROLES).unwrap_err();
    assert!(error.to_string().ends_with("the roles are reader, manufacturer"), "{error}");
}

async fn ask(need: Need, authorization: &[&str]) -> (u16, Option<String>) {
    let (_folder, path) = file(&format!("ward {FIRST}\nplant manufacturer {SECOND}"));
    let tokens = Arc::new(Tokens::new(Location::File(path), ROLES).unwrap());
    let handler = |caller: Option<Extension<Caller>>| async move {
        caller.map_or("nobody".to_owned(), |caller| caller.name.to_string())
    };
    let router =
        Router::new().route("/", get(handler)).layer(from_fn_with_state(Guard { tokens, need }, guard));
    let mut request = Request::new(Body::empty());
    for value in authorization {
        request.headers_mut().append(AUTHORIZATION, value.parse().unwrap());
    }
    let answer = router.oneshot(request).await.unwrap();
    let challenge = answer.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    if status != 200 {
        return (status, challenge);
    }
    let body = axum::body::to_bytes(answer.into_body(), 100).await.unwrap();
    (status, Some(String::from_utf8(body.to_vec()).unwrap()))
}

#[tokio::test]
async fn a_call_without_a_right_token_is_answered_401() {
    assert_eq!(ask(Need::Token, &[]).await, (401, Some("Bearer".to_owned())));
    let basic = format!("Basic {FIRST}");
    assert_eq!(ask(Need::Token, &[&basic]).await, (401, Some("Bearer".to_owned())));
    let wrong = format!("Bearer {}", FIRST.replace('f', "e"));
    let invalid = || (401, Some("Bearer error=\"invalid_token\"".to_owned()));
    assert_eq!(ask(Need::Token, &[&wrong]).await, invalid());
    assert_eq!(ask(Need::Nothing, &[&wrong]).await, invalid(), "a wrong one is never taken for none");
    let right = format!("Bearer {FIRST}");
    assert_eq!(
        ask(Need::Token, &[&right, &right]).await.0,
        401,
        "a proxy and we must not take different ones"
    );
}

#[tokio::test]
async fn a_token_without_the_role_is_answered_403() {
    let need = Need::OneOf(&["manufacturer"]);
    let insufficient = (403, Some("Bearer error=\"insufficient_scope\"".to_owned()));
    assert_eq!(ask(need, &[&format!("Bearer {FIRST}")]).await, insufficient);
    assert_eq!(ask(need, &[&format!("bearer  {SECOND}")]).await, (200, Some("plant".to_owned())));
    assert_eq!(ask(Need::Token, &[&format!("Bearer {FIRST}")]).await, (200, Some("ward".to_owned())));
    assert_eq!(ask(Need::Nothing, &[]).await, (200, Some("nobody".to_owned())));
}
