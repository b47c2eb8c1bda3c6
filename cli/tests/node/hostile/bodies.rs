//! Bodies that are larger than they look, or not what they say.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use qrcode::QrCode;
use serde_json::{json, Value};

use super::{bearer, hang_up, Answer, Rig, LIST_TOKEN};
use crate::counter::TILL_TOKEN;
use crate::world::CODE;

/// QR codes of these texts beside each other, as PNG.
fn picture(texts: &[&str]) -> DynamicImage {
    let codes: Vec<QrCode> = texts.iter().map(|text| QrCode::new(text).unwrap()).collect();
    let side = codes.iter().map(QrCode::width).max().unwrap() + 8;
    let (side, count) = (u32::try_from(side * 4).unwrap(), u32::try_from(codes.len()).unwrap());
    let mut picture = GrayImage::from_pixel(side * count, side, Luma([255]));
    for (number, code) in (0..).zip(&codes) {
        let width = code.width();
        for (at, color) in code.to_colors().into_iter().enumerate() {
            let (x, y) = (u32::try_from(at % width).unwrap(), u32::try_from(at / width).unwrap());
            for (dx, dy) in (0..16).map(|pixel| (pixel % 4, pixel / 4)) {
                let place = (number * side + (x + 4) * 4 + dx, (y + 4) * 4 + dy);
                picture.put_pixel(place.0, place.1, Luma([color.select(0, 255)]));
            }
        }
    }
    picture.into()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

/// The picture with another width and height in its head: all checksums are right, and there is data for one line.
fn claiming(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png.to_vec();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// The checksum of PNG's chunks (ISO/IEC 15948 annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 },
        )
    })
}

fn reason(answer: &Answer) -> String {
    answer.json()["reason"].as_str().unwrap_or_default().to_owned()
}

/// What may not take memory: its name, the request, and how it is answered.
fn hostile_bodies() -> Vec<(&'static str, &'static str, Vec<u8>, u16, &'static str)> {
    let code = encoded(&picture(&[CODE]), ImageFormat::Png);
    let jpeg = encoded(&picture(&[CODE]), ImageFormat::Jpeg);
    let large = encoded(&GrayImage::new(5_001, 5_000).into(), ImageFormat::Png);
    let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
    let json = "application/json";
    vec![
        (
            "2.5 thousand million pixels",
            "image/png",
            claiming(&code, 50_000, 50_000),
            400,
            "picture/too-large",
        ),
        ("2^62 pixels", "image/png", claiming(&code, 1 << 31, 1 << 31), 400, "picture/no-picture"),
        ("as many pixels as it says", "image/png", large, 400, "picture/too-large"),
        ("more lines than there are", "image/png", claiming(&code, 4_000, 4_000), 400, "picture/no-picture"),
        ("half a JPEG", "image/jpeg", jpeg[..jpeg.len() / 2].to_vec(), 400, "picture/"),
        ("half a PNG", "image/png", code[..code.len() / 2].to_vec(), 400, "picture/"),
        ("a ZIP", "image/png", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec(), 400, "picture/no-picture"),
        ("a GIF", "image/png", b"GIF89a\xff\xff\xff\xff\0\0\0".to_vec(), 400, "picture/no-picture"),
        ("an SVG", "image/png", b"<svg onload=\"alert(1)\"/>".to_vec(), 400, "picture/no-picture"),
        ("nothing", "image/png", Vec::new(), 400, "picture/no-picture"),
        ("20 MB", "image/png", vec![0; 20 << 20], 413, ""),
        ("a picture in JSON's place", json, code, 400, ""),
        ("brackets", json, nested(100_000).into_bytes(), 400, ""),
        ("brackets in a code", json, format!("{{\"code\":{}}}", nested(100_000)).into_bytes(), 400, ""),
        ("brackets beyond the limit", json, nested(1_000_000).into_bytes(), 413, ""),
        (
            "85,000 codes",
            json,
            format!("{{\"codes\":[{}\"\"]}}", "\"\",".repeat(85_000)).into_bytes(),
            400,
            "",
        ),
        (
            "a million codes",
            json,
            format!("{{\"codes\":[{}\"\"]}}", "\"\",".repeat(999_999)).into_bytes(),
            413,
            "",
        ),
        ("a code of 1 MB", json, json!({ "code": "0".repeat(1_000_000) }).to_string().into_bytes(), 413, ""),
        ("a code of 5 kB", json, json!({ "code": "0".repeat(5_000) }).to_string().into_bytes(), 400, ""),
        ("a form of 1 MB", "application/x-www-form-urlencoded", vec![b'%'; 1_000_000], 413, ""),
    ]
}

