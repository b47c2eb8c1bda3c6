//! Codes in pictures that others made: an SVG drawn by another program, and the DataMatrix of another encoder.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::path::Path;

use datamatrix::{DataMatrix, SymbolList};
use image::{GrayImage, Luma, RgbaImage};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use testkit::theriac::theriac;

/// A lot with signs that need care, and a separator behind it.
const BRACKETED: &str = "(01)09506000134352(17)271231(10)A%1/b(21)S+7";
const ELEMENTS: &str = "01095060001343521727123110A%1/b\u{1d}21S+7";

fn read_elements(folder: &Path, picture: &str) -> (String, String) {
    let read = theriac(folder, &["qr", "read", picture, "--json"]).ends_with(0).json();
    let text = |field: &str| read[field].as_str().unwrap().to_owned();
    (text("elements"), text("content"))
}

/// Draws an SVG as a browser or a printer does.
fn draw(svg: &Path, png: &Path) {
    let tree = Tree::from_data(&std::fs::read(svg).unwrap(), &Options::default()).unwrap();
    let size = tree.size().to_int_size();
    let mut pixels = Pixmap::new(size.width() * 3, size.height() * 3).unwrap();
    resvg::render(&tree, Transform::from_scale(3.0, 3.0), &mut pixels.as_mut());
    RgbaImage::from_raw(pixels.width(), pixels.height(), pixels.take()).unwrap().save(png).unwrap();
}

#[test]
fn an_svg_says_what_it_was_made_of_when_it_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let (svg, png) = (folder.path().join("pack.svg"), folder.path().join("pack.png"));
    for (form, content) in [
        ("element-string", format!("]Q3{ELEMENTS}")),
        ("link", "]Q1https://id.gs1.org/01/09506000134352/10/A%251%2Fb/21/S%2B7?17=271231".to_owned()),
    ] {
        let make = ["qr", "make", BRACKETED, "--as", form, "--out", svg.to_str().unwrap()];
        theriac(folder.path(), &make).ends_with(0);
        draw(&svg, &png);
        assert_eq!(read_elements(folder.path(), "pack.png"), (BRACKETED.to_owned(), content));
    }
}

#[test]
fn the_datamatrix_of_a_pack_is_read() {
    /// The width of a module in pixels, and of the quiet zone in modules.
    const MODULE: u32 = 6;
    const QUIET: u32 = 2;
    let folder = tempfile::tempdir().unwrap();
    let code = DataMatrix::encode_gs1(ELEMENTS.as_bytes(), SymbolList::default()).unwrap();
    let bitmap = code.bitmap();
    let side = |modules: usize| (u32::try_from(modules).unwrap() + 2 * QUIET) * MODULE;
    let mut picture = GrayImage::from_pixel(side(bitmap.width()), side(bitmap.height()), Luma([255]));
    for (x, y) in bitmap.pixels() {
        let at = |module: usize| (u32::try_from(module).unwrap() + QUIET) * MODULE;
        for pixel in 0..MODULE * MODULE {
            picture.put_pixel(at(x) + pixel % MODULE, at(y) + pixel / MODULE, Luma([0]));
        }
    }
    picture.save(folder.path().join("pack.png")).unwrap();
    assert_eq!(read_elements(folder.path(), "pack.png"), (BRACKETED.to_owned(), format!("]d2{ELEMENTS}")));
}
