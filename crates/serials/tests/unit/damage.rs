use super::*;
use proptest::prelude::*;
use serials::Answer;

const COUNT: usize = 700;

/// A list, and its file as it was written.
fn held() -> (Folder, Registered, Vec<u8>) {
    let serials = serials(COUNT);
    let folder = Folder::holding(&serials);
    let bytes = std::fs::read(folder.file()).unwrap();
    (folder, registered(&serials), bytes)
}

#[test]
fn a_leaf_that_was_changed_makes_no_pack_a_false_one() {
    let (folder, ours, bytes) = held();
    // The leaf of S3, in its first tile.
    let mut changed = bytes.clone();
    changed[4096 + 2 * 32] ^= 1;
    std::fs::write(folder.file(), changed).unwrap();
    let list = folder.lists.find(ours).unwrap().unwrap();
    for serial in [b"S3", b"S1", b"X1"] {
        assert!(matches!(list.prove(serial), Err(Error::Damaged { .. })), "{serial:?}");
    }
    assert!(matches!(list.prove_many(&["S1", "S700"]), Err(Error::Damaged { .. })));
    assert!(matches!(list.verify(), Err(Error::Damaged { .. })));
}

#[test]
fn an_index_that_was_changed_or_exchanged_hides_no_serial() {
    let (folder, ours, bytes) = held();
    let pages = bytes.len() - 3 * 4096;
    let mut exchanged = bytes.clone();
    exchanged[pages..pages + 2 * 4096].rotate_left(4096);
    let mut emptied = bytes.clone();
    emptied[pages..].fill(0);
    for changed in [exchanged, emptied] {
        std::fs::write(folder.file(), changed).unwrap();
        let list = folder.lists.find(ours).unwrap().unwrap();
        let answers = serials(COUNT).into_iter().map(|serial| list.prove(serial.as_bytes()));
        let (mut found, mut damaged) = (0, 0);
        for answer in answers {
            match answer {
                Ok(Answer::Listed(_)) => found += 1,
                Err(Error::Damaged { .. }) => damaged += 1,
                other => panic!("{other:?}"),
            }
        }
        assert!(damaged > COUNT / 2 && found + damaged == COUNT);
        assert!(matches!(list.verify(), Err(Error::Damaged { .. })));
    }
}

#[test]
fn a_cut_list_is_named_at_the_start_and_not_served() {
    let (folder, ours, bytes) = held();
    let Folder { lists, path } = folder;
    drop(lists);
    for cut in [0, 100, 4096, bytes.len() - 1] {
        let file = path.path().join(format!("{}.list", hex::encode(BATCH.0)));
        std::fs::write(&file, &bytes[..cut]).unwrap();
        let lists = Lists::open(path.path(), storage()).unwrap();
        assert!(lists.find(ours).unwrap().is_none() && lists.status().is_empty());
        assert_eq!(lists.damaged().len(), 1);
        assert_eq!(lists.damaged()[0].path, file);
        assert!(lists.damaged()[0].error.contains("ask its manufacturer to publish the list again"));
    }
    // Published again, it is served, and the damage is over.
    let lists = Lists::open(path.path(), storage()).unwrap();
    assert_eq!(lists.take_serials(ours, &key(), serials(COUNT)).unwrap(), Outcome::Replaced);
    assert!(lists.find(ours).unwrap().is_some() && lists.damaged().is_empty());
}

#[test]
fn a_damaged_list_that_is_published_again_is_written_anew() {
    let (folder, ours, mut bytes) = held();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(folder.file(), bytes).unwrap();
    let body = body(&serials(COUNT), &key());
    assert_eq!(folder.upload(ours, &body).unwrap(), Outcome::Replaced);
    folder.lists.find(ours).unwrap().unwrap().verify().unwrap();
    assert_eq!(folder.upload(ours, &body).unwrap(), Outcome::Unchanged);
}

#[test]
fn the_list_of_another_batch_under_this_ones_name_is_not_served() {
    let (folder, _, bytes) = held();
    let other = BatchId([8; 32]);
    let Folder { lists, path } = folder;
    drop(lists);
    std::fs::write(path.path().join(format!("{}.list", hex::encode(other.0))), bytes).unwrap();
    let lists = Lists::open(path.path(), storage()).unwrap();
    assert_eq!(lists.summary(other), None);
    assert!(lists.damaged()[0].error.contains("it has the name of another batch"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever one changes: a serial of the batch is proven or nothing is said, and another one is never proven.
    #[test]
    fn any_changed_byte_is_found_or_changes_no_answer(at: prop::sample::Index, bit in 0_u8..8, number in 1..=COUNT) {
        let (folder, ours, bytes) = changeable();
        let mut changed = bytes.clone();
        *at.get_mut(&mut changed) ^= 1 << bit;
        std::fs::write(folder.file(), &changed).unwrap();
        let found = folder.lists.find(*ours);
        if let Ok(Some(list)) = &found {
            // What lies between the last hash and the first page is not read.
            let unread = 4096 + 32 * (COUNT + 11)..bytes.len() - 3 * 4096;
            let verified = list.verify().is_ok();
            prop_assert_eq!(verified, unread.contains(&at.index(bytes.len())));
            let serial = format!("S{number}");
            let answer = list.prove(serial.as_bytes());
            let verifies = |answer: &Answer, serial: &str| {
                answer.clone().into_proof().verifies(BATCH, serial.as_bytes(), ours.root, ours.quantity)
            };
            let right = match &answer {
                Ok(answer) => matches!(answer, Answer::Listed(_)) && verifies(answer, &serial),
                Err(error) => matches!(error, Error::Damaged { .. }),
            };
            prop_assert!(right, "{:?}", answer);
            let other = format!("T{number}");
            let failing = list.prove(other.as_bytes()).is_ok_and(|answer| verifies(&answer, &other));
            prop_assert!(!failing);
        } else {
            let named = matches!(found, Err(Error::Damaged { .. }));
            prop_assert!(named, "{:?}", found);
        }
    }

    #[test]
    fn any_cut_is_found(at: prop::sample::Index) {
        let (folder, ours, bytes) = changeable();
        std::fs::write(folder.file(), &bytes[..at.index(bytes.len())]).unwrap();
        let named = matches!(folder.lists.find(*ours), Err(Error::Damaged { .. }));
        prop_assert!(named);
    }
}

/// One list for all cases of a test's thread: each writes the file anew.
fn changeable() -> &'static (Folder, Registered, Vec<u8>) {
    thread_local!(static HELD: &'static (Folder, Registered, Vec<u8>) = Box::leak(Box::new(held())));
    HELD.with(|held| *held)
}
