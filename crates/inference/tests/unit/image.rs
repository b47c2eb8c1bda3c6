//! An image model by manifest: files in, numbers or a named refusal out, and never a panic.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::io::Cursor;

use crate::support;
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use inference::image::{MAX_IMAGE_BYTES, MAX_IMAGE_SIDE};
use inference::{FeatureError, Features, ImageError, Manifest, ManifestError, Model};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{json, Value};
use sha2::{Digest, Sha256};

/// A manifest for pictures of 4 x 2 pixels, with the values of `part` in place of its own.
fn json_with(part: &Value) -> Value {
    let mut manifest = support::manifest_json();
    manifest["inputs"] = json!([]);
    manifest["max_missing"] = 0.into();
    manifest["image"] = json!({
        "width": 4, "height": 2, "channels": "grey", "range": [0, 1], "formats": ["png", "jpeg"], "resize": "refuse"
    });
    for (key, value) in part.as_object().unwrap() {
        manifest["image"][key] = value.clone();
    }
    manifest
}

fn manifest(part: &Value) -> Manifest {
    support::parse(&json_with(part))
}

fn grey(width: u32, height: u32) -> DynamicImage {
    GrayImage::from_fn(width, height, |x, y| {
        image::Luma([u8::try_from(x.wrapping_mul(40).wrapping_add(y.wrapping_mul(70)) % 256).unwrap()])
    })
    .into()
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    file(picture, ImageFormat::Png)
}

fn set(manifest: &Manifest, bytes: &[u8]) -> Result<(), ImageError> {
    Features::new(manifest).set_image(bytes)
}

fn size(width: u32, height: u32) -> ImageError {
    ImageError::Size { width, height, wanted_width: 4, wanted_height: 2 }
}

#[test]
fn a_picture_is_one_input_of_its_pixels_row_by_row() {
    let manifest = manifest(&json!({"range": [-1, 1]}));
    assert!(manifest.inputs.is_empty());
    assert_eq!(manifest.columns(), 8);
    let mut by_file = Features::new(&manifest);
    assert_eq!(by_file.missing().collect::<Vec<_>>(), ["image"]);
    by_file.set_image(&png(&grey(4, 2))).unwrap();
    let mut by_pixels = Features::new(&manifest);
    by_pixels.set_pixels(vec![0, 40, 80, 120, 70, 110, 150, 190]).unwrap();
    assert!(by_file.build().unwrap() == by_pixels.build().unwrap());
}

#[test]
fn colours_are_channels_of_a_pixel() {
    let manifest = manifest(&json!({"channels": "rgb", "width": 2, "height": 1}));
    let mut colour = RgbImage::from_pixel(2, 1, image::Rgb([0, 255, 0]));
    colour.put_pixel(1, 0, image::Rgb([1, 2, 3]));
    let mut by_file = Features::new(&manifest);
    by_file.set_image(&png(&colour.into())).unwrap();
    let mut by_pixels = Features::new(&manifest);
    by_pixels.set_pixels(vec![0, 255, 0, 1, 2, 3]).unwrap();
    assert!(by_file.build().unwrap() == by_pixels.build().unwrap());
}

#[test]
fn a_picture_has_one_commitment_over_its_decoded_bytes() {
    let one = manifest(&json!({"channels": "rgb", "width": 2, "height": 1}));
    let features = |manifest: &Manifest, pixels: &[u8]| {
        let mut features = Features::new(manifest);
        features.set_pixels(pixels.to_vec()).unwrap();
        features.build().unwrap()
    };
    let pixels = [0, 255, 0, 1, 2, 3];
    let mut expected = b"theriac/picture/1".to_vec();
    expected.extend([7; 32]);
    expected.extend(one.hash());
    expected.extend([3, 0, 0, 0, 2, 0, 0, 0, 1]);
    expected.extend(pixels);
    let expected: [u8; 32] = Sha256::digest(&expected).into();
    assert_eq!(features(&one, &pixels).commitment(&[7; 32]), expected);
    assert_ne!(features(&one, &[0, 255, 0, 1, 2, 4]).commitment(&[7; 32]), expected);
    assert_ne!(features(&one, &pixels).commitment(&[8; 32]), expected);
}

#[test]
fn a_picture_of_the_wrong_size_is_refused_or_scaled_down_by_the_manifest_s_rule() {
    let strict = manifest(&json!({}));
    assert_eq!(set(&strict, &png(&grey(8, 4))), Err(size(8, 4)));
    assert_eq!(set(&strict, &png(&grey(2, 4))), Err(size(2, 4)));
    let shrinking = manifest(&json!({"resize": "shrink"}));
    assert_eq!(set(&shrinking, &png(&grey(8, 4))), Ok(()));
    assert_eq!(set(&shrinking, &png(&grey(8, 5))), Err(size(8, 5)));
    assert_eq!(set(&shrinking, &png(&grey(2, 1))), Err(size(2, 1)));
}

