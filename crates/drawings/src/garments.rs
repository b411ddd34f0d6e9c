//! The garments: what exists, what it may look like, and who draws it.

mod bags;
mod bottoms;
mod hats;
mod outerwear;
mod parts;
mod shoes;
mod tops;

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

use Fit::{Loose, Oversized, Regular, Slim, Wide};
use Length::{Ankle, Full, Half, Knee, Maxi, Midi, Mini, Thigh};
use Neck::{Boat, Collar, Hood, Lapel, Mock, OffShoulder, Round, Scoop, Square, Turtle, Vee};
use Print::{Animal, Camouflage, Checked, Dotted, Floral, Graphic, Solid, Striped};
use Sleeve::{Cap, Elbow, Short, ThreeQuarter};

/// A kind without anything special; the others change what differs.
const PLAIN: Kind = Kind {
    category: "",
    ko: "",
    en: "",
    code: "",
    price: (19, 39),
    weight: 4,
    necks: &[],
    sleeves: &[],
    lengths: &[],
    fits: &[],
    prints: &[Solid],
    colours: &[],
    cloths: &[("코튼", "cotton")],
    draw: tops::tee,
};

const DENIMS: &[&str] = &["mid-denim", "dark-denim", "light-denim", "mid-denim", "black", "ivory"];
const LEATHERS: &[&str] = &["black", "brown", "camel", "ivory", "burgundy", "dark-brown", "beige", "red"];
const WOOLS: &[&str] =
    &["camel", "black", "charcoal", "beige", "navy", "grey", "ivory", "burgundy", "khaki", "brown", "dark-green"];
const KNITS: &[(&str, &str)] =
    &[("울 블렌드", "wool-blend"), ("골지", "ribbed"), ("캐시미어 터치", "cashmere-touch"), ("코튼", "cotton")];
const SHIRTINGS: &[(&str, &str)] =
    &[("옥스포드", "oxford"), ("린넨", "linen"), ("코튼", "cotton"), ("시어서커", "seersucker")];
const FLOWING: &[(&str, &str)] =
    &[("쉬폰", "chiffon"), ("레이온", "rayon"), ("린넨", "linen"), ("새틴", "satin"), ("코튼", "cotton")];
const DENIM: &[(&str, &str)] = &[("데님", "denim"), ("워싱 데님", "washed denim")];
const LEATHER: &[(&str, &str)] = &[("소가죽", "leather"), ("비건 레더", "vegan-leather"), ("스웨이드", "suede")];
const COATINGS: &[(&str, &str)] = &[("울", "wool"), ("핸드메이드 울", "handmade-wool"), ("헤링본", "herringbone")];
const SHELLS: &[(&str, &str)] = &[("나일론", "nylon"), ("라이트", "lightweight"), ("코튼", "cotton")];

