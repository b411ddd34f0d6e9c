//! Guessing which column is what, from its name and its first values.

use super::{Mapping, Target};
use std::collections::HashSet;
use vestry_model::Taxonomy;

/// Names of columns, without case, spaces and punctuation; the likelier name of a target stands first.
const NAMES: &[(Target, &[&str])] = &[
    (
        Target::Sku,
        &[
            "sku",
            "skuid",
            "상품코드",
            "productcode",
            "productid",
            "productno",
            "품번",
            "스타일번호",
            "상품번호",
            "상품id",
            "상품고유번호",
            "자체상품코드",
            "itemcode",
            "itemid",
            "관리코드",
            "offerid",
            "stylecode",
            "stylenumber",
            "id",
        ],
    ),
    (Target::TitleKo, &["titleko", "한글상품명", "국문상품명", "상품명국문", "상품명한글", "nameko", "titlekorean"]),
    (Target::TitleEn, &["titleen", "영문상품명", "상품명영문", "영어상품명", "nameen", "titleenglish"]),
    (
        Target::Title,
        &[
            "title",
            "상품명",
            "productname",
            "name",
            "producttitle",
            "제목",
            "품명",
            "itemname",
            "상품이름",
            "productdisplayname",
        ],
    ),
    (Target::DescriptionKo, &["descriptionko", "한글설명", "국문설명"]),
    (Target::DescriptionEn, &["descriptionen", "영문설명", "영문상품설명"]),
    (
        Target::Description,
        &[
            "description",
            "상품설명",
            "설명",
            "desc",
            "상세설명",
            "productdescription",
            "요약설명",
            "간략설명",
            "body",
            "bodyhtml",
        ],
    ),
    (Target::Brand, &["brand", "브랜드", "브랜드명", "brandname", "vendor", "제조사", "maker", "manufacturer"]),
    (
        Target::Price,
        &[
            "price",
            "판매가",
            "가격",
            "판매가격",
            "sellingprice",
            "saleprice",
            "할인가",
            "정가",
            "소비자가",
            "variantprice",
        ],
    ),
    (Target::Currency, &["currency", "통화", "화폐", "pricecurrency", "currencycode"]),
    (
        Target::Group,
        &[
            "itemgroupid",
            "group",
            "groupid",
            "그룹",
            "그룹코드",
            "상품그룹",
            "스타일코드",
            "parentsku",
            "parentid",
            "모델번호",
            "handle",
        ],
    ),
    (
        Target::Link,
        &["link", "링크", "url", "producturl", "상품url", "상품링크", "상품주소", "pcurl", "상세페이지", "permalink"],
    ),
    (
        Target::Images,
        &[
            "image",
            "images",
            "이미지",
            "imageurl",
            "imagelink",
            "imageurls",
            "이미지url",
            "이미지링크",
            "이미지주소",
            "대표이미지",
            "추가이미지",
            "additionalimagelink",
            "additionalimage",
            "imagesrc",
            "mainimage",
            "사진",
            "photo",
            "photos",
            "picture",
            "thumbnail",
            "썸네일",
            "상품이미지",
            "목록이미지",
            "상세이미지",
            "imagepath",
            "imagefile",
            "img",
            "imgurl",
            "filename",
        ],
    ),
];

/// Names of attribute columns beyond the attribute's own names in the taxonomy.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("colour", &["색상", "색", "컬러", "color", "colour", "색상명", "colorname", "basecolour"]),
    ("category", &["카테고리", "category", "분류", "품목", "상품분류", "producttype", "articletype", "종류"]),
    ("print", &["무늬", "패턴", "pattern", "print"]),
    ("material", &["소재", "material", "재질", "fabric"]),
    ("fit", &["핏", "fit"]),
    ("neckline", &["넥라인", "neckline", "네크라인"]),
    ("sleeve-length", &["소매길이", "소매", "sleeve", "sleevelength"]),
    ("length", &["기장", "총기장", "length"]),
    ("season", &["시즌", "계절", "season"]),
    ("gender", &["성별", "gender", "sex"]),
];

