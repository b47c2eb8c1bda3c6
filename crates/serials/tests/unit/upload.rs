use super::*;
use primitives::blake2_256;
use proptest::prelude::*;
use serials::body::max_length;

#[test]
fn an_upload_in_pieces_of_any_size_is_held() {
    let serials = serials(130);
    let body = body(&serials, &key());
    for size in [1, 7, 32, 100, body.len()] {
        let folder = Folder::new();
        let mut upload = folder.lists.upload(registered(&serials)).unwrap();
        for piece in body.chunks(size) {
            upload.write(piece).unwrap();
        }
        assert_eq!(folder.lists.status(), [], "nothing is held before the end");
        assert_eq!(upload.finish().unwrap(), Outcome::Taken);
        let list = folder.lists.find(registered(&serials)).unwrap().unwrap();
        list.verify().unwrap();
        assert_eq!(folder.lists.status(), [list.summary()]);
        assert_eq!(list.summary().registered, registered(&serials));
    }
}

#[test]
fn leaves_and_serials_give_the_same_list() {
    let serials = serials(1000);
    let (by_leaves, by_serials) = (Folder::new(), Folder::holding(&serials));
    by_leaves.upload(registered(&serials), &body(&serials, &key())).unwrap();
    let proof =
        |folder: &Folder| folder.lists.find(registered(&serials)).unwrap().unwrap().prove(b"S77").unwrap();
    assert_eq!(proof(&by_leaves), proof(&by_serials));
}

#[test]
fn what_is_not_the_registered_list_is_refused_by_name_and_leaves_nothing() {
    let folder = Folder::new();
    let (all, other) = (serials(5), vec!["T1"; 1]);
    let ours = registered(&all);
    let whole = body(&all, &key());
    let head = whole.len() - 5 * 32;
    let quantity = 5;
    let zero = [&whole[..whole.len() - 32], &[0; 32]].concat();
    let of_other_batch = BatchKey::new([3; 32]);
    let mut swapped = all.clone();
    swapped.swap(3, 4);
    for (given, refused) in [
        (vec![], Refused::NotAList),
        (b"S1\nS2\nS3\n".to_vec(), Refused::NotAList),
        (whole[..20].to_vec(), Refused::NotAList),
        (whole[..head].to_vec(), Refused::Empty { quantity }),
        (whole[..head + 3 * 32].to_vec(), Refused::TooFew { found: 3, quantity }),
        (whole[..head + 3 * 32 + 31].to_vec(), Refused::Cut { serial: 4 }),
        ([&whole[..], &[1; 32]].concat(), Refused::TooMany { quantity }),
        ([&whole[..], &[1]].concat(), Refused::TooMany { quantity }),
        (zero, Refused::UnusedLeaf { serial: 5 }),
        (body(&swapped, &key()), Refused::OtherRoot),
        (body(&all, &of_other_batch), Refused::OtherRoot),
        ([&body(&other, &of_other_batch)[..head], &whole[head..]].concat(), Refused::OtherKey),
    ] {
        assert_eq!(folder.refused(ours, &given), refused);
        assert_eq!(folder.names(), [""; 0], "after {refused}");
    }
    assert_eq!(folder.lists.status(), []);
}

/// With the leaves of the batch and a wrong key, each of its packs would be taken for a false one.
#[test]
fn the_key_of_another_batch_is_found_by_the_first_serial() {
    let folder = Folder::new();
    let serials = serials(5);
    let mut given = body(&serials, &key());
    given[9] ^= 1;
    assert_eq!(folder.refused(registered(&serials), &given), Refused::OtherKey);
}

#[test]
fn a_serial_that_is_there_twice_is_refused_even_where_it_was_registered() {
    let folder = Folder::new();
    let mut serials = serials(3000);
    serials[2999] = serials[41].clone();
    let refused = Refused::Twice { first: 42, second: 3000 };
    assert_eq!(folder.refused(registered(&serials), &body(&serials, &key())), refused);
    assert_eq!(
        refused.to_string(),
        "numbers 42 and 3000 of the list are the same serial; each pack needs its own"
    );
    assert_eq!(folder.names(), [""; 0]);
}

