use std::{collections::BTreeSet, sync::LazyLock};

use proptest::prelude::*;
use vestry_model::Taxonomy;

use super::*;

static READER: LazyLock<Reader> = LazyLock::new(|| Reader::new(Taxonomy::builtin()));

#[track_caller]
fn normal(text: &str, expected: &str) {
    assert_eq!(normalise(text), expected, "{text}");
}

#[test]
fn texts_are_made_alike() {
    normal("Ｖ－Ｎeck　ＸＬ", "v-neck xl");
    normal("원피스", "원피스");
    normal("WOMEN’S", "women's");
    normal("CAFÉ", "café");
}

/// `expected`: words before the bar, grams after it.
#[track_caller]
fn tokenised(text: &str, expected: &str) {
    let Tokens { words, grams } = tokens(text);
    let shown = format!("{} | {}", words.join(" "), grams.join(" "));
    assert_eq!(shown.trim(), expected, "{text}");
}

#[test]
fn texts_become_words_and_pairs() {
    tokenised("롱원피스", "롱원피스 | 롱원 원피 피스");
    tokenised("원피스를", "원피스 원피스를 | 원피 피스 스를");
    tokenised("넥타이 가로 옷", "넥타이 가로 옷 | 넥타 타이 가로");
    tokenised("7부 소매 2XL", "7부 소매 2xl | 7부 소매");
    tokenised("면 100%", "면 100 100% |");
    tokenised("39,000원", "39000원 | 39000원");
    tokenised("T-Shirts", "tshirts t-shirt t-shirts |");
    tokenised("off-shoulder Dresses", "offshoulder off shoulder off-shoulder dress dresses |");
    tokenised("women's jeans", "women womens jean jeans |");
    tokenised("nike운동화 A라인 V넥", "nike 운동화 a라인 v넥 | 운동 동화 a라 라인 v넥");
    tokenised("3/4 sleeve, 24.90", "3/4 sleeve 24.90 |");
    tokenised("심플한 appliqué", "심플 심플한 applique appliqué | 심플 플한");
    tokenised("", "|");
    tokenised("— ♥ !!", "|");
}

#[track_caller]
fn found(query: &str, text: &str, expected: bool) {
    assert_eq!(matches(query, text), expected, "`{query}` in `{text}`");
}

#[test]
fn a_word_needs_most_of_its_pairs() {
    found("원피스", "쉬폰 롱원피스", true);
    found("원피스", "원피스를 위한 벨트", true);
    found("원피스", "여성용 원피스", true);
    found("원피스", "웨이브 헤어피스", false);
    found("헤어피스", "롱 원피스", false);
    found("원피스", "원단 피스", false);
    found("체크셔츠", "오버핏 체크 셔츠", true);
    found("체크 셔츠", "오버핏 체크셔츠", true);
    found("반팔티셔츠", "반팔 티셔츠", true);
    found("롱원피스", "쉬폰 원피스", true);
    found("치마", "앞치마", true);
    found("옷", "옷", true);
    found("옷", "여름옷", false);
    found("7부", "7부소매 블라우스", true);
    found("7부", "17부 소매", false);
    found("dresses", "Black Dress", true);
    found("dress", "Summer dresses", true);
    found("dress", "address", false);
    found("shirt", "T-shirt", false);
    found("tshirt", "T-shirt", true);
    found("2xl", "사이즈 XL", false);
    found("원피스 검정", "원피스", false);
    found("원피스는", "원피스", true);
    found("", "anything", true);
}

#[track_caller]
fn put_right(word: &str, expected: Option<&str>) {
    let words =
        ["원피스", "블라우스", "니트", "셔츠", "스트라이프", "striped", "dress", "nike", "코트", "자켓", "재킷"];
    let speller = Speller::new(words.map(|w| (w, 3)).into_iter().chain([("재킷", 10)]));
    assert_eq!(speller.correct(word), expected, "{word}");
}