/// Lower case, letters and digits only; a leading `g:` of Google's feeds and what stands in brackets are dropped.
fn plain(header: &str) -> String {
    let header = header.trim().to_lowercase();
    let header = header.strip_prefix("g:").unwrap_or(&header);
    let head = header.split(['(', '[']).next().filter(|h| !h.trim().is_empty()).unwrap_or(header);
    head.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The name without a number at its end: `image2` is an `image`.
fn unnumbered(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// The target of a name, and how likely: 0 is the likeliest.
fn by_name(name: &str) -> Option<(Target, usize)> {
    let found = |name: &str| {
        NAMES.iter().find_map(|(target, names)| names.iter().position(|n| *n == name).map(|at| (target.clone(), at)))
    };
    found(name).or_else(|| found(unnumbered(name)).filter(|(target, _)| *target == Target::Images))
}

fn attribute_by_name(name: &str) -> Option<String> {
    let known = ATTRIBUTES.iter().find(|(_, names)| names.contains(&name)).map(|(id, _)| (*id).to_owned());
    known.or_else(|| {
        let taxonomy = Taxonomy::builtin();
        let named = |a: &&vestry_model::taxonomy::Attribute| {
            [a.id.as_str(), a.name.pick(true), a.name.pick(false)].iter().any(|n| plain(n) == name)
        };
        taxonomy.attributes().iter().find(named).map(|a| a.id.to_string())
    })
}

fn values(sample: &[Vec<String>], column: usize) -> impl Iterator<Item = &str> {
    sample.iter().filter_map(move |row| row.get(column)).map(|v| v.trim()).filter(|v| !v.is_empty())
}

fn is_picture(value: &str) -> bool {
    let path = value.split(['?', '#', '|']).next().unwrap_or(value).to_lowercase();
    [".jpg", ".jpeg", ".png", ".webp"].iter().any(|end| path.ends_with(end))
}

/// A name for an own field: the header, cut to what a product may carry.
fn own(header: &str) -> Target {
    let name: String = header.trim().chars().filter(|c| !c.is_control()).take(60).collect();
    Target::Own(name)
}

/// The target of a column that an export of ours wrote: `tag:colour`, `own:shelf`, in JSON lines `tag.colour`.
/// A model's suggestions are passed over: reading them would make them the shop's own word.
fn exported(header: &str) -> Option<Target> {
    let after = |prefix: &str| header.strip_prefix(prefix).and_then(|h| h.strip_prefix([':', '.'])).map(str::to_owned);
    if after("suggested").is_some() {
        return Some(Target::Skip);
    }
    after("tag").map(Target::Tag).or_else(|| after("own").map(Target::Own)).filter(|t| match t {
        Target::Tag(name) | Target::Own(name) => !name.is_empty(),
        _ => true,
    })
}

/// Which column is probably what; every column is named once.
pub fn propose(headers: &[String], sample: &[Vec<String>]) -> Mapping {
    let mut targets: Vec<Option<Target>> = headers.iter().map(|h| exported(h)).collect();
    // A column that is settled has no name left to guess from.
    let settled = targets.clone();
    let names: Vec<String> =
        headers.iter().zip(&settled).map(|(h, t)| if t.is_some() { String::new() } else { plain(h) }).collect();
    for (target, _) in NAMES {
        let mut candidates: Vec<(usize, usize)> = names
            .iter()
            .enumerate()
            .filter_map(|(column, name)| by_name(name).filter(|(t, _)| t == target).map(|(_, rank)| (rank, column)))
            .collect();
        candidates.sort_unstable();
        let several = if *target == Target::Images { candidates.len() } else { 1 };
        for &(_, column) in candidates.iter().take(several) {
            targets[column] = Some(target.clone());
        }
    }
    for (column, target) in targets.iter_mut().enumerate() {
        if target.is_some() {
            continue;
        }
        *target = attribute_by_name(&names[column]).map(Target::Tag);
        let mut seen = values(sample, column).peekable();
        if target.is_none() && seen.peek().is_some() && seen.all(is_picture) {
            *target = Some(Target::Images);
        }
    }
    if !targets.contains(&Some(Target::Sku)) && targets.iter().flatten().any(|target| *target != Target::Skip) {
        // No name says so: the first free column whose sample values are short words, all different. A file of which
        // no column is known may be anything; it is left to a person to say what names its products.
        let unique = (0..headers.len()).find(|&column| {
            let seen: Vec<&str> = values(sample, column).collect();
            targets[column].is_none()
                && !seen.is_empty()
                && seen.len() == sample.len()
                && seen.iter().all(|v| v.chars().count() <= 60 && !v.contains(char::is_whitespace))
                && seen.iter().collect::<HashSet<_>>().len() == seen.len()
        });
        if let Some(column) = unique {
            targets[column] = Some(Target::Sku);
        }
    }
    let mut mapping = Mapping::default();
    let mut owned = HashSet::new();
    for (header, target) in headers.iter().zip(targets) {
        if mapping.columns.iter().any(|(column, _)| column == header) {
            continue;
        }
        let target = target.unwrap_or_else(|| own(header));
        let repeated = matches!(&target, Target::Own(name) if name.is_empty() || !owned.insert(name.clone()));
        // Past fifty own fields a product refuses the rest; leave them out rather than fail every row.
        let full = matches!(target, Target::Own(_)) && owned.len() > 50;
        mapping.columns.push((header.clone(), if repeated || full { Target::Skip } else { target }));
    }
    mapping
}
