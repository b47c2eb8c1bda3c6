use qrcode::bits::Bits;
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode, Version};

use super::*;

const ELEMENTS: &str = "01095060001343521727123110A%1(b\u{1d}21S+7";
const LINK: &str = "https://id.gs1.org/01/09506000134352/10/A%2F1/21/S%2B7?17=271231";

fn in_file(name: &str, write: impl FnOnce(&Path)) -> Result<String, PictureError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    write(&path);
    read_file(&path, Limits::CAMERA)
}

/// A GS1 QR Code with this element string.
fn element_string_code(elements: &str) -> QrCode {
    let encode = |version| {
        let mut bits = Bits::new(Version::Normal(version));
        bits.push_fnc1_first_position()?;
        bits.push_byte_data(elements.as_bytes())?;
        bits.push_terminator(EcLevel::M)?;
        QrCode::with_bits(bits, EcLevel::M)
    };
    (1..=40).map(encode).find(|code| !matches!(code, Err(QrError::DataTooLong))).unwrap().unwrap()
}

/// A code with modules of so many pixels.
fn draw(code: &QrCode, module: u32) -> GrayImage {
    code.render::<Luma<u8>>().module_dimensions(module, module).build()
}

fn png(picture: &GrayImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn an_element_string_survives_the_way_through_a_picture() {
    let code = element_string_code(ELEMENTS);
    let content = in_file("pack.png", |path| draw(&code, 8).save(path).unwrap());
    assert_eq!(content.unwrap(), format!("]Q3{ELEMENTS}"));
}

#[test]
fn a_link_survives_the_way_through_a_picture() {
    let code = QrCode::with_error_correction_level(LINK, EcLevel::M).unwrap();
    let content = in_file("pack.png", |path| draw(&code, 8).save(path).unwrap());
    assert_eq!(content.unwrap(), format!("]Q1{LINK}"));
}

#[test]
fn a_transparent_background_is_white_paper() {
    let code = QrCode::with_error_correction_level(LINK, EcLevel::M).unwrap();
    let content = in_file("pack.png", |path| {
        let grey = draw(&code, 4);
        let clear = image::GrayAlphaImage::from_fn(grey.width(), grey.height(), |x, y| {
            let [shade] = grey.get_pixel(x, y).0;
            image::LumaA([0, 255_u8.saturating_sub(shade)])
        });
        clear.save(path).unwrap();
    });
    assert_eq!(content.unwrap(), format!("]Q1{LINK}"));
}

#[test]
fn a_light_code_on_a_dark_pack_is_read() {
    let code = element_string_code(ELEMENTS);
    let content = in_file("pack.png", |path| {
        let mut picture = draw(&code, 4);
        image::imageops::invert(&mut picture);
        picture.save(path).unwrap();
    });
    assert_eq!(content.unwrap(), format!("]Q3{ELEMENTS}"));
}

#[test]
fn a_code_is_found_in_a_large_photograph_at_an_angle() {
    let code = draw(&element_string_code(ELEMENTS), 12);
    // Turned by 17 degrees around the middle, on grey ground, with the light falling from one side.
    let content = in_file("photo.jpg", |path| {
        let photo = GrayImage::from_fn(2_400, 1_800, |x, y| {
            let (right, down) = (i64::from(x) - 1_200, i64::from(y) - 900);
            let middle = i64::from(code.width() / 2);
            let [u, v] = [right * 956 + down * 292, down * 956 - right * 292].map(|at| at / 1_000 + middle);
            let inside = u32::try_from(u).ok().zip(u32::try_from(v).ok());
            let paint =
                inside.and_then(|(u, v)| code.get_pixel_checked(u, v)).map_or(150, |pixel| pixel.0[0]);
            let light = 120 + u64::from(x) / 20;
            Luma([u8::try_from((u64::from(paint) + 20) * light / 275).unwrap_or(u8::MAX)])
        });
        photo.save(path).unwrap();
    });
    assert_eq!(content.unwrap(), format!("]Q3{ELEMENTS}"));
}

#[test]
fn a_damaged_code_is_read_rightly_or_not_at_all() {
    let clean = draw(&element_string_code(ELEMENTS), 3);
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut read_rightly = 0;
    for spots in 0..40 {
        let mut picture = clean.clone();
        for _ in 0..spots {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let [x, y] = [random >> 33, random >> 43].map(|at| at % u64::from(clean.width() - 3));
            for (dx, dy) in (0..9).map(|pixel| (pixel % 3, pixel / 3)) {
                let pixel = picture.get_pixel_mut((x + dx).try_into().unwrap(), (y + dy).try_into().unwrap());
                pixel.0 = [if random & 1 == 0 { 0 } else { 255 }];
            }
        }
        match in_file("pack.png", |path| picture.save(path).unwrap()) {
            Ok(content) => {
                assert_eq!(content, format!("]Q3{ELEMENTS}"));
                read_rightly += 1;
            }
            Err(error) => assert!(matches!(error, PictureError::NoCode(_)), "{error}"),
        }
    }
    assert!(read_rightly > 10, "only {read_rightly} were read");
}

#[test]
fn two_packs_in_one_picture_are_refused_and_named() {
    let codes = [ELEMENTS, "010950600013435210OTHER"].map(|text| draw(&element_string_code(text), 4));
    let width = codes[0].width() + codes[1].width();
    let mut both = GrayImage::from_pixel(width, codes[0].height().max(codes[1].height()), Luma([255]));
    image::imageops::replace(&mut both, &codes[0], 0, 0);
    image::imageops::replace(&mut both, &codes[1], i64::from(codes[0].width()), 0);
    let error = read(&png(&both), Limits::CAMERA).unwrap_err();
    assert_eq!(error.to_string(), "2 different codes are in the picture; take a picture of one pack");
    let PictureError::SeveralCodes { codes, .. } = error else { panic!("{error}") };
    assert_eq!(codes, ["]Q3010950600013435210OTHER".to_owned(), format!("]Q3{ELEMENTS}")]);
}

/// Nothing but corners of QR codes, with modules of four pixels.
fn corners(width: u32, height: u32) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| {
        let [x, y] = [x, y].map(|at| at / 4 % 14);
        let edge = [x, y].contains(&0) || [x, y].contains(&6);
        let middle = (2..5).contains(&x) && (2..5).contains(&y);
        Luma([if x < 7 && y < 7 && (edge || middle) { 0 } else { 255 }])
    })
}

