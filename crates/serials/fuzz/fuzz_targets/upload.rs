//! Whatever is sent as a list, and in whatever pieces, only the registered one is taken in.
#![no_main]

use std::sync::LazyLock;

use primitives::{BatchId, BatchKey};
use serials::body::{leaves, root, Head};
use serials::{Lists, Registered, StorageKey};
use tempfile::TempDir;

struct Held {
    /// The folder is there as long as its lists.
    _folder: TempDir,
    lists: Lists,
    registered: Registered,
    list: Vec<u8>,
}

static HELD: LazyLock<Held> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let lists = Lists::open(folder.path(), StorageKey::generate().expect("a key")).expect("lists");
    let (batch, key) = (BatchId([1; 32]), BatchKey::new([2; 32]));
    let serials = ["S0", "S1", "S2"];
    let leaves = leaves(batch, &serials, &key);
    let registered = Registered { batch, root: root(&leaves).expect("a root"), quantity: 3 };
    let head = Head { key, first: b"S0".to_vec() }.encode().expect("a head");
    let list = [&head[..], leaves.as_flattened()].concat();
    Held { _folder: folder, lists, registered, list }
});

// The first byte says how many bytes a piece has, the second from where on the list itself is sent. So every fault is near
// a list that is right.
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let [piece, kept, rest @ ..] = input else { return };
    let held = &*HELD;
    let own = held.list.get(..usize::from(*kept).min(held.list.len())).unwrap_or_default();
    let body = [own, rest].concat();
    let mut upload = held.lists.upload(held.registered).expect("an upload");
    let written = body.chunks(usize::from(*piece).max(1)).try_for_each(|part| upload.write(part));
    let taken = written.is_ok() && upload.finish().is_ok();
    assert_eq!(taken, body == held.list, "{body:?}");
    if taken {
        assert_eq!(held.lists.remove(held.registered.batch).ok(), Some(true));
    }
});
