use super::*;

#[test]
fn two_gateways_do_not_share_a_folder() {
    let folder = Folder::new();
    let second = Lists::open(folder.path.path(), storage()).unwrap_err();
    assert!(matches!(&second, Error::InUse { path } if path == folder.path.path()));
    assert!(second.to_string().contains("is used by another gateway"), "{second}");
    let Folder { lists, path } = folder;
    drop(lists);
    assert!(Lists::open(path.path(), storage()).is_ok());
}

#[test]
fn lists_are_held_over_a_restart_and_what_was_not_whole_is_gone() {
    let serials = serials(200);
    let Folder { lists, path } = Folder::holding(&serials);
    let before = lists.status();
    drop(lists);
    let left = path.path().join("0123456789abcdef0123456789abcdef.part");
    std::fs::write(&left, [1; 100]).unwrap();
    std::fs::write(path.path().join("notes.txt"), "not ours").unwrap();
    let lists = Lists::open(path.path(), storage()).unwrap();
    assert_eq!(lists.status(), before);
    assert!(!left.exists() && path.path().join("notes.txt").exists());
    let list = lists.find(registered(&serials)).unwrap().unwrap();
    assert!(list.prove(b"S200").unwrap().into_proof().verifies(
        BATCH,
        b"S200",
        registered(&serials).root,
        200
    ));
}

#[test]
fn another_storage_key_opens_nothing() {
    let Folder { lists, path } = Folder::holding(&serials(3));
    drop(lists);
    let error = Lists::open(path.path(), StorageKey::new([2; 32])).unwrap_err();
    assert!(matches!(error, Error::WrongStorageKey { .. }));
    assert!(error.to_string().contains("give the key with which this folder was filled"), "{error}");
    assert!(Lists::open(path.path(), storage()).is_ok(), "and the lists stay");
}

#[test]
fn a_second_upload_of_a_list_changes_nothing() {
    let serials = serials(100);
    let folder = Folder::holding(&serials);
    let (before, bytes) = (folder.lists.status(), std::fs::read(folder.file()).unwrap());
    assert_eq!(folder.upload(registered(&serials), &body(&serials, &key())).unwrap(), Outcome::Unchanged);
    assert_eq!((folder.lists.status(), std::fs::read(folder.file()).unwrap()), (before, bytes));
    assert_eq!(folder.names().len(), 1);
}

#[test]
fn the_list_of_a_new_registration_replaces_the_old_one_and_a_refused_one_does_not() {
    let (old, new) = (serials(100), serials(50));
    let folder = Folder::holding(&old);
    assert!(folder.lists.find(registered(&new)).unwrap().is_none(), "of another registration");
    assert_eq!(
        folder.refused(registered(&new), &body(&new[..49], &key())),
        Refused::TooFew { found: 49, quantity: 50 }
    );
    // A proof that is under way when its list is replaced comes to its end.
    let open = folder.lists.find(registered(&old)).unwrap().unwrap();
    assert_eq!(folder.upload(registered(&new), &body(&new, &key())).unwrap(), Outcome::Replaced);
    let root = registered(&old).root;
    assert!(open.prove(b"S99").unwrap().into_proof().verifies(BATCH, b"S99", root, 100));
    assert!(folder.lists.find(registered(&old)).unwrap().is_none());
    assert!(folder.lists.find(registered(&new)).unwrap().is_some());
}

#[test]
fn a_list_that_was_removed_is_gone() {
    let serials = serials(3);
    let folder = Folder::holding(&serials);
    assert!(folder.lists.remove(BATCH).unwrap());
    assert!(!folder.lists.remove(BATCH).unwrap());
    assert!(folder.lists.find(registered(&serials)).unwrap().is_none());
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn a_file_that_somebody_took_away_is_named() {
    let serials = serials(3);
    let folder = Folder::holding(&serials);
    std::fs::remove_file(folder.file()).unwrap();
    let error = folder.lists.find(registered(&serials)).unwrap_err();
    assert!(matches!(&error, Error::File { path, .. } if *path == folder.file()), "{error}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_a_list_and_no_key_stands_in_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::holding(&serials(3));
    assert_eq!(std::fs::metadata(folder.file()).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = std::fs::read(folder.file()).unwrap();
    assert!(!bytes.windows(32).any(|window| window == key().expose()));
}

#[test]
fn several_lists_are_taken_in_at_once() {
    let folder = Folder::new();
    let serials = serials(2000);
    std::thread::scope(|scope| {
        for number in 0..4_u8 {
            let (lists, serials) = (folder.lists.clone(), &serials);
            scope.spawn(move || {
                let batch = BatchId([number; 32]);
                let root = SerialTree::new(batch, serials, &key()).unwrap().root();
                let registered = Registered { batch, root, quantity: 2000 };
                assert_eq!(lists.take_serials(registered, &key(), serials).unwrap(), Outcome::Taken);
            });
        }
    });
    assert_eq!(folder.lists.status().len(), 4);
}