#[test]
fn misspellings_are_put_right_in_jamo() {
    put_right("원피쓰", Some("원피스"));
    put_right("원퍼스", Some("원피스"));
    put_right("원피ㅡㅅ", Some("원피스"));
    put_right("블라우쓰", Some("블라우스"));
    put_right("불라우스", Some("블라우스"));
    put_right("스트라입", Some("스트라이프"));
    put_right("셔쓰", Some("셔츠"));
    put_right("니트", None);
    put_right("니", None);
    put_right("stirped", Some("striped"));
    put_right("stripd", Some("striped"));
    put_right("drss", Some("dress"));
    put_right("dresss", Some("dress"));
    put_right("nik", None);
    put_right("dnjsvltm", Some("원피스"));
    put_right("ㅇㄱㄷㄴㄴ", Some("dress"));
    put_right("자킷", Some("재킷"));
    put_right("가나다라마바사", None);
    put_right("원피스7", None);
    put_right("", None);
}

#[test]
fn spelling_does_not_depend_on_the_order_of_the_vocabulary() {
    let words = ["바지", "바다", "바니", "파지", "마지", "반지"];
    let there = Speller::new(words.map(|w| (w, 1)));
    let back = Speller::new(words.into_iter().rev().map(|w| (w, 1)));
    for typo in ["바이", "하지", "바짖", "반디", "ㅏ지"] {
        assert_eq!(there.correct(typo), back.correct(typo), "{typo}");
    }
}

/// `values` as a set of `attribute:value`, `rest` as the words left.
#[track_caller]
fn reads(query: &str, values: &str, rest: &str) {
    let shop = Speller::new([("코트니", 1), ("나이키", 1), ("zara", 1), ("nike", 1)]);
    let read = READER.read(query, &shop).expect("short enough");
    let found: BTreeSet<String> = read.values.iter().map(|v| format!("{}:{}", v.attribute, v.value)).collect();
    let expected: BTreeSet<String> = values.split_whitespace().map(str::to_owned).collect();
    let left: Vec<&str> = read.rest.iter().map(|w| w.text.as_str()).collect();
    assert_eq!((found, left.join(" ").as_str()), (expected, rest), "{query}");
}

#[test]
fn korean_queries_name_values() {
    reads("검정 7부 소매 줄무늬", "colour:black sleeve-length:three-quarter-sleeve print:striped", "");
    reads("검정7부소매줄무늬", "colour:black sleeve-length:three-quarter-sleeve print:striped", "");
    reads("줄무늬 7부소매 검정색", "colour:black sleeve-length:three-quarter-sleeve print:striped", "");
    reads("오프숄더 블라우스", "neckline:off-shoulder category:blouse", "");
    reads("오프 숄더 블라우스", "neckline:off-shoulder category:blouse", "");
    reads("소라색 셔츠", "colour:sky-blue category:shirt", "");
    reads("곤색 슬랙스", "colour:navy category:slacks", "");
    reads("나시", "sleeve-length:sleeveless", "");
    reads("나시 원피스", "sleeve-length:sleeveless category:dress", "");
    reads("회색 맨투맨", "colour:grey category:sweatshirt", "");
    reads("하운드투스 자켓", "print:houndstooth category:jacket", "");
    reads("브이넥 니트", "neckline:v-neck category:sweater material:knit-fabric", "");
    reads("V넥 가디건", "neckline:v-neck category:cardigan", "");
    reads("맘핏 청바지", "fit:mom category:jeans", "");
    reads("맘진", "fit:mom category:jeans", "");
    reads("롱원피스를", "category:maxi-dress", "");
    reads("체크셔츠", "print:checked category:shirt", "");
    reads("빨간 반팔티", "colour:red sleeve-length:short-sleeve category:t-shirt", "");
    reads("흰티", "colour:white category:t-shirt", "");
    reads("블랙 컬러의 원피스", "colour:black category:dress", "");
    reads("네이비색상 코트", "colour:navy category:coat", "");
    reads("린넨소재 바지", "material:linen category:pants", "");
    reads("꽃무늬 치마", "print:floral category:skirt", "");
    reads("땡땡이 원피스", "print:dotted category:dress", "");
    reads("호피 스커트", "print:leopard category:skirt", "");
    reads("와이드 팬츠", "fit:wide category:pants", "");
    reads("7부 바지", "length:three-quarter-pants category:pants", "");
    reads("7부 블라우스", "sleeve-length:three-quarter-sleeve category:blouse", "");
    reads("니트 원피스", "category:knit-dress", "");
    reads("니트 소재 스커트", "material:knit-fabric category:skirt", "");
    reads("니트 바지", "material:knit-fabric category:pants", "");
    reads("여름 여성 원피스", "season:summer gender:women category:dress", "");
    reads("여성용 운동화", "gender:women category:sneakers", "");
    reads("남자 여름옷", "gender:men season:summer", "");
    reads("뽀글이", "category:fleece-jacket", "");
    reads("과잠", "category:varsity-jacket", "");
    reads("츄리닝 바지", "category:sweatpants", "");
    reads("떡볶이 코트", "category:duffle-coat", "");
    reads("하객룩 원피스", "look:party category:dress", "");
    reads("퍼프소매 블라우스", "sleeve:puff category:blouse", "");
    reads("심플한 로퍼", "look:minimal category:loafers", "");
    reads("헤어피스", "category:hairpiece", "");
    reads("코트니 가방", "category:bag", "코트니");
    reads("면접", "", "면접");
    reads("나이키 운동화", "category:sneakers", "나이키");
    reads("남은 재고", "", "남은 재고");
}