#[test]
fn pictures_and_texts_that_are_bombs_are_refused_and_memory_stays_flat() {
    let rig = Rig::new("bombs").published();
    let process = rig.gateway.process();
    let resident = || -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    };
    let bodies = hostile_bodies();
    let ask_all = || {
        for (what, media_type, body, status, said) in &bodies {
            let answer = rig.post(media_type, body);
            assert_eq!(answer.status, *status, "{what}: {answer:?}");
            assert!(reason(&answer).starts_with(said), "{what}: {answer:?}");
        }
    };
    let before = resident();
    for round in 0..10 {
        ask_all();
        if round % 5 == 0 {
            rig.serves();
        }
    }
    let (asked, after) = (10 * bodies.len(), resident());
    println!("{before} kB resident, {after} kB after {asked} hostile bodies");
    // The allocator keeps what a picture took, 16 MB for each of the few threads that were reading one; what was sent is
    // more than ten times as much.
    assert!(asked >= 200 && after < before + 100_000, "{before} kB, {after} kB after {asked}");
    rig.serves();
    rig.end(&["alert(1)"]);
}

#[test]
fn a_picture_gives_the_code_that_is_in_it_and_several_give_none() {
    let rig = Rig::new("pictures").published();
    let link = "https://id.example.org/01/09506000134352/10/ABC123/21/S0000007?17=281231";
    let other = "https://id.example.org/01/09506000134352/10/ABC123/21/S0000008";
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let answer = rig.post(format.to_mime_type(), &encoded(&picture(&[link]), format));
        assert_eq!(answer.json()["answers"][0]["genuine"], true, "{answer:?}");
        let answer = rig.post(format.to_mime_type(), &encoded(&picture(&[link, other]), format));
        assert_eq!((answer.status, &*reason(&answer)), (400, "picture/several-codes"), "{answer:?}");
        assert!(!answer.body.contains("S000000"), "the codes are in the error: {answer:?}");
    }
    rig.end(&["S0000008"]);
}

/// gzip's head, and what would be a thousand times as much.
const COMPRESSED: &[u8] =
    b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xed\xc1\x01\r\0\0\0\xc2\xa0\xf7Om\x0e7\xa0\0\0\0\0\0\0";

#[test]
fn nothing_that_is_compressed_is_inflated() {
    let rig = Rig::new("compressed").published();
    let code = json!({ "code": CODE }).to_string();
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, gzip", "identity, gzip"] {
        let coding = ("content-encoding", coding);
        for (media_type, body) in [
            ("application/json", COMPRESSED),
            ("image/png", COMPRESSED),
            ("application/json", code.as_bytes()),
        ] {
            let answer = rig.send("POST", "/verify", &[("content-type", media_type), coding], body);
            answer.says(415, "content-encoding");
        }
        let list = ("content-type", serials::body::MEDIA_TYPE);
        rig.send("PUT", super::LIST, &[list, coding, bearer(LIST_TOKEN)], COMPRESSED)
            .says(415, "content-encoding");
    }
    let plain = [("content-type", "application/json"), ("content-encoding", "identity")];
    assert_eq!(rig.send("POST", "/verify", &plain, code.as_bytes()).status, 200);
    rig.end(&[]);
}

