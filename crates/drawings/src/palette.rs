//! The colours garments come in.

use vestry_model::Rgb;

/// A colour of the trade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Colour {
    /// Id in the taxonomy's `colour`.
    pub(crate) id: &'static str,
    /// How it is drawn.
    pub(crate) rgb: Rgb,
    /// Korean name.
    pub(crate) ko: &'static str,
    /// English name.
    pub(crate) en: &'static str,
}

const fn colour(id: &'static str, rgb: u32, ko: &'static str, en: &'static str) -> Colour {
    Colour { id, rgb: Rgb([(rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8]), ko, en }
}

/// Every colour used, the commonest first; washes of denim, which only denim has, come last.
pub(crate) const COLOURS: [Colour; 35] = [
    colour("black", 0x1c1c1e, "블랙", "Black"),
    colour("white", 0xf6f6f4, "화이트", "White"),
    colour("navy", 0x1d2849, "네이비", "Navy"),
    colour("ivory", 0xf3e9d2, "아이보리", "Ivory"),
    colour("grey", 0x8c8d8f, "그레이", "Grey"),
    colour("beige", 0xd9c5a3, "베이지", "Beige"),
    colour("charcoal", 0x45464a, "차콜", "Charcoal"),
    colour("sky-blue", 0x9cc8ea, "소라", "Sky blue"),
    colour("khaki", 0x6d6a45, "카키", "Khaki"),
    colour("brown", 0x7a4f2f, "브라운", "Brown"),
    colour("pink", 0xf094b3, "핑크", "Pink"),
    colour("blue", 0x2659c4, "블루", "Blue"),
    colour("red", 0xcb2129, "레드", "Red"),
    colour("green", 0x2f8a48, "그린", "Green"),
    colour("camel", 0xb8864b, "카멜", "Camel"),
    colour("burgundy", 0x66182c, "버건디", "Burgundy"),
    colour("light-grey", 0xc8c8c9, "라이트 그레이", "Light grey"),
    colour("mustard", 0xc9962a, "머스타드", "Mustard"),
    colour("lavender", 0xc2b0e0, "라벤더", "Lavender"),
    colour("mint", 0xaae0cb, "민트", "Mint"),
    colour("dusty-pink", 0xc99293, "인디 핑크", "Dusty pink"),
    colour("sage", 0xa3ad91, "세이지", "Sage"),
    colour("yellow", 0xf3d22e, "옐로우", "Yellow"),
    colour("orange", 0xea7b22, "오렌지", "Orange"),
    colour("coral", 0xf0796a, "코랄", "Coral"),
    colour("purple", 0x6b3b98, "퍼플", "Purple"),
    colour("olive", 0x7d7a3a, "올리브", "Olive"),
    colour("teal", 0x17777b, "틸", "Teal"),
    colour("peach", 0xf6c0a0, "피치", "Peach"),
    colour("dark-brown", 0x45291a, "다크 브라운", "Dark brown"),
    colour("dark-green", 0x1e4232, "다크 그린", "Dark green"),
    colour("hot-pink", 0xe32c81, "핫핑크", "Hot pink"),
    colour("light-denim", 0xa4bcd3, "연청", "Light-wash"),
    colour("mid-denim", 0x5f7fa3, "중청", "Mid-wash"),
    colour("dark-denim", 0x2b3a57, "진청", "Dark-wash"),
];

/// How many of [`COLOURS`] any cloth may have.
pub(crate) const ANY_CLOTH: usize = COLOURS.len() - 3;

/// The colour of that id.
pub(crate) fn named(id: &str) -> Colour {
    *COLOURS.iter().find(|c| c.id == id).expect("the id is one of `COLOURS`")
}