#[test]
fn english_queries_name_values() {
    reads("black striped three-quarter sleeve", "colour:black print:striped sleeve-length:three-quarter-sleeve", "");
    reads("Black Stripes 3/4 Sleeves", "colour:black print:striped sleeve-length:three-quarter-sleeve", "");
    reads("dresses", "category:dress", "");
    reads("off the shoulder tops with ruffles", "neckline:off-shoulder detail:ruffle", "tops");
    reads("off-shoulder dress", "neckline:off-shoulder category:dress", "");
    reads("offshoulder dress", "neckline:off-shoulder category:dress", "");
    reads("V Neck t shirts", "neckline:v-neck category:t-shirt", "");
    reads("v-neck tshirt", "neckline:v-neck category:t-shirt", "");
    reads("navy blue trench coat", "colour:navy category:trench-coat", "");
    reads("high-waisted wide leg jeans", "rise:high-rise fit:wide category:jeans", "");
    reads("women's linen shirts", "gender:women material:linen category:shirt", "");
    reads("shorts", "category:shorts", "");
    reads("short skirt", "length:mini category:skirt", "");
    reads("mini skirts", "category:mini-skirt", "");
    reads("men's running shoes", "gender:men category:running-shoes", "");
    reads("houndstooth blazer", "print:houndstooth category:blazer", "");
    reads("polka dot blouse", "print:dotted category:blouse", "");
    reads("camo cargo pants", "print:camouflage category:cargo-pants", "");
    reads("grey hoodie", "colour:grey category:hoodie", "");
    reads("gray hoodies", "colour:grey category:hoodie", "");
    reads("leopard-print scarf", "print:leopard category:scarf", "");
    reads("knit dress", "category:knit-dress", "");
    reads("black-striped shirt", "colour:black print:striped category:shirt", "");
    reads("a dress for the summer", "category:dress season:summer", "");
    reads("address", "", "address");
    reads("mom jeans", "fit:mom category:jeans", "");
    reads("zara dress", "category:dress", "zara");
    reads("", "", "");
    reads("!?", "", "");
}

#[test]
fn mixed_queries_name_values() {
    reads("black 원피스", "colour:black category:dress", "");
    reads("nike운동화 XL", "category:sneakers", "nike xl");
    reads("오버핏 hoodie", "fit:oversized category:hoodie", "");
    reads("A라인 skirt", "shape:a-line category:skirt", "");
}

