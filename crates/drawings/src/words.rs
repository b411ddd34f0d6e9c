//! What products are called: the way a merchandiser writes, not the way a table is read out.

use crate::{
    catalogue::Design,
    garments::{Fit, Length, Neck, Sleeve},
    palette::Colour,
    prints::Print,
    random::Random,
};
use vestry_model::LocalText;

/// The letters of a colour in a SKU: `navy` NV, `dark-green` DG.
pub(crate) fn colour_code(id: &str) -> String {
    let code: String = match id.split_once('-') {
        Some((a, b)) => [a, b].iter().filter_map(|w| w.chars().next()).collect(),
        None => {
            let mut letters = id.chars();
            let first = letters.next();
            first.into_iter().chain(letters.filter(|c| !"aeiou".contains(*c)).take(2)).collect()
        }
    };
    code.to_uppercase()
}

/// The print's word in a title; a solid garment is not called one.
fn print_words(print: Print, random: &mut Random) -> (&'static str, &'static str) {
    match print {
        Print::Solid => ("", ""),
        Print::Striped => *random.pick(&[("스트라이프", "striped"), ("줄무늬", "striped"), ("단가라", "striped")]),
        Print::Checked => *random.pick(&[("체크", "checked"), ("체크 패턴", "check-pattern")]),
        Print::Dotted => *random.pick(&[("도트", "dotted"), ("땡땡이", "polka-dot")]),
        Print::Floral => *random.pick(&[("플라워", "floral"), ("꽃무늬", "floral"), ("플로럴", "flower-print")]),
        Print::Graphic => *random.pick(&[("그래픽", "graphic"), ("프린팅", "printed")]),
        Print::Camouflage => *random.pick(&[("카모", "camo"), ("카모플라쥬", "camouflage")]),
        Print::Animal => *random.pick(&[("애니멀 패턴", "animal-print"), ("애니멀 프린트", "animal-print")]),
    }
}

fn joined(words: &[&str]) -> String {
    words.iter().filter(|w| !w.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// What else is said of the shape: neckline, sleeves, length, fit; whatever the noun already says is left out.
fn shape_words(design: &Design) -> Vec<(&'static str, &'static str)> {
    let (kind, look) = (design.kind, &design.look);
    let mut words = Vec::new();
    if let Some(fit) = look.fit.filter(|fit| *fit != Fit::Regular) {
        words.push((fit.ko(), fit.en()));
    }
    match look.length {
        Some(Length::Full) => {}
        Some(length) => words.push((length.ko(), length.en())),
        None => {}
    }
    match look.neck {
        Some(Neck::Collar | Neck::Hood | Neck::Lapel) | None => {}
        Some(neck) => words.push((neck.ko(), neck.en())),
    }
    let says_sleeve = kind.sleeves.len() > 1 && !(kind.code == "LS" && look.sleeve == Some(Sleeve::Long));
    if let Some(sleeve) = look.sleeve.filter(|_| says_sleeve && look.neck != Some(Neck::OffShoulder)) {
        words.push((sleeve.ko(), sleeve.en()));
    }
    words
}

/// A title: cloth, print, shape, noun, colour — at most three words of shape, as in a shop.
pub(crate) fn title(design: &Design, colour: Colour, random: &mut Random) -> LocalText {
    let print = print_words(design.print, random);
    let shape = shape_words(design);
    let shape = &shape[..shape.len().min(3)];
    let mood = *random.pick(&[
        ("", ""),
        ("", ""),
        ("데일리", "everyday"),
        ("베이직", "basic"),
        ("소프트", "soft"),
        ("클래식", "classic"),
        ("빈티지", "vintage"),
    ]);
    let mut ko = vec![mood.0, design.cloth.0, print.0];
    let mut en = vec![mood.1, design.cloth.1, print.1];
    ko.extend(shape.iter().map(|w| w.0));
    en.extend(shape.iter().map(|w| w.1));
    // `긴팔` is in the noun of a long-sleeved t-shirt; with another sleeve it would contradict.
    let noun = match (design.kind.code, design.look.sleeve) {
        ("LS", Some(Sleeve::ThreeQuarter)) => ("티셔츠", "t-shirt"),
        _ => (design.kind.ko, design.kind.en),
    };
    ko.push(noun.0);
    en.push(noun.1);
    let (ko, en) = (joined(&ko), joined(&en));
    let colour_en = colour.en.to_lowercase();
    match random.below(3) {
        0 => LocalText { ko: Some(format!("{} {ko}", colour.ko)), en: Some(format!("{} {en}", colour.en)) },
        1 => {
            LocalText { ko: Some(format!("{ko} ({})", colour.ko)), en: Some(format!("{}, {colour_en}", capital(&en))) }
        }
        _ => {
            LocalText { ko: Some(format!("{ko}_{}", colour.ko)), en: Some(format!("{} in {colour_en}", capital(&en))) }
        }
    }
}

/// Two or three sentences about the cloth, the shape and what it goes with.
pub(crate) fn description(design: &Design, colour: Colour, random: &mut Random) -> LocalText {
    let (ko_cloth, en_cloth) = design.cloth;
    let cloth = *random.pick(&[
        ("소재로 매일 편하게 입기 좋아요.", "that is easy to wear every day."),
        ("소재라 구김이 적고 관리가 쉬워요.", "that creases little and is simple to care for."),
        ("소재로 계절이 바뀌는 때에 알맞아요.", "made for the weeks between two seasons."),
        ("특유의 결이 살아 있는 소재예요.", "with a surface you want to touch."),
    ]);
    let fit = match design.look.fit {
        Some(Fit::Oversized) => {
            ("어깨가 자연스럽게 떨어지는 오버핏이에요.", "The shoulders drop; the cut is oversized.")
        }
        Some(Fit::Slim) => ("몸의 선을 따라가는 슬림한 핏이에요.", "The cut follows the body closely."),
        Some(Fit::Wide) => ("통이 넓어 움직임이 편해요.", "The legs are wide and easy to move in."),
        Some(Fit::Loose) => ("여유 있는 실루엣으로 떨어져요.", "It falls with room to spare."),
        _ => ("군더더기 없는 기본 실루엣이에요.", "A plain shape without anything too much."),
    };
    let with = *random.pick(&[
        ("데님과 잘 어울려요.", "Goes well with denim."),
        ("출근복으로도 주말에도 손이 가요.", "For the office and for the weekend."),
        ("단정한 신발과 함께 입어 보세요.", "Try it with neat shoes."),
        ("", ""),
    ]);
    LocalText {
        ko: Some(joined(&[&format!("{ko_cloth} {}", cloth.0), fit.0, with.0, &format!("색상: {}", colour.ko)])),
        en: Some(joined(&[
            &format!("{} {}", capital(en_cloth), cloth.1),
            fit.1,
            with.1,
            &format!("Colour: {}.", colour.en.to_lowercase()),
        ])),
    }
}
