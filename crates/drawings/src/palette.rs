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

/// Every colour used, the commonest first.
pub(crate) const COLOURS: [Colour; 30] = [
    colour("black", 0x1d1c1f, "블랙", "Black"),
    colour("white", 0xf7f6f3, "화이트", "White"),
    colour("navy", 0x1f2a4d, "네이비", "Navy"),
    colour("ivory", 0xf1e9d6, "아이보리", "Ivory"),
    colour("grey", 0x8f9195, "그레이", "Grey"),
    colour("beige", 0xd8c3a0, "베이지", "Beige"),
    colour("charcoal", 0x45474c, "차콜", "Charcoal"),
    colour("sky-blue", 0xa4cbe8, "소라", "Sky blue"),
    colour("khaki", 0x7c7650, "카키", "Khaki"),
    colour("brown", 0x6e4a32, "브라운", "Brown"),
    colour("pink", 0xf0a9bd, "핑크", "Pink"),
    colour("blue", 0x2f62c0, "블루", "Blue"),
    colour("red", 0xc8282f, "레드", "Red"),
    colour("green", 0x2f8350, "그린", "Green"),
    colour("camel", 0xbd8a52, "카멜", "Camel"),
    colour("burgundy", 0x6f1d33, "버건디", "Burgundy"),
    colour("light-grey", 0xc9cacc, "라이트 그레이", "Light grey"),
    colour("mustard", 0xd09e2b, "머스타드", "Mustard"),
    colour("lavender", 0xbba9dc, "라벤더", "Lavender"),
    colour("mint", 0xa6dcc6, "민트", "Mint"),
    colour("yellow", 0xf3d34c, "옐로우", "Yellow"),
    colour("orange", 0xe67f2c, "오렌지", "Orange"),
    colour("coral", 0xef7f6d, "코랄", "Coral"),
    colour("purple", 0x6a3f92, "퍼플", "Purple"),
    colour("olive", 0x5e6330, "올리브", "Olive"),
    colour("teal", 0x1f7478, "틸", "Teal"),
    colour("dark-brown", 0x3d2a20, "다크 브라운", "Dark brown"),
    colour("denim", 0x52719b, "데님 블루", "Denim blue"),
    colour("dark-green", 0x1f4634, "다크 그린", "Dark green"),
    colour("hot-pink", 0xe0428a, "핫핑크", "Hot pink"),
];

/// The colour of that id.
pub(crate) fn named(id: &str) -> Colour {
    *COLOURS.iter().find(|c| c.id == id).expect("the id is one of `COLOURS`")
}