#[test]
fn a_picture_of_corners_takes_no_minutes() {
    let error = read(&png(&corners(2_400, 2_400)), Limits::CAMERA).unwrap_err();
    let expected = "too many places in the picture look like the corner of a code; crop it to the code";
    assert_eq!(error.to_string(), expected);
    // Some are no reason to give up.
    let few = read(&png(&corners(400, 400)), Limits::CAMERA).unwrap_err();
    assert!(matches!(few, PictureError::NoCode(_)), "{few}");
}

#[test]
fn one_code_twice_in_a_picture_is_one_code() {
    let code = draw(&element_string_code(ELEMENTS), 4);
    let mut both = GrayImage::from_pixel(code.width() * 2, code.height(), Luma([255]));
    image::imageops::replace(&mut both, &code, 0, 0);
    image::imageops::replace(&mut both, &code, i64::from(code.width()), 0);
    assert_eq!(read(&png(&both), Limits::CAMERA).unwrap(), format!("]Q3{ELEMENTS}"));
}

#[test]
fn a_picture_without_code_differs_from_a_file_that_is_not_a_picture() {
    let blank = in_file("blank.png", |path| GrayImage::from_pixel(64, 64, Luma([255])).save(path).unwrap());
    assert!(matches!(blank, Err(PictureError::NoCode(Picture::File(_)))), "{blank:?}");
    let text = in_file("text.png", |path| std::fs::write(path, "no picture").unwrap());
    assert!(matches!(text, Err(PictureError::NoPicture { .. })), "{text:?}");
}

#[test]
fn other_formats_are_named_and_not_decoded() {
    for (start, format) in
        [(&b"GIF89a"[..], "image/gif"), (b"RIFF\0\0\0\0WEBP", "image/webp"), (b"BM", "image/bmp")]
    {
        let error = read(start, Limits::CAMERA).unwrap_err();
        let expected =
            format!("the picture is not a picture that can be read: it is {format}; save it as PNG or JPEG");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_picture_is_within_its_limits_to_the_byte_and_the_pixel() {
    let picture = draw(&element_string_code(ELEMENTS), 3);
    let bytes = png(&picture);
    let pixels = u64::from(picture.width()) * u64::from(picture.height());
    let exact = Limits { bytes: bytes.len(), pixels };
    assert_eq!(read(&bytes, exact).unwrap(), format!("]Q3{ELEMENTS}"));
    let error = read(&bytes, Limits { bytes: bytes.len() - 1, ..exact }).unwrap_err();
    assert!(matches!(error, PictureError::TooManyBytes(_)), "{error}");
    let error = read(&bytes, Limits { pixels: pixels - 1, ..exact }).unwrap_err();
    assert!(matches!(error, PictureError::TooLarge { most, .. } if most == pixels - 1), "{error}");
}

#[test]
fn a_small_file_that_claims_a_huge_picture_is_refused_before_it_is_decoded() {
    let mut bytes = png(&GrayImage::from_pixel(8, 8, Luma([255])));
    // Width and height are in the first chunk, IHDR, with its CRC behind them.
    bytes[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let crc = crc32(&bytes[12..29]).to_be_bytes();
    bytes[29..33].copy_from_slice(&crc);
    let error = read(&bytes, Limits::CAMERA).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the picture has 65536 × 65536 pixels, more than 50 million; crop it to the code or make it smaller"
    );
}

/// The checksum of PNG (ISO/IEC 15948, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

mod random_bytes {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_bytes_behind_the_start_of_a_picture_panic(
            jpeg in any::<bool>(),
            rest in proptest::collection::vec(any::<u8>(), 0..400),
        ) {
            let start: &[u8] = if jpeg { b"\xff\xd8\xff\xe0" } else { b"\x89PNG\r\n\x1a\n" };
            let limits = Limits { bytes: 1 << 16, pixels: 1 << 16 };
            prop_assert!(read(&[start, &rest].concat(), limits).is_err());
        }

        #[test]
        fn a_picture_with_changed_bytes_is_read_rightly_or_not_at_all(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut bytes = png(&draw(&element_string_code(ELEMENTS), 2));
            for (place, byte) in changes {
                *place.get_mut(&mut bytes) = byte;
            }
            let limits = Limits { bytes: 1 << 16, pixels: 1 << 16 };
            if let Ok(code) = read(&bytes, limits) {
                prop_assert_eq!(code, format!("]Q3{ELEMENTS}"));
            }
        }
    }
}