#[track_caller]
fn priced(query: &str, min: Option<i64>, max: Option<i64>, values: &str) {
    let read = READER.read(query, &Speller::default()).expect("short enough");
    assert_eq!(read.price, PriceLimits { min, max }, "{query}");
    let found: Vec<&str> = read.values.iter().map(|v| v.value.as_str()).collect();
    assert_eq!(found.join(" "), values, "{query}");
    assert!(!query.contains("원") || read.rest.is_empty(), "{query}: {:?}", read.rest);
}

#[test]
fn prices_are_limits() {
    priced("3만원 이하 원피스", None, Some(30_000), "dress");
    priced("원피스 3만원이하", None, Some(30_000), "dress");
    priced("50,000원 미만 코트", None, Some(49_999), "coat");
    priced("10만원 이상 코트", Some(100_000), None, "coat");
    priced("3만5천원 이하", None, Some(35_000), "");
    priced("3.5만원 이하", None, Some(35_000), "");
    priced("만원 이하 양말", None, Some(10_000), "socks");
    priced("십만원 이하 가방", None, Some(100_000), "bag");
    priced("3만원대 니트 원피스", Some(30_000), Some(39_999), "knit-dress");
    priced("2~5만원 가방", Some(20_000), Some(50_000), "bag");
    priced("2만원에서 5만원 사이 가방", Some(20_000), Some(50_000), "bag");
    priced("20000-50000원 가방", Some(20_000), Some(50_000), "bag");
    priced("2만원 이상 5만원 이하 가방", Some(20_000), Some(50_000), "bag");
    priced("dress under 30000", None, Some(30_000), "dress");
    priced("bags between $20 and $50", Some(20), Some(50), "bag");
    priced("coat over ₩100,000", Some(100_000), None, "coat");
    priced("5만원 이상 3만원 이하", None, None, "");
    priced("95 이상", None, None, "");
    priced("면 100% 티셔츠", None, None, "cotton t-shirt");
    priced("7부 이하", None, None, "three-quarter-sleeve three-quarter-pants");
}

#[track_caller]
fn corrected(query: &str, vocabulary: &[&str], expected: Option<&str>) {
    let vocabulary = Speller::new(vocabulary.iter().map(|w| (*w, 2)));
    let read = READER.read(query, &vocabulary).expect("short enough");
    assert_eq!(read.corrected.as_deref(), expected, "{query}");
}

#[test]
fn misspelt_queries_are_read_corrected() {
    corrected("검정 원피쓰", &[], Some("검정 원피스"));
    corrected("롱원피쓰", &[], Some("롱원피스"));
    corrected("체크셔쓰", &[], Some("체크 셔츠"));
    corrected("stirped dress", &[], Some("striped dress"));
    corrected("three-quarter sleve", &[], Some("three-quarter sleeve"));
    corrected("남은 재고", &[], None);
    corrected("dnjsvltm", &[], Some("원피스"));
    corrected("나이끼 운동화", &["나이키"], Some("나이키 운동화"));
    corrected("검정 원피스", &[], None);
    corrected("원피쓰", &["원피쓰"], None);
    corrected("원피쓰 3만원 이하", &[], Some("원피스 3만원 이하"));
    reads("검정 원피쓰", "colour:black category:dress", "");
}

#[test]
fn a_query_has_a_length() {
    let long = "가".repeat(10_000);
    let error = READER.read(&long, &Speller::default()).expect_err("too long");
    assert_eq!(error, QueryError::TooLong { length: 10_000, limit: 500 });
    assert_eq!(error.to_string(), "the query has 10000 characters; write at most 500");
    assert!(READER.read(&long[..1500], &Speller::default()).is_ok());
}

