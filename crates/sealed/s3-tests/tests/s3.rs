//! The store on S3, over real HTTP with real signatures. One test, because S3 is set up by environment variables.

use sealed::{hash, Store, StoreError, MAX_ENVELOPE};
use sealed_s3_tests::serve;

#[tokio::test]
async fn envelopes_are_kept_in_a_bucket_that_is_not_trusted() {
    let root = tempfile::tempdir().unwrap();
    let bucket = root.path().join("terms");
    std::fs::create_dir(&bucket).unwrap();
    let endpoint = serve(root.path(), "theriac", "a secret of the test").await;
    std::env::set_var("AWS_ENDPOINT_URL", &endpoint);
    std::env::set_var("AWS_REGION", "us-east-1");
    std::env::set_var("AWS_ACCESS_KEY_ID", "theriac");
    std::env::set_var("AWS_SECRET_ACCESS_KEY", "a secret of the test");

    // Plain HTTP is for tests, and must be enabled explicitly.
    let store = Store::open("s3://terms/2026").unwrap();
    let error = store.put(b"envelope").await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    std::env::set_var("AWS_ALLOW_HTTP", "true");

    let store = Store::open("s3://terms/2026").unwrap();
    let hash = put_and_get(&store, b"envelope").await;
    let object = bucket.join("2026").join(hex::encode(hash));
    assert_eq!(std::fs::read(&object).unwrap(), b"envelope");
    let longest = vec![7; MAX_ENVELOPE];
    put_and_get(&store, &longest).await;
    assert!(matches!(store.get([1; 32]).await, Err(StoreError::NotFound { .. })));

    std::fs::write(&object, b"Envelope").unwrap();
    assert!(matches!(store.get(hash).await, Err(StoreError::Tampered { .. })));
    assert!(matches!(store.put(b"envelope").await, Err(StoreError::Tampered { .. })));
    assert_eq!(std::fs::read(&object).unwrap(), b"Envelope", "put if absent");
    std::fs::write(&object, vec![0; MAX_ENVELOPE + 1]).unwrap();
    assert!(matches!(store.get(hash).await, Err(StoreError::TooLong { .. })));

    // The server refuses another key, and no message shows it.
    std::env::set_var("AWS_SECRET_ACCESS_KEY", "hunter2");
    let error = Store::open("s3://terms/2026").unwrap().get(hash).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

async fn put_and_get(store: &Store, bytes: &[u8]) -> [u8; 32] {
    let put = store.put(bytes).await.unwrap();
    assert_eq!(put, hash(bytes));
    assert_eq!(store.put(bytes).await.unwrap(), put, "a repetition is not an error");
    assert_eq!(store.get(put).await.unwrap(), bytes);
    put
}
