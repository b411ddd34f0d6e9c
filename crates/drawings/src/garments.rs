//! The garments: what exists, what it may look like, and who draws it.

mod bags;
mod bottoms;
mod hats;
mod kinds;
mod outerwear;
mod parts;
mod shoes;
mod tops;

pub(crate) use kinds::KINDS;

use crate::{canvas::Canvas, prints::Print, random::Random};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $id:literal $ko:literal $en:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum $name { $($variant),+ }

        impl $name {
            /// Its id in the taxonomy.
            pub(crate) fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }
            /// Its Korean name in a title.
            pub(crate) fn ko(self) -> &'static str {
                match self { $(Self::$variant => $ko),+ }
            }
            /// Its English name in a title.
            pub(crate) fn en(self) -> &'static str {
                match self { $(Self::$variant => $en),+ }
            }
        }
    };
}

words! {
    /// Necklines.
    Neck {
        Round "round-neck" "라운드넥" "crew-neck",
        Vee "v-neck" "브이넥" "V-neck",
        Scoop "u-neck" "유넥" "scoop-neck",
        Boat "boat-neck" "보트넥" "boat-neck",
        Square "square-neck" "스퀘어넥" "square-neck",
        Turtle "turtleneck" "터틀넥" "turtleneck",
        Mock "mock-neck" "하프넥" "mock-neck",
        Collar "shirt-collar" "카라" "collared",
        Hood "hooded" "후드" "hooded",
        Lapel "notched-lapel" "테일러드 카라" "notched",
        OffShoulder "off-shoulder" "오프숄더" "off-shoulder",
    }
}

words! {
    /// Sleeve lengths.
    Sleeve {
        None "sleeveless" "민소매" "sleeveless",
        Cap "cap-sleeve" "캡소매" "cap-sleeve",
        Short "short-sleeve" "반팔" "short-sleeve",
        Elbow "elbow-sleeve" "5부 소매" "elbow-sleeve",
        ThreeQuarter "three-quarter-sleeve" "7부 소매" "three-quarter-sleeve",
        Long "long-sleeve" "긴팔" "long-sleeve",
    }
}

words! {
    /// Lengths of skirts, dresses, trousers and coats.
    Length {
        Mini "mini" "미니" "mini",
        Knee "knee-length" "무릎길이" "knee-length",
        Midi "midi" "미디" "midi",
        Ankle "ankle-length" "9부" "ankle-length",
        Maxi "maxi" "롱" "maxi",
        Long "long" "롱" "long",
        Full "full-length" "풀렝스" "full-length",
        Thigh "mini" "3부" "short",
        Half "half-length-pants" "5부" "knee-length",
    }
}

words! {
    /// Fits.
    Fit {
        Slim "slim" "슬림핏" "slim",
        Regular "regular" "레귤러핏" "regular",
        Loose "loose" "루즈핏" "loose",
        Oversized "oversized" "오버핏" "oversized",
        Wide "wide" "와이드핏" "wide",
    }
}

impl Neck {
    /// Whether it is a value of `collar` rather than of `neckline`.
    pub(crate) fn is_collar(self) -> bool {
        matches!(self, Self::Collar | Self::Lapel)
    }
}

/// What was decided about one garment before it is drawn.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub(crate) neck: Option<Neck>,
    pub(crate) sleeve: Option<Sleeve>,
    pub(crate) length: Option<Length>,
    pub(crate) fit: Option<Fit>,
    /// For what has no name: a pocket, a curve, a number of buttons.
    pub(crate) random: Random,
}

/// A kind of garment.
pub(crate) struct Kind {
    /// Id in the taxonomy's `category`.
    pub(crate) category: &'static str,
    /// Korean noun of its titles.
    pub(crate) ko: &'static str,
    /// English noun of its titles.
    pub(crate) en: &'static str,
    /// Letters of its SKUs.
    pub(crate) code: &'static str,
    /// Cheapest and dearest, thousands of won.
    pub(crate) price: (u32, u32),
    /// How often it is drawn, against the others.
    pub(crate) weight: usize,
    pub(crate) necks: &'static [Neck],
    pub(crate) sleeves: &'static [Sleeve],
    pub(crate) lengths: &'static [Length],
    pub(crate) fits: &'static [Fit],
    /// Prints it is seen in.
    pub(crate) prints: &'static [Print],
    /// Colours it is seen in; empty is any.
    pub(crate) colours: &'static [&'static str],
    /// Cloths, Korean and English.
    pub(crate) cloths: &'static [(&'static str, &'static str)],
    pub(crate) draw: fn(&mut Canvas, &mut Look),
}