/// The limit follows from the batch's quantity: no more is read, whatever else is on its way.
#[test]
fn a_list_that_goes_on_is_refused_at_its_first_byte_too_much() {
    let folder = Folder::new();
    let serials = serials(5);
    let mut upload = folder.lists.upload(registered(&serials)).unwrap();
    upload.write(&body(&serials, &key())).unwrap();
    for _ in 0..2 {
        let refused = upload.write(&[0]).unwrap_err();
        assert!(matches!(refused, Error::Refused(Refused::TooMany { quantity: 5 } | Refused::Over)));
        assert_eq!(folder.names(), [""; 0], "its file is gone at once");
    }
    assert!(matches!(upload.finish(), Err(Error::Refused(Refused::Over))));
    assert_eq!(max_length(5), 62 + 5 * 32);
}

#[test]
fn a_batch_that_is_larger_than_the_gateway_takes_is_refused_unread() {
    let folder = Folder::new();
    for quantity in [0, serials::MAX_SERIALS + 1, u64::MAX] {
        let refused = folder.lists.upload(Registered { batch: BATCH, root: [1; 32], quantity }).unwrap_err();
        let most = serials::MAX_SERIALS;
        assert!(
            matches!(refused, Error::Refused(Refused::Quantity { quantity: q, most: m }) if (q, m) == (quantity, most))
        );
    }
    let few = folder.lists.clone().with_max_serials(4);
    assert!(few.upload(registered(&serials(4))).is_ok() && few.upload(registered(&serials(5))).is_err());
}

#[test]
fn a_serial_that_is_none_is_named_by_its_place() {
    let folder = Folder::new();
    let taken = folder.lists.take_serials(registered(&serials(3)), &key(), ["S1", "S2", "S 3"]).unwrap_err();
    assert!(matches!(taken, Error::Refused(Refused::Serial { place: 3, .. })));
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn an_upload_that_stops_leaves_nothing() {
    let folder = Folder::new();
    let serials = serials(5);
    let mut upload = folder.lists.upload(registered(&serials)).unwrap();
    upload.write(&body(&serials, &key())[..100]).unwrap();
    assert_eq!(folder.names().len(), 1);
    drop(upload);
    assert_eq!(folder.names(), [""; 0]);
}

/// A manufacturer chooses its leaves, and could choose such as lie together in an index that sorts by them.
#[test]
fn leaves_that_begin_alike_are_found_as_others_are() {
    let folder = Folder::new();
    let mut leaves: Vec<[u8; 32]> = (0..2000_u32)
        .map(|number| {
            let mut leaf = [0xAA; 32];
            leaf[28..].copy_from_slice(&number.to_be_bytes());
            leaf
        })
        .collect();
    leaves[0] = leaf(BATCH, b"S1", &key());
    let mut level = leaves.clone();
    let mut zero = [0; 32];
    let node = |left: &[u8; 32], right: &[u8; 32]| blake2_256(&[&[1], &left[..], &right[..]].concat());
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| node(&pair[0], pair.get(1).unwrap_or(&zero))).collect();
        zero = node(&zero, &zero);
    }
    let registered = Registered { batch: BATCH, root: level[0], quantity: 2000 };
    let head = Head { key: key(), first: b"S1".to_vec() }.encode().unwrap();
    let body = [&head[..], leaves.as_flattened()].concat();
    assert_eq!(folder.upload(registered, &body).unwrap(), Outcome::Taken);
    let list = folder.lists.find(registered).unwrap().unwrap();
    list.verify().unwrap();
    assert!(list.prove(b"S1").unwrap().into_proof().verifies(BATCH, b"S1", registered.root, 2000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_in_any_pieces_are_refused_or_held(
        at: prop::sample::Index,
        byte: u8,
        insert: bool,
        cut: prop::sample::Index,
        size in 1_usize..300,
    ) {
        let serials = serials(70);
        let folder = Folder::new();
        let mut given = body(&serials, &key());
        let whole = given.clone();
        if insert { given.insert(at.index(given.len()), byte) } else { *at.get_mut(&mut given) = byte }
        given.truncate(cut.index(given.len() + 1));
        let mut upload = folder.lists.upload(registered(&serials)).unwrap();
        let written = given.chunks(size).try_for_each(|piece| upload.write(piece));
        let finished = upload.finish();
        prop_assert_eq!(written.is_ok() && finished.is_ok(), given == whole);
        prop_assert_eq!(folder.names().len(), usize::from(given == whole));
    }
}
