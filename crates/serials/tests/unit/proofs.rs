use super::*;
use primitives::MAX_UNITS;
use proptest::prelude::*;
use serials::Answer;

#[test]
fn every_serial_of_lists_at_the_edges_of_tiles_has_the_proof_of_the_tree() {
    for count in [1, 2, 3, 5, 63, 64, 65, 127, 128, 129, 320, 321, 4095, 4096, 4097] {
        let serials = serials(count);
        let (folder, tree) = (Folder::holding(&serials), tree(&serials));
        let list = folder.lists.find(registered(&serials)).unwrap().unwrap();
        list.verify().unwrap();
        // All of a small list; of a large one those at its ends and some between.
        for serial in serials.iter().step_by((count / 40).max(1)).chain(serials.last()) {
            let expected = tree.prove(serial.as_bytes()).unwrap();
            assert_eq!(
                list.prove(serial.as_bytes()).unwrap(),
                Answer::Listed(expected),
                "{serial} of {count}"
            );
        }
    }
}

/// The contract answers "not in the batch" to a proof of the right form, and "not well made" to any other.
#[test]
fn a_serial_that_is_not_listed_has_a_proof_that_fails_by_its_root_alone() {
    for count in [1, 2, 100] {
        let serials = serials(count);
        let folder = Folder::holding(&serials);
        let ours = registered(&serials);
        let list = folder.lists.find(ours).unwrap().unwrap();
        for serial in [&b"S0"[..], b"s1", b"", &[0xFF; 64]] {
            let Answer::NotListed(proof) = list.prove(serial).unwrap() else { panic!("{serial:?}") };
            let shown = proof.shown(BATCH, serial);
            assert!(shown.fit(ours.quantity) && !shown.are_of(ours.root, ours.quantity));
        }
    }
}

#[test]
fn many_serials_have_the_one_proof_of_the_tree() {
    let serials = serials(500);
    let (folder, tree) = (Folder::holding(&serials), tree(&serials));
    let list = folder.lists.find(registered(&serials)).unwrap().unwrap();
    for named in [vec!["S1"], vec!["S500", "S2", "S1", "S77", "S78"], vec!["S64", "S65", "S129"]] {
        assert_eq!(list.prove_many(&named).unwrap(), tree.prove_all(&named).unwrap());
    }
    let most = &serials[100..100 + MAX_UNITS];
    assert_eq!(list.prove_many(most).unwrap(), tree.prove_all(most).unwrap());
}

#[test]
fn what_one_proof_cannot_show_is_named_by_its_places() {
    let serials = serials(50);
    let folder = Folder::holding(&serials);
    let list = folder.lists.find(registered(&serials)).unwrap().unwrap();
    let refused = |named: &[&str]| match list.prove_many(named) {
        Err(Error::Refused(refused)) => refused,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&[]), Refused::Count { found: 0 });
    assert_eq!(refused(&["S1"; 21]), Refused::Count { found: 21 });
    assert_eq!(refused(&["S9", "X", "S1", "Y"]), Refused::NotListed { places: vec![1, 3] });
    assert_eq!(refused(&["S9", "S1", "S9"]), Refused::NamedTwice { places: [0, 2] });
    assert_eq!(
        refused(&["S9", "X"]).to_string(),
        "the batch's list lacks number 2 of the named serials; compare with the print on the pack"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_list_proves_its_serials_and_no_other(
        all in prop::collection::btree_set("[!-~&&[0-9A-Za-z_%/]]{1,20}", 1..2000_usize),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
        other in "[0-9A-Za-z]{1,20}",
    ) {
        let serials: Vec<String> = all.iter().cloned().collect();
        let folder = Folder::holding(&serials);
        let ours = registered(&serials);
        let list = folder.lists.find(ours).unwrap().unwrap();
        prop_assert!(list.verify().is_ok());
        for pick in &picks {
            let serial = pick.get(&serials).as_bytes();
            let answer = list.prove(serial).unwrap();
            prop_assert!(matches!(&answer, Answer::Listed(_)));
            prop_assert!(answer.into_proof().verifies(BATCH, serial, ours.root, ours.quantity));
        }
        let mut named: Vec<&String> = picks.iter().map(|pick| pick.get(&serials)).collect();
        named.sort();
        named.dedup();
        let (order, proof) = list.prove_many(&named).unwrap();
        let sorted: Vec<&String> = order.into_iter().map(|place| named[place]).collect();
        prop_assert!(proof.shown(BATCH, &sorted).unwrap().are_of(ours.root, ours.quantity));
        let answer = list.prove(other.as_bytes()).unwrap();
        prop_assert_eq!(matches!(&answer, Answer::Listed(_)), all.contains(&other));
        prop_assert_eq!(
            answer.into_proof().verifies(BATCH, other.as_bytes(), ours.root, ours.quantity),
            all.contains(&other)
        );
    }
}