#[test]
fn a_korean_query_finds_an_english_product_by_its_values() {
    let text = ["dress", "black"].map(|value| {
        let attribute = if value == "dress" { "category" } else { "colour" };
        index_text(Taxonomy::builtin(), attribute, value)
    });
    found("검정 원피스", &text.join(" "), true);
    found("black dress", &text.join(" "), true);
    found("체크", &index_text(Taxonomy::builtin(), "print", "houndstooth"), true);
    assert_eq!(index_text(Taxonomy::builtin(), "print", "unknown"), "");
}

#[test]
fn every_name_and_synonym_is_read_as_its_value() {
    for attribute in Taxonomy::builtin().attributes() {
        for value in &attribute.values {
            for name in [&value.name.ko, &value.name.en].into_iter().chain(&value.synonyms) {
                let read = READER.read(name, &Speller::default()).expect("short enough");
                let named = read.values.iter().any(|v| v.attribute == attribute.id && v.value == value.id);
                assert!(named, "`{name}` of {}:{} is read as {:?}", attribute.id, value.id, read.values);
            }
        }
    }
}

#[test]
fn no_query_of_the_corpus_breaks_a_promise() {
    let corpus: [&[u8]; 18] = [
        b"",
        b" ",
        b"\xff\xfe\x00",
        b"-",
        b"'",
        b"''''----",
        b"\xea\xb0",
        "가-나'다".as_bytes(),
        b"1,,000..5//3%%",
        "₩".as_bytes(),
        "₩만".as_bytes(),
        "만만만만만만원 이하".as_bytes(),
        "~만원".as_bytes(),
        "99999999999999999999999만원 이하".as_bytes(),
        "ㅋㅋㅋㅋ ㅠㅠ".as_bytes(),
        "İSTANBUL ẞ ﬁ".as_bytes(),
        "e\u{301}\u{301}\u{301} \u{1112}\u{1161}\u{11ab}".as_bytes(),
        "👗👠 drèss".as_bytes(),
    ];
    for seed in corpus {
        fuzz_query(seed);
        for cut in 0..seed.len() {
            fuzz_query(&seed[cut..]);
            fuzz_query(&[&seed[..cut], b"-'", &seed[cut..], &seed[..cut]].concat());
        }
    }
}

proptest! {
    #[test]
    fn any_text_keeps_the_promises(text in any::<String>()) {
        fuzz_query(text.as_bytes());
    }

    #[test]
    fn any_query_of_the_trade_keeps_the_promises(
        text in "(검정|롱|원피스|black|dress(es)?|7부|소매|3만원|이하|~|-|'|를|컬러| |[가-힣]|[a-z0-9]|만|,|\\.){0,40}"
    ) {
        fuzz_query(text.as_bytes());
    }

    #[test]
    fn spaces_between_words_do_not_matter(gaps in proptest::collection::vec(any::<bool>(), 4)) {
        let words = ["오프", "숄더", "롱원피스", "네이비", "하운드투스"];
        let mut query = words[0].to_owned();
        for (word, gap) in words[1..].iter().zip(gaps) {
            query.push_str(if gap { " " } else { "" });
            query.push_str(word);
        }
        let read = READER.read(&query, &Speller::default()).expect("short enough");
        let values: Vec<&str> = read.values.iter().map(|v| v.value.as_str()).collect();
        prop_assert_eq!(values, ["off-shoulder", "maxi-dress", "navy", "houndstooth"]);
        prop_assert!(read.rest.is_empty() && read.corrected.is_none());
    }

    #[test]
    fn what_is_corrected_is_in_the_vocabulary_and_near(words in proptest::collection::vec("[가-깋나-닣]{2,4}", 1..20), typo in "[가-깋나-닣]{2,4}") {
        let speller = Speller::new(words.iter().map(|w| (w.as_str(), 1)));
        if let Some(found) = speller.correct(&typo) {
            prop_assert!(speller.contains(found) && !speller.contains(&typo));
        }
        for word in &words {
            prop_assert_eq!(speller.correct(word), None);
        }
    }
}
