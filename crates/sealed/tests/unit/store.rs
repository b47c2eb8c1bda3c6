//! The store in a folder, which is not trusted.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use sealed::{hash, Store, StoreError, MAX_ENVELOPE};
use tempfile::TempDir;

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&format!("file://{}", folder.path().display())).unwrap();
    (folder, store)
}

#[tokio::test]
async fn an_envelope_is_found_by_its_hash() {
    let (folder, store) = store();
    let hash = store.put(b"envelope").await.unwrap();
    assert_eq!(hash, sealed::hash(b"envelope"));
    assert!(folder.path().join(hex::encode(hash)).is_file());
    assert_eq!(store.get(hash).await.unwrap(), b"envelope");
    assert_eq!(store.put(b"envelope").await.unwrap(), hash, "a repetition is not an error");
}

#[tokio::test]
async fn a_missing_envelope_is_reported_as_missing() {
    let (_folder, store) = store();
    assert!(matches!(store.get([1; 32]).await, Err(StoreError::NotFound { .. })));
}

#[tokio::test]
async fn changed_bytes_are_refused_and_never_replaced() {
    let (folder, store) = store();
    let hash = store.put(b"envelope").await.unwrap();
    let object = folder.path().join(hex::encode(hash));
    std::fs::write(&object, b"Envelope").unwrap();
    assert!(matches!(store.get(hash).await, Err(StoreError::Tampered { .. })));
    assert!(matches!(store.put(b"envelope").await, Err(StoreError::Tampered { .. })));
    assert_eq!(std::fs::read(&object).unwrap(), b"Envelope");
}

#[tokio::test]
async fn an_object_longer_than_an_envelope_is_not_read() {
    let (folder, store) = store();
    let long = vec![0; MAX_ENVELOPE + 1];
    std::fs::write(folder.path().join(hex::encode(hash(&long))), &long).unwrap();
    let length = long.len() as u64;
    assert!(matches!(store.get(hash(&long)).await, Err(StoreError::TooLong { length: it }) if it == length));
}

#[test]
fn an_invalid_address_is_refused_without_showing_its_secret() {
    for (address, reason) in [
        ("", "relative URL without a base"),
        ("/folder", "relative URL without a base"),
        ("https://example.com", "not supported"),
        ("file:///no/such/folder", "folder does not exist"),
        ("s3:///", "not name a bucket"),
        ("s3://key:hunter2@bucket", "secret"),
        ("s3://bucket?secret=hunter2", "query"),
    ] {
        let error = Store::open(address).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
