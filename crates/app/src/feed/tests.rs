//! Feeds as they arrive, good and bad.

use super::*;
use proptest::prelude::*;
use std::fs;
use vestry_model::{AttributeId, Currency, LocalText, Price, Sku, ValueId};

fn read(bytes: &[u8]) -> Vec<Result<FeedRow, RowError>> {
    let preview = preview(bytes, Limits::default()).expect("a feed");
    let mapping = propose(&preview.headers, &preview.sample);
    rows(bytes, &mapping, Limits::default()).expect("a mapping that fits").collect()
}

fn skus(bytes: &[u8]) -> Vec<String> {
    read(bytes)
        .into_iter()
        .map(|row| match row {
            Ok(row) => format!("{}@{}", row.product.sku, row.line),
            Err(error) => format!("!{}", error.line),
        })
        .collect()
}

#[track_caller]
fn check_skus(bytes: &[u8], expected: &[&str]) {
    assert_eq!(skus(bytes), expected, "{}", String::from_utf8_lossy(bytes));
}

#[test]
fn lines_are_those_of_the_file() {
    check_skus(b"sku,title\nA,x\nB,y\n", &["A@2", "B@3"]);
    check_skus(b"sku,title\r\nA,x\r\nB,y", &["A@2", "B@3"]);
    check_skus(b"sku,title\rA,x\rB,y\r", &["A@2", "B@3"]);
    check_skus(b"\n\nsku,title\n\nA,\"x\ny\r\nz\"\n\n\nB,y\n", &["A@5", "B@10"]);
    check_skus(b"sku;title\nA;\"say \"\"hi\"\"; x\"\n", &["A@2"]);
    check_skus(b"sku\ttitle\nA\tx,y\n", &["A@2"]);
    check_skus(b"{\"sku\":\"A\"}\n\n{\"sku\":2}\n", &["A@1", "2@3"]);
}

#[test]
fn a_bad_row_does_not_stop_the_others() {
    check_skus(b"sku,title\nA,x\nB\nC,y,z\nD,z,,\n,q\nE,ok\n", &["A@2", "!3", "!4", "D@5", "!6", "E@7"]);
    check_skus(b"sku,title\nA,\0\nB,x\n", &["!2", "B@3"]);
    check_skus(b"sku,price\nA,12x4\nB,5\n", &["!2", "B@3"]);
    check_skus(b"{\"sku\":\"A\"}\n[1]\n{\"sku\":\n{\"sku\":\"B\"}\n", &["A@1", "!2", "!3", "B@4"]);
}

#[test]
fn an_error_names_line_column_and_value() {
    let error = read("상품코드,판매가\nA,39000\nB,협의\n".as_bytes()).pop().expect("a row").expect_err("no price");
    assert_eq!((error.line, error.refusal.column.as_deref(), error.value.as_str()), (3, Some("판매가"), "협의"));
    let long = format!("sku,title\nA,{}\n", "가".repeat(501));
    let error = read(long.as_bytes()).pop().expect("a row").expect_err("too long");
    assert_eq!((error.refusal.column.as_deref(), error.value.chars().count()), (Some("title"), 80));
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let pair = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(pair).collect()
}

#[track_caller]
fn check_encoding(bytes: &[u8], encoding: &str) {
    assert_eq!(preview(bytes, Limits::default()).expect("a feed").encoding, encoding);
    let row = read(bytes).remove(0).expect("a row");
    assert_eq!(row.product.title.ko.as_deref(), Some("똠방각하 원피스"));
    assert_eq!(row.given_tags, [("colour".to_owned(), "검정".to_owned())]);
}

#[test]
fn encodings_are_told_by_content() {
    let text = "상품코드,상품명,색상\nA-1,똠방각하 원피스,검정\n";
    check_encoding(text.as_bytes(), "UTF-8");
    check_encoding(format!("\u{feff}{text}").as_bytes(), "UTF-8");
    check_encoding(&utf16(text, false), "UTF-16LE");
    check_encoding(&utf16(text, true), "UTF-16BE");
    // 똠 and 각하 need CP949, the Windows superset of EUC-KR.
    check_encoding(&encoding_rs::EUC_KR.encode(text).0, "EUC-KR");
}

#[test]
fn korean_that_starts_late_is_still_read() {
    let mut text = String::from("sku,title\n");
    for i in 0..9_000 {
        text += &format!("A{i},plain\n");
    }
    text += "B,검정 원피스\n";
    for bytes in [text.as_bytes(), &encoding_rs::EUC_KR.encode(&text).0] {
        let last = read(bytes).pop().expect("a row").expect("reads");
        assert_eq!(last.product.title.ko.as_deref(), Some("검정 원피스"));
    }
}