#[test]
fn what_is_no_request_for_verification_is_refused_with_a_remedy() {
    let rig = Rig::new("texts").published();
    let json = "application/json";
    for (what, media_type, body, status, code) in [
        ("a form of parts", "multipart/form-data; boundary=x", "--x--", 415, "unsupported-media-type"),
        ("plain text", "text/plain", CODE, 415, "unsupported-media-type"),
        (
            "XML",
            "application/xml",
            "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
            415,
            "unsupported-media-type",
        ),
        ("nothing", json, "", 400, "bad-body"),
        ("half a surrogate", json, r#"{"code":"\ud800"}"#, 400, "bad-body"),
        ("a member twice", json, r#"{"code":"a","code":"b"}"#, 400, "bad-body"),
        ("an unknown member", json, r#"{"code":"a","place":"b"}"#, 400, "bad-body"),
        ("a number", json, r#"{"code":1}"#, 400, "bad-body"),
        ("a site beyond all numbers", json, r#"{"code":"a","site":1e999}"#, 400, "bad-body"),
        ("a site below zero", json, r#"{"code":"a","site":-1}"#, 400, "bad-body"),
        ("a site that is none", json, r#"{"code":"a","site":"1"}"#, 400, "unknown-site"),
        ("two ways at once", json, r#"{"code":"a","codes":["b"]}"#, 400, "bad-body"),
        ("no code", json, r#"{"codes":[]}"#, 400, "bad-body"),
        ("no codes beside a code", json, r#"{"code":"a","codes":[]}"#, 400, "bad-body"),
        ("null", json, r#"{"code":"a","codes":null}"#, 400, "bad-body"),
        ("two documents", json, r#"{"code":"a"}{"code":"b"}"#, 400, "bad-body"),
    ] {
        let answer = rig.post(media_type, body.as_bytes());
        assert_eq!((answer.status, &*answer.code()), (status, code), "{what}: {answer:?}");
        assert!(answer.json()["detail"].as_str().unwrap().len() > 20, "{what}: {answer:?}");
    }
    let codes = |count: usize| json!({ "codes": vec![CODE; count] }).to_string();
    rig.post(json, codes(51).as_bytes()).says(400, "too-many-codes");
    assert_eq!(rig.post(json, codes(50).as_bytes()).json()["answers"].as_array().unwrap().len(), 50);
    // What is no code is said of that code, and the others are answered.
    let mixed = json!({ "codes": [CODE, "\u{0}", "<script>", "' OR 1=1 --", "01\u{1d}\u{1d}"] }).to_string();
    let answers = rig.post(json, mixed.as_bytes()).json();
    let kinds: Vec<&Value> =
        answers["answers"].as_array().unwrap().iter().map(|answer| &answer["kind"]).collect();
    assert_eq!(kinds, ["verdict", "unreadable", "unreadable", "unreadable", "unreadable"]);
    // The page shows what was typed as text.
    let form = "code=%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let page = rig.post("application/x-www-form-urlencoded", form.as_bytes());
    assert_eq!(page.status, 400);
    assert!(page.header("content-type").unwrap().starts_with("text/html"), "{page:?}");
    assert!(!page.body.contains("<script>"), "{page:?}");
    // A till's order is bounded as well.
    let order = |body: &str| {
        let key = ("idempotency-key", "k");
        rig.send("POST", "/packs", &[bearer(TILL_TOKEN), key, ("content-type", json)], body.as_bytes())
    };
    order(&" ".repeat(300_000)).says(403, "no-till");
    // A body that ends early is none.
    let mut stream = rig.connect();
    let head =
        "POST /verify HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    std::io::Write::write_all(&mut stream, head.as_bytes()).unwrap();
    hang_up(&stream);
    let answer = Answer::read(&mut stream);
    assert!(matches!((answer.status, &*answer.code()), (0, "") | (400, "body-cut")), "{answer:?}");
    rig.serves();
    rig.end(&["alert(1)", "OR 1=1", "passwd"]);
}