/// Every kind.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        category: "t-shirt",
        ko: "티셔츠",
        en: "t-shirt",
        code: "TS",
        price: (15, 39),
        weight: 12,
        necks: &[Round, Vee, Scoop, Round, Boat],
        sleeves: &[Short, Short, Short, Elbow, Cap],
        fits: &[Regular, Slim, Oversized, Loose],
        prints: &[Solid, Striped, Graphic, Dotted, Graphic, Animal, Camouflage, Floral],
        ..PLAIN
    },
    Kind {
        category: "longsleeve",
        ko: "긴팔 티셔츠",
        en: "long-sleeve t-shirt",
        code: "LS",
        price: (19, 45),
        weight: 8,
        necks: &[Round, Boat, Scoop, Vee, Mock],
        sleeves: &[Sleeve::Long, Sleeve::Long, ThreeQuarter],
        fits: &[Regular, Slim, Loose],
        prints: &[Solid, Striped, Striped, Graphic, Camouflage, Animal, Dotted],
        ..PLAIN
    },
    Kind {
        category: "polo-shirt",
        ko: "카라 티셔츠",
        en: "polo shirt",
        code: "PO",
        price: (25, 59),
        necks: &[Collar],
        sleeves: &[Short],
        fits: &[Regular, Slim],
        prints: &[Solid, Solid, Striped],
        cloths: &[("피케", "piqué"), ("코튼", "cotton")],
        draw: tops::polo,
        ..PLAIN
    },
    Kind {
        category: "shirt",
        ko: "셔츠",
        en: "shirt",
        code: "SH",
        price: (29, 69),
        weight: 11,
        necks: &[Collar],
        sleeves: &[Sleeve::Long, Sleeve::Long, Short, ThreeQuarter],
        fits: &[Regular, Slim, Oversized],
        prints: &[Solid, Striped, Checked, Checked, Dotted, Floral, Camouflage],
        cloths: SHIRTINGS,
        draw: tops::shirt,
        ..PLAIN
    },
    Kind {
        category: "blouse",
        ko: "블라우스",
        en: "blouse",
        code: "BL",
        price: (29, 65),
        weight: 8,
        necks: &[Vee, Round, Square, OffShoulder],
        sleeves: &[Sleeve::Long, Elbow, Short, ThreeQuarter],
        fits: &[Regular, Loose],
        prints: &[Floral, Solid, Dotted, Floral, Striped, Animal],
        cloths: FLOWING,
        draw: tops::blouse,
        ..PLAIN
    },
    Kind {
        category: "sweatshirt",
        ko: "맨투맨",
        en: "sweatshirt",
        code: "SW",
        price: (29, 69),
        weight: 7,
        necks: &[Round],
        sleeves: &[Sleeve::Long],
        fits: &[Regular, Oversized],
        prints: &[Solid, Graphic, Graphic, Striped, Camouflage],
        cloths: &[("기모", "brushed"), ("코튼", "cotton")],
        draw: tops::sweatshirt,
        ..PLAIN
    },
    Kind {
        category: "hoodie",
        ko: "후드티",
        en: "hoodie",
        code: "HD",
        price: (35, 89),
        weight: 8,
        necks: &[Hood],
        sleeves: &[Sleeve::Long],
        fits: &[Regular, Oversized],
        prints: &[Solid, Graphic, Camouflage, Solid, Graphic],
        cloths: &[("기모", "brushed"), ("헤비 코튼", "heavy cotton")],
        draw: tops::hoodie,
        ..PLAIN
    },
    Kind {
        category: "sweater",
        ko: "니트",
        en: "sweater",
        code: "KN",
        price: (39, 99),
        weight: 9,
        necks: &[Round, Vee, Turtle, Mock],
        sleeves: &[Sleeve::Long],
        fits: &[Regular, Slim, Loose],
        prints: &[Solid, Solid, Striped, Checked],
        cloths: KNITS,
        draw: tops::sweater,
        ..PLAIN
    },
    Kind {
        category: "knit-vest",
        ko: "니트 조끼",
        en: "knit vest",
        code: "KV",
        price: (29, 69),
        weight: 4,
        necks: &[Vee, Round],
        sleeves: &[Sleeve::None],
        fits: &[Regular],
        prints: &[Solid, Checked, Striped],
        cloths: KNITS,
        draw: tops::vest,
        ..PLAIN
    },
    Kind {
        category: "camisole",
        ko: "나시",
        en: "camisole",
        code: "CM",
        price: (12, 35),
        weight: 5,
        necks: &[Vee, Square, Scoop],
        sleeves: &[Sleeve::None],
        fits: &[Slim, Regular],
        prints: &[Solid, Striped, Floral, Animal, Dotted],
        cloths: FLOWING,
        draw: tops::camisole,
        ..PLAIN
    },
    Kind {
        category: "cardigan",
        ko: "가디건",
        en: "cardigan",
        code: "CD",
        price: (39, 99),
        weight: 8,
        necks: &[Vee, Round],
        sleeves: &[Sleeve::Long],
        fits: &[Regular, Loose],
        prints: &[Solid, Solid, Striped, Checked, Dotted],
        cloths: KNITS,
        draw: tops::cardigan,
        ..PLAIN
    },
    Kind {
        category: "coat",
        ko: "코트",
        en: "coat",
        code: "CT",
        price: (129, 399),
        weight: 9,
        necks: &[Lapel],
        sleeves: &[Sleeve::Long],
        lengths: &[Midi, Length::Long, Knee],
        fits: &[Regular, Oversized],
        prints: &[Solid, Solid, Checked, Checked],
        colours: WOOLS,
        cloths: COATINGS,
        draw: outerwear::coat,
        ..PLAIN
    },
    Kind {
        category: "trench-coat",
        ko: "트렌치코트",
        en: "trench coat",
        code: "TR",
        price: (119, 299),
        necks: &[Lapel],
        sleeves: &[Sleeve::Long],
        lengths: &[Midi, Length::Long],
        fits: &[Regular],
        colours: &["beige", "khaki", "navy", "black", "camel", "olive"],
        draw: outerwear::trench,
        ..PLAIN
    },
    Kind {
        category: "blazer",
        ko: "재킷",
        en: "blazer",
        code: "BZ",
        price: (79, 199),
        weight: 6,
        necks: &[Lapel],
        sleeves: &[Sleeve::Long],
        fits: &[Regular, Slim, Oversized],
        prints: &[Solid, Checked, Striped, Checked],
        colours: WOOLS,
        cloths: &[("울 블렌드", "wool-blend"), ("트위드", "tweed"), ("린넨", "linen")],
        draw: outerwear::blazer,
        ..PLAIN
    },
    Kind {
        category: "denim-jacket",
        ko: "청자켓",
        en: "denim jacket",
        code: "DJ",
        price: (59, 139),
        necks: &[Collar],
        sleeves: &[Sleeve::Long],
        fits: &[Regular, Oversized],
        colours: DENIMS,
        cloths: DENIM,
        draw: outerwear::denim_jacket,
        ..PLAIN
    },
    Kind {
        category: "padded-jacket",
        ko: "숏패딩",
        en: "puffer jacket",
        code: "PD",
        price: (89, 259),
        weight: 5,
        necks: &[Hood, Mock],
        sleeves: &[Sleeve::Long],
        fits: &[Regular, Oversized],
        prints: &[Solid, Solid, Camouflage],
        cloths: SHELLS,
        draw: outerwear::puffer,
        ..PLAIN
    },
    Kind {
        category: "bomber-jacket",
        ko: "항공점퍼",
        en: "bomber jacket",
        code: "BJ",
        price: (69, 169),
        necks: &[Mock],
        sleeves: &[Sleeve::Long],
        fits: &[Regular, Oversized],
        prints: &[Solid, Camouflage, Solid],
        cloths: SHELLS,
        draw: outerwear::bomber,
        ..PLAIN
    },
    Kind {
        category: "dress",
        ko: "원피스",
        en: "dress",
        code: "DR",
        price: (45, 129),
        weight: 14,
        necks: &[Round, Vee, Square, Scoop, Boat, OffShoulder],
        sleeves: &[Short, Sleeve::None, Elbow, Sleeve::Long, ThreeQuarter],
        lengths: &[Mini, Midi, Maxi, Knee],
        fits: &[Regular, Slim, Loose],
        prints: &[Floral, Solid, Dotted, Floral, Striped, Animal, Checked],
        cloths: FLOWING,
        draw: tops::dress,
        ..PLAIN
    },
    Kind {
        category: "shirt-dress",
        ko: "셔츠 원피스",
        en: "shirt dress",
        code: "SD",
        price: (49, 119),
        weight: 5,
        necks: &[Collar],
        sleeves: &[Sleeve::Long, Short],
        lengths: &[Midi, Knee],
        fits: &[Regular, Loose],
        prints: &[Striped, Solid, Checked, Floral, Dotted],
        cloths: SHIRTINGS,
        draw: tops::shirt_dress,
        ..PLAIN
    },
    Kind {
        category: "slip-dress",
        ko: "슬립 원피스",
        en: "slip dress",
        code: "SL",
        price: (39, 99),
        weight: 5,
        necks: &[Vee, Square],
        sleeves: &[Sleeve::None],
        lengths: &[Midi, Maxi, Mini],
        fits: &[Slim, Regular],
        prints: &[Solid, Floral, Animal, Dotted],
        cloths: &[("새틴", "satin"), ("벨벳", "velvet")],
        draw: tops::slip_dress,
        ..PLAIN
    },
    Kind {
        category: "knit-dress",
        ko: "니트 원피스",
        en: "knit dress",
        code: "KD",
        price: (49, 119),
        necks: &[Turtle, Round, Vee],
        sleeves: &[Sleeve::Long],
        lengths: &[Midi, Knee],
        fits: &[Slim, Regular],
        prints: &[Solid, Striped],
        cloths: KNITS,
        draw: tops::knit_dress,
        ..PLAIN
    },
    Kind {
        category: "skirt",
        ko: "스커트",
        en: "skirt",
        code: "SK",
        price: (25, 69),
        weight: 9,
        lengths: &[Mini, Midi, Maxi, Knee],
        fits: &[Regular],
        prints: &[Solid, Floral, Checked, Dotted, Striped, Animal, Camouflage],
        cloths: FLOWING,
        draw: bottoms::skirt,
        ..PLAIN
    },
    Kind {
        category: "pleated-skirt",
        ko: "플리츠 스커트",
        en: "pleated skirt",
        code: "PS",
        price: (29, 79),
        weight: 5,
        lengths: &[Mini, Midi],
        fits: &[Regular],
        prints: &[Checked, Solid, Solid],
        cloths: &[("울 블렌드", "wool-blend"), ("코튼", "cotton")],
        draw: bottoms::pleated,
        ..PLAIN
    },
    Kind {
        category: "jeans",
        ko: "청바지",
        en: "jeans",
        code: "JN",
        price: (39, 119),
        weight: 7,
        lengths: &[Full, Ankle],
        fits: &[Slim, Regular, Wide],
        colours: DENIMS,
        cloths: DENIM,
        draw: bottoms::jeans,
        ..PLAIN
    },
    Kind {
        category: "slacks",
        ko: "슬랙스",
        en: "trousers",
        code: "SX",
        price: (35, 89),
        weight: 7,
        lengths: &[Full, Ankle],
        fits: &[Regular, Slim, Wide],
        prints: &[Solid, Solid, Checked, Striped],
        cloths: &[("울 블렌드", "wool-blend"), ("린넨", "linen"), ("코튼", "cotton")],
        draw: bottoms::slacks,
        ..PLAIN
    },
    Kind {
        category: "jogger-pants",
        ko: "조거 팬츠",
        en: "joggers",
        code: "JG",
        price: (25, 69),
        lengths: &[Full],
        fits: &[Regular, Loose],
        prints: &[Solid, Camouflage, Solid],
        cloths: &[("기모", "brushed"), ("코튼", "cotton")],
        draw: bottoms::joggers,
        ..PLAIN
    },
    Kind {
        category: "cargo-pants",
        ko: "카고 팬츠",
        en: "cargo pants",
        code: "CG",
        price: (39, 99),
        lengths: &[Full],
        fits: &[Wide, Regular],
        prints: &[Camouflage, Solid, Solid],
        colours: &["khaki", "olive", "black", "beige", "charcoal", "brown"],
        draw: bottoms::cargo,
        ..PLAIN
    },
    Kind {
        category: "leggings",
        ko: "레깅스",
        en: "leggings",
        code: "LG",
        price: (15, 49),
        weight: 3,
        lengths: &[Full, Ankle],
        fits: &[Slim],
        prints: &[Solid, Animal, Camouflage, Solid],
        cloths: &[("스판", "stretch"), ("요가", "yoga")],
        draw: bottoms::leggings,
        ..PLAIN
    },
    Kind {
        category: "shorts",
        ko: "반바지",
        en: "shorts",
        code: "ST",
        price: (19, 49),
        weight: 8,
        lengths: &[Thigh, Half],
        fits: &[Regular, Wide],
        prints: &[Solid, Striped, Checked, Floral, Camouflage, Dotted],
        cloths: &[("린넨", "linen"), ("코튼", "cotton"), ("나일론", "nylon")],
        draw: bottoms::shorts,
        ..PLAIN
    },
    Kind {
        category: "cap",
        ko: "볼캡",
        en: "baseball cap",
        code: "CP",
        price: (15, 45),
        weight: 5,
        prints: &[Solid, Graphic, Solid, Camouflage, Checked],
        draw: hats::cap,
        ..PLAIN
    },
    Kind {
        category: "bucket-hat",
        ko: "버킷햇",
        en: "bucket hat",
        code: "BH",
        price: (19, 49),
        prints: &[Solid, Checked, Animal, Floral, Camouflage],
        draw: hats::bucket,
        ..PLAIN
    },
    Kind {
        category: "beanie",
        ko: "비니",
        en: "beanie",
        code: "BN",
        price: (12, 35),
        prints: &[Solid, Solid, Striped],
        cloths: KNITS,
        draw: hats::beanie,
        ..PLAIN
    },
    Kind {
        category: "sneakers",
        ko: "스니커즈",
        en: "sneakers",
        code: "SN",
        price: (39, 139),
        weight: 7,
        prints: &[Solid, Solid, Checked, Animal],
        cloths: &[("캔버스", "canvas"), ("레더", "leather"), ("스웨이드", "suede")],
        draw: shoes::sneakers,
        ..PLAIN
    },
    Kind {
        category: "ankle-boots",
        ko: "앵클부츠",
        en: "ankle boots",
        code: "BT",
        price: (69, 189),
        colours: LEATHERS,
        cloths: LEATHER,
        draw: shoes::boots,
        ..PLAIN
    },
    Kind {
        category: "loafers",
        ko: "로퍼",
        en: "loafers",
        code: "LF",
        price: (49, 149),
        colours: LEATHERS,
        cloths: LEATHER,
        draw: shoes::loafers,
        ..PLAIN
    },
    Kind {
        category: "heels",
        ko: "펌프스",
        en: "pumps",
        code: "PM",
        price: (49, 149),
        prints: &[Solid, Solid, Animal],
        colours: LEATHERS,
        cloths: LEATHER,
        draw: shoes::pumps,
        ..PLAIN
    },
    Kind {
        category: "tote-bag",
        ko: "토트백",
        en: "tote bag",
        code: "TB",
        price: (25, 129),
        weight: 5,
        prints: &[Solid, Graphic, Striped, Checked, Floral],
        cloths: &[("캔버스", "canvas"), ("레더", "leather")],
        draw: bags::tote,
        ..PLAIN
    },
    Kind {
        category: "crossbody-bag",
        ko: "크로스백",
        en: "cross-body bag",
        code: "CB",
        price: (39, 149),
        prints: &[Solid, Solid, Animal],
        cloths: LEATHER,
        draw: bags::crossbody,
        ..PLAIN
    },
    Kind {
        category: "backpack",
        ko: "백팩",
        en: "backpack",
        code: "BP",
        price: (45, 139),
        prints: &[Solid, Solid, Camouflage, Checked],
        cloths: SHELLS,
        draw: bags::backpack,
        ..PLAIN
    },
];