#[track_caller]
fn check_refused(bytes: &[u8], expected: &str) {
    let message = preview(bytes, Limits::default()).expect_err("refused").to_string();
    assert!(message.contains(expected), "{message}");
}

#[test]
fn what_is_no_feed_is_refused_by_content() {
    check_refused(b"", "empty");
    check_refused(b" \n\r\n\t", "empty");
    check_refused(b"\xef\xbb\xbf", "empty");
    check_refused(b"PK\x03\x04\x14\0products.csv", "ZIP");
    check_refused(b"PK\x03\x04\x14\0\0\0[Content_Types].xml", "Excel");
    check_refused(b"\x1f\x8b\x08\0", "gzip");
    check_refused(b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel");
    check_refused(b"\x89PNG\r\n\x1a\n", "picture");
    check_refused(b"<?xml version=\"1.0\"?><rss/>", "XML");
    check_refused(b"[{\"sku\":1}]", "JSON array");
    check_refused(b"{\"sku\":", "JSON");
    check_refused(&utf16("sku,title", false)[2..], "UTF-16");
    check_refused(b"sku,\"title\nA,x\n", "quote");
    check_refused(&[b','; 400], "columns");
}

#[track_caller]
fn check_mapping(columns: &[(&str, Target)], expected: Result<(), &str>) {
    let mapping =
        Mapping { columns: columns.iter().map(|(c, t)| ((*c).to_owned(), t.clone())).collect(), currency: None };
    let headers = ["a", "b", "c"].map(String::from);
    assert_eq!(mapping.check(&headers).map_err(|e| e.to_string()), expected.map_err(String::from));
}

#[test]
fn a_mapping_is_checked_by_name() {
    check_mapping(&[("a", Target::Sku), ("b", Target::Images), ("c", Target::Images)], Ok(()));
    check_mapping(
        &[("a", Target::Title)],
        Err("no column is the SKU; call one `sku`, or say which one names each product"),
    );
    check_mapping(
        &[("a", Target::Sku), ("x", Target::Title)],
        Err("the file has no column `x`; name one of its own columns"),
    );
    check_mapping(&[("a", Target::Sku), ("a", Target::Title)], Err("column `a` is used twice; use each column once"));
    check_mapping(
        &[("a", Target::Sku), ("b", Target::Price), ("c", Target::Price)],
        Err("both `b` and `c` are `price`; choose one"),
    );
}

#[track_caller]
fn check_proposal(header: &str, expected: &[Target]) {
    let headers: Vec<String> = header.split(',').map(String::from).collect();
    let mapping = propose(&headers, &[]);
    assert_eq!(mapping.columns.iter().map(|(_, t)| t.clone()).collect::<Vec<_>>(), expected, "{header}");
    let kept: Mapping = serde_json::from_str(&serde_json::to_string(&mapping).expect("writes")).expect("reads");
    assert_eq!(kept, mapping);
}

#[test]
fn columns_are_proposed_in_both_languages() {
    use Target::{Brand, Currency, Description, Group, Images, Link, Own, Price, Sku, Tag, Title, TitleEn, TitleKo};
    let own = |name: &str| Own(name.into());
    let tag = |name: &str| Tag(name.into());
    check_proposal(
        "상품코드,상품명,판매가,브랜드,대표이미지,색상,재고",
        &[Sku, Title, Price, Brand, Images, tag("colour"), own("재고")],
    );
    check_proposal(
        "id,title,description,link,image_link,additional_image_link,price,item_group_id,color",
        &[Sku, Title, Description, Link, Images, Images, Price, Group, tag("colour")],
    );
    check_proposal("g:id,g:title,SKU", &[own("g:id"), Title, Sku]);
    check_proposal(
        "product_id,title_ko,title_en,currency,image1,image2,Neckline",
        &[Sku, TitleKo, TitleEn, Currency, Images, Images, tag("neckline")],
    );
    check_proposal("판매가(원),정가,SKU", &[Price, own("정가"), Sku]);
}

#[test]
fn an_unnamed_sku_is_the_first_column_of_different_words() {
    let preview =
        preview(&b"title,code,kind\nred dress,X1,a\nblue dress,X2,a\n"[..], Limits::default()).expect("a feed");
    let mapping = propose(&preview.headers, &preview.sample);
    assert_eq!(mapping.columns[1], ("code".into(), Target::Sku));
}

#[test]
fn a_file_without_any_known_column_names_no_sku() {
    let preview = preview(&b"a,b\n1,2\n3,4\n"[..], Limits::default()).expect("a feed");
    let mapping = propose(&preview.headers, &preview.sample);
    assert_eq!(mapping.check(&preview.headers), Err(MappingError::NoSku));
}

#[test]
fn a_saved_mapping_for_another_file_is_refused() {
    let mapping = propose(&["sku".into(), "title".into()], &[]);
    let error = rows(&b"code,name\nA,x\n"[..], &mapping, Limits::default()).err().expect("refused");
    assert!(error.to_string().contains("`sku`"), "{error}");
}

/// Rows made while they are read.
struct Made {
    left: u32,
    buffer: Vec<u8>,
    at: usize,
}

impl Read for Made {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.at == self.buffer.len() {
            self.buffer.clear();
            self.at = 0;
            for _ in 0..500.min(self.left) {
                self.left -= 1;
                let row = format!("SKU-{:07},검정 원피스 {0},\"29,900\",a.jpg\n", self.left);
                self.buffer.extend_from_slice(row.as_bytes());
            }
        }
        let count = to.len().min(self.buffer.len() - self.at);
        to[..count].copy_from_slice(&self.buffer[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[test]
fn a_million_rows_are_read_in_bounded_memory() {
    let made = Made { left: 1_000_000, buffer: b"sku,title,price,image\n".to_vec(), at: 0 };
    let headers = ["sku", "title", "price", "image"].map(String::from);
    let mut rows = rows(made, &propose(&headers, &[]), Limits::default()).expect("a feed");
    let (mut count, mut most) = (0u32, 0);
    while let Some(row) = rows.next() {
        let row = row.expect("a good row");
        count += 1;
        assert_eq!(row.line, u64::from(count) + 1);
        if let Source::Table(table) = &rows.opened.source {
            most = most.max(table.held() + table.text.held());
        }
    }
    assert_eq!(count, 1_000_000);
    assert!(most < 1 << 20, "{most} bytes were held");
}

#[test]
fn a_very_long_row_costs_itself_only() {
    let limits = Limits { row_bytes: 1000, ..Limits::default() };
    let mapping = propose(&["sku".into(), "title".into()], &[]);
    for (start, end) in [("B,", ""), ("B,\"", ""), ("B,\"", "\"")] {
        let file = format!("sku,title\nA,x\n{start}{}{end}\nC,y\n", "x".repeat(300_000));
        let mut reading = rows(file.as_bytes(), &mapping, limits).expect("a feed");
        let lines: Vec<_> =
            reading.by_ref().map(|r| r.map(|r| r.product.sku.to_string()).map_err(|e| e.line)).collect();
        assert_eq!(lines, [Ok("A".into()), Err(3), Ok("C".into())], "{start}");
        if let Source::Table(table) = &reading.opened.source {
            assert!(table.held() < 16 << 10);
        }
    }
    let json = format!("{{\"sku\":\"A\"}}\n{{\"sku\":\"{}\"}}\n{{\"sku\":\"C\"}}\n", "x".repeat(300_000));
    let lines: Vec<_> = rows(json.as_bytes(), &mapping, limits).expect("a feed").map(|r| r.map(|r| r.line)).collect();
    assert!(matches!(&lines[..], [Ok(1), Err(RowError { line: 2, .. }), Ok(3)]), "{lines:?}");
}

#[test]
fn a_file_beyond_its_limit_says_so() {
    let limits = Limits { file_bytes: 40, ..Limits::default() };
    let file = format!("sku,title\n{}", "A,x\n".repeat(100));
    let mapping = propose(&["sku".into(), "title".into()], &[]);
    let last = rows(file.as_bytes(), &mapping, limits).expect("a feed").last().expect("a row");
    assert!(last.expect_err("cut").refusal.message.contains("40 bytes"));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_a_tree_is_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("train");
    fs::create_dir_all(root.join("dress")).expect("made");
    for file in [root.join("dress/1.jpg"), root.join("dress/1.png"), folder.path().join("secret.jpg")] {
        fs::write(file, b"not looked at here").expect("written");
    }
    symlink(folder.path().join("secret.jpg"), root.join("dress/leak.jpg")).expect("linked");
    symlink(folder.path(), root.join("ring")).expect("linked");
    let skus: Vec<_> = tree(&root).expect("a tree").map(|r| r.expect("a row").product.sku.to_string()).collect();
    assert_eq!(skus, ["dress/1", "dress/1.png"], "two pictures of one stem are two products");
}

fn exported() -> impl Strategy<Value = ExportRow> {
    // Trimmed, as intake trims; anything else, formulas and quotes and line ends included.
    let text = "[=+@'가-힣a-z\",;|\\-][ a-z가-힣=+@'\",;|\n\\-]{0,20}[a-z.가-힣]";
    let maybe = || proptest::option::of(text);
    let local = move || (maybe(), maybe()).prop_map(|(ko, en)| LocalText { ko, en });
    let price =
        proptest::option::of((0i64..100_000_000, prop_oneof!["KRW", "USD"]).prop_map(|(hundredths, code)| Price {
            hundredths,
            currency: Currency::new(&code).expect("three letters"),
        }));
    let tags = proptest::collection::btree_set(prop_oneof!["black", "navy", "sky-blue"], 0..3);
    let images = proptest::collection::vec("[a-z][a-z ,]{0,6}[a-z]\\.jpg", 0..3);
    ("[=A-Z@-][A-Z0-9 =-]{0,8}[A-Z0-9]", local(), local(), (maybe(), maybe(), maybe(), maybe()), price, tags, images)
        .prop_map(|(sku, title, description, (brand, group, link, shelf), price, tags, images)| {
            let mut product = Product::new(Sku::new(&sku).expect("a SKU"));
            (product.title, product.description) = (title, description);
            (product.brand, product.group, product.link, product.price) = (brand, group, link, price);
            product.own.extend(shelf.map(|s| ("shelf=1".to_owned(), s)));
            let id = |v: &str| ValueId::new(v).expect("an id");
            let colour = AttributeId::new("colour").expect("an id");
            let tags = tags.iter().map(|v| (colour.clone(), id(v))).collect();
            ExportRow { product, images, tags, suggested: vec![(colour, id("beige"))] }
        })
}

fn back(bytes: &[u8]) -> Vec<ExportRow> {
    let id = |(a, v): &(String, String)| (AttributeId::new(a).expect("an id"), ValueId::new(v).expect("an id"));
    read(bytes)
        .into_iter()
        .map(|row| row.expect("a good row"))
        .map(|row| ExportRow {
            tags: row.given_tags.iter().map(id).collect(),
            product: row.product,
            images: row.images,
            suggested: Vec::new(),
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_export_reads_back_the_same(rows in proptest::collection::vec(exported(), 1..6)) {
        let colour = AttributeId::new("colour").expect("an id");
        let mut export = CsvExport::new(Vec::new(), vec![colour], vec!["shelf=1".into()]).expect("starts");
        for row in &rows {
            export.write(row).expect("writes");
        }
        let lines: String = rows.iter().map(json_line).collect();
        let sure: Vec<_> = rows.into_iter().map(|r| ExportRow { suggested: Vec::new(), ..r }).collect();
        prop_assert_eq!(back(&export.take().expect("ends")), sure.clone(), "a suggestion does not become a fact");
        prop_assert_eq!(back(lines.as_bytes()), sure);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        fuzz_feed(&bytes);
    }

    #[test]
    fn no_broken_feed_makes_it_panic(
        text in "[a-z가-힣,;\t\"'\r\n{}:|=\0 ]{0,200}",
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut bytes = text.into_bytes();
        for (at, value) in flips {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
        }
        fuzz_feed(&bytes);
    }
}

#[test]
fn the_corpus_does_not_panic() {
    let corpus: [&[u8]; 14] = [
        b"sku,title\nA,x\n",
        b"sku;title;price\r\nA;\"x\ny\";1\r\n",
        b"\"sku\"\t\"title\"\n\"A\"\"\"\t\"x\"y\n",
        b"\xef\xbb\xbfsku\nA",
        b"\xff\xfes\0k\0u\0\n\0A\0",
        b"\xff\xfes\0k\0u\0\n\0A",
        b"\xfe\xff\0s\0k\0u\0\n\xd8\0",
        b"\xbb\xf3\xc7\xb0\xc4\xda\xb5\xe5\nA\n\xbb",
        b"{\"sku\":\"A\",\"images\":[\"a\",null,[1,{\"b\":2}]],\"title\":{\"ko\":\"x\"}}\n{\n",
        b"{}\n{\"\":\"\"}",
        b",,,\n,,,\n",
        b"\"\"\n\"\"\n\"",
        b"sku\n\r\r\n\n\r'=1\n",
        b"price,currency,sku\n1.234,KRW,A\n,,B\n1,\xf0\x9f\x92\xb0,C\n",
    ];
    for bytes in corpus {
        for end in 0..=bytes.len() {
            fuzz_feed(&bytes[..end]);
        }
    }
}

#[test]
fn spreadsheets_do_not_run_an_export() {
    let mut product = Product::new(Sku::new("=1+1").expect("a SKU"));
    product.brand = Some("@SUM(A1)".into());
    product.title.en = Some("-2+3".into());
    let mut export = CsvExport::new(Vec::new(), Vec::new(), Vec::new()).expect("starts");
    export.write(&ExportRow { product, images: Vec::new(), tags: Vec::new(), suggested: Vec::new() }).expect("writes");
    let text = String::from_utf8(export.take().expect("ends")).expect("UTF-8");
    let row = text.lines().nth(1).expect("a row");
    assert!(row.starts_with("'=1+1,,'-2+3,") && row.contains(",'@SUM(A1),"), "{row}");
}
