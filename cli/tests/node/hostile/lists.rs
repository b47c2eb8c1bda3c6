//! Lists of serials that are not the batch's, or not whole.

use std::io::Write;

use primitives::{BatchId, BatchKey};
use serials::body::{leaves, Head, MEDIA_TYPE};

use super::{bearer, hang_up, Answer, Rig, LIST, LIST_TOKEN};
use crate::world::GTIN;

/// All files below a folder.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => all.push(path),
        }
    }
    all.sort();
    all
}

#[test]
fn a_list_that_is_not_the_batchs_changes_nothing() {
    let rig = Rig::new("lists");
    let (head, own) = (&rig.prepared.head, &rig.prepared.leaves);
    let folder = rig.prepared.world.folder.path().join("lists/lists");
    let empty = files(&folder);
    let refusals = |what: &str| {
        let with = |leaves: &[[u8; 32]]| rig.prepared.body(leaves);
        let mut twice = own.clone();
        twice[5] = twice[4];
        let mut zeros = own.clone();
        zeros[999] = [0; 32];
        let mut changed = own.clone();
        changed[0][0] ^= 1;
        let mut swapped = own.clone();
        swapped.swap(0, 1);
        let other_key = BatchKey::new([7; 32]);
        let serials: Vec<String> = (0..1_000).map(|number| format!("S{number:07}")).collect();
        let others = leaves(BatchId::of(GTIN.parse().unwrap(), b"ABC123"), &serials, &other_key);
        let other_head = Head { key: other_key, first: b"S0000000".to_vec() }.encode().unwrap();
        for (fault, body, status, code) in [
            (
                "of another batch",
                [&other_head[..], others.as_flattened()].concat(),
                409,
                "another-batchs-list",
            ),
            ("the key of another batch", [&other_head[..], own.as_flattened()].concat(), 400, "bad-list"),
            ("with a serial twice", with(&twice), 409, "another-batchs-list"),
            ("with a leaf that is none", with(&zeros), 400, "bad-list"),
            ("with another leaf", with(&changed), 409, "another-batchs-list"),
            ("in another order", with(&swapped), 409, "another-batchs-list"),
            ("too short", with(&own[..999]), 400, "bad-list"),
            ("cut within a leaf", with(own)[..20_000].to_vec(), 400, "bad-list"),
            ("only its head", head.clone(), 400, "bad-list"),
            ("nothing", Vec::new(), 400, "bad-list"),
            ("something else", vec![b'x'; 20_000], 400, "bad-list"),
            ("too long", with(&[&own[..], &own[..1]].concat()), 413, "too-many-serials"),
        ] {
            let answer = rig.put_list(LIST, &body);
            assert_eq!(
                (answer.status, &*answer.code()),
                (status, code),
                "{what}, a list {fault}: {answer:?}"
            );
        }
        // In the middle the client is gone.
        let mut stream = rig.connect();
        let head = format!(
            "PUT {LIST} HTTP/1.1\r\nhost: a\r\ncontent-type: {MEDIA_TYPE}\r\nauthorization: Bearer {LIST_TOKEN}\r\n\
             content-length: {}\r\n\r\n",
            with(own).len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&with(own)[..20_000]).unwrap();
        hang_up(&stream);
        let answer = Answer::read(&mut stream);
        assert!(matches!(answer.status, 0 | 400), "{answer:?}");
        // 10 GB are refused before any of them is read.
        let mut stream = rig.connect();
        let announced =
            head.replace(&format!("content-length: {}", with(own).len()), "content-length: 10737418240");
        assert!(announced.contains("10737418240"));
        stream.write_all(announced.as_bytes()).unwrap();
        Answer::read(&mut stream).says(413, "too-many-serials");
        // In chunks nothing is announced: what is beyond the batch's units is not read.
        let mut stream = rig.connect();
        let chunked =
            head.replace(&format!("content-length: {}", with(own).len()), "transfer-encoding: chunked");
        stream.write_all(chunked.as_bytes()).unwrap();
        let _ = stream.write_all(&endless(&with(own)));
        Answer::read(&mut stream).says(413, "too-many-serials");
    };

    refusals("without a list");
    rig.send("GET", LIST, &[bearer(LIST_TOKEN)], b"").says(404, "no-list");
    assert_eq!(files(&folder), empty, "something of the refused lists was kept");
    for (path, status, code) in [
        ("/serials/09506000134352/NEVER", 409, "no-serials-registered"),
        ("/serials/09506000134353/ABC123", 400, "bad-gtin"),
        ("/serials/1/ABC123", 400, "bad-gtin"),
        ("/serials/09506000134352/%00", 400, "bad-lot"),
        ("/serials/09506000134352/%FF", 404, "no-such-address"),
        ("/serials/09506000134352/ABCDEFGHIJKLMNOPQRSTU", 400, "bad-lot"),
        ("/serials/..%2F..%2Fetc/passwd", 400, "bad-gtin"),
    ] {
        rig.put_list(path, &rig.prepared.body(own)).says(status, code);
    }
    for media_type in ["application/json", "application/octet-stream", ""] {
        let headers = [("content-type", media_type), bearer(LIST_TOKEN)];
        rig.send("PUT", LIST, &headers, &rig.prepared.body(own)).says(415, "unsupported-media-type");
    }
    rig.send("PUT", LIST, &[bearer(LIST_TOKEN)], b"").says(415, "unsupported-media-type");

    let rig = &rig;
    assert_eq!(rig.put_list(LIST, &rig.prepared.body(own)).status, 201);
    rig.serves();
    let held = files(&folder);
    refusals("with the list");
    rig.serves();
    assert_eq!(files(&folder), held);
    // What is held is shown by its size and root, and no serial of it.
    let shown = rig.send("GET", LIST, &[bearer(LIST_TOKEN)], b"");
    assert_eq!(shown.json()["serials"], 1_000);
    assert!(!shown.body.contains("S0000"), "{shown:?}");
}

/// A body in chunks that goes on for 64 MB.
fn endless(begin: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chunk = |data: &[u8]| {
        bytes.extend_from_slice(format!("{:x}\r\n", data.len()).as_bytes());
        bytes.extend_from_slice(data);
        bytes.extend_from_slice(b"\r\n");
    };
    chunk(begin);
    let more = vec![7; 1 << 20];
    for _ in 0..64 {
        chunk(&more);
    }
    bytes
}