#[test]
fn other_formats_and_pixels_have_their_own_errors() {
    let only_png = manifest(&json!({"formats": ["png"]}));
    let jpeg = file(&grey(4, 2), ImageFormat::Jpeg);
    assert_eq!(set(&manifest(&json!({})), &jpeg), Ok(()));
    assert_eq!(set(&only_png, &jpeg), Err(ImageError::Format));
    assert_eq!(set(&only_png, b"GIF89a"), Err(ImageError::Format));
    assert_eq!(set(&only_png, b""), Err(ImageError::Format));
    let transparent = DynamicImage::ImageRgba8(grey(4, 2).to_rgba8());
    let refused = ImageError::Colour { found: "Rgba8".to_owned(), wanted: "grey of 8 bits" };
    assert_eq!(set(&only_png, &png(&transparent)), Err(refused));
    let deep = DynamicImage::ImageLuma16(grey(4, 2).to_luma16());
    let refused = ImageError::Colour { found: "L16".to_owned(), wanted: "grey of 8 bits" };
    assert_eq!(set(&only_png, &png(&deep)), Err(refused));
}

#[test]
fn damaged_and_hostile_files_are_refused() {
    let manifest = manifest(&json!({"resize": "shrink"}));
    let whole = png(&grey(4, 2));
    assert_eq!(set(&manifest, &whole[..whole.len() / 2]), Err(ImageError::Damaged));
    let jpeg = file(&grey(4, 2), ImageFormat::Jpeg);
    assert_eq!(set(&manifest, &jpeg[..jpeg.len() - 2]), Err(ImageError::Damaged));
    assert_eq!(set(&manifest, &vec![0; MAX_IMAGE_BYTES + 1]), Err(ImageError::TooLong));
    // The header gives the size, before anything is decoded.
    let wide = png(&grey(MAX_IMAGE_SIDE + 1, 1));
    assert_eq!(set(&manifest, &wide), Err(ImageError::TooLarge));
    let mut huge = whole;
    huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x3f, 0xff, 0xff, 0xff]);
    assert_eq!(set(&manifest, &huge), Err(ImageError::Damaged));
}

#[test]
fn a_second_picture_and_a_model_without_pictures_are_refused() {
    let pictures = manifest(&json!({}));
    let mut features = Features::new(&pictures);
    features.set_image(&png(&grey(4, 2))).unwrap();
    assert_eq!(features.set_image(&png(&grey(4, 2))), Err(ImageError::Repeated));
    assert_eq!(features.set_pixels(vec![0; 7]), Err(ImageError::Values { found: 7, expected: 8 }));
    let none = Features::new(&pictures).build();
    assert_eq!(none.unwrap_err(), FeatureError::Required("image".to_owned()));
    let heart = support::parse(&support::manifest_json());
    assert_eq!(set(&heart, &png(&grey(4, 2))), Err(ImageError::NoImageModel));
}

#[test]
fn a_manifest_with_an_invalid_image_is_refused() {
    let refused = |json: &Value| match Manifest::parse(&serde_json::to_vec(json).unwrap()) {
        Err(ManifestError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    for part in [
        json!({"width": 0}),
        json!({"width": 1025, "height": 64}),
        json!({"width": u32::MAX, "height": u32::MAX, "channels": "rgb"}),
    ] {
        assert_eq!(refused(&json_with(&part)), "image");
    }
    assert_eq!(refused(&json_with(&json!({"range": [1, 0]}))), "image.range");
    assert_eq!(refused(&json_with(&json!({"formats": []}))), "image.formats");
    assert_eq!(refused(&json_with(&json!({"formats": ["png", "png"]}))), "image.formats");
    let mut both = json_with(&json!({}));
    both["inputs"] = support::manifest_json()["inputs"].clone();
    assert_eq!(refused(&both), "inputs");
}

/// Golden files also have the pictures: our result for the file must equal onnxruntime's for the pixels.
#[test]
fn the_shipped_image_model_reads_files() {
    let folder = support::models().join("digit");
    let model = Model::load(&folder).unwrap();
    let golden: Value = serde_json::from_slice(&fs::read(folder.join("golden.json")).unwrap()).unwrap();
    for row in golden["rows"].as_array().unwrap() {
        let mut features = Features::new(model.manifest());
        features.set_image(&hex::decode(row["png"].as_str().unwrap()).unwrap()).unwrap();
        let digits = model.predict(&[features.build().unwrap()]).unwrap();
        for (output, value) in model.manifest().outputs.iter().zip(&digits[0]) {
            assert_eq!(value.value, i128::from(row["fixed"][&output.name].as_i64().unwrap()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_bytes_after_a_signature_are_refused(
        jpeg in any::<bool>(),
        tail in proptest::collection::vec(any::<u8>(), 0..2000),
    ) {
        let head: &[u8] = if jpeg { &[0xff, 0xd8, 0xff, 0xe0] } else { b"\x89PNG\r\n\x1a\n" };
        let mut bytes = [head, &tail].concat();
        if jpeg {
            bytes.extend([0xff, 0xd9]);
        }
        let manifest = manifest(&json!({"resize": "shrink"}));
        prop_assert!(set(&manifest, &bytes).is_err());
    }

    #[test]
    fn a_damaged_picture_never_panics(
        jpeg in any::<bool>(),
        damage in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..8),
    ) {
        let format = if jpeg { ImageFormat::Jpeg } else { ImageFormat::Png };
        let mut bytes = file(&grey(16, 8), format);
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        let _ = set(&manifest(&json!({"resize": "shrink"})), &bytes);
    }
}
