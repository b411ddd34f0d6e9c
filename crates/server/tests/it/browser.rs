//! The main pages in a real browser on a real server.

use super::{
    chromium::Chromium,
    harness::{House, SHOP, served},
};
use serde_json::json;

/// A shop of a dozen garments.
async fn shop() -> House {
    let house = House::new().await;
    house.stock(&house.secret).await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_pages_work_in_a_browser() {
    visit(Chromium::start, look_around).await;
}

#[tokio::test]
async fn clause_6_ga_camera_films_only_while_somebody_looks_at_the_page() {
    visit(Chromium::start_with_camera, film).await;
}

/// Serves a shop to a browser, which is given the shop's address and a key.
async fn visit(start: fn() -> Option<Chromium>, look: fn(Chromium, &str, &str)) {
    let Some(browser) = tokio::task::spawn_blocking(start).await.expect("no panic") else { return };
    let house = shop().await;
    let (app, key) = (house.app.clone(), house.secret.clone());
    served(app, |base| tokio::task::spawn_blocking(move || look(browser, &base, &key))).await;
}

/// Each stream is noted, and comes when the test allows it.
const WATCHED: &str = "window.streams = []; window.allow = []; \
    const film = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); \
    navigator.mediaDevices.getUserMedia = async (wish) => { await new Promise(allowed => allow.push(allowed)); const s = await film(wish); streams.push(s); return s; }; \
    window.look = (hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }; \
    window.film = () => document.querySelector('[data-tool=camera]').click(); true";

fn film(mut browser: Chromium, base: &str, key: &str) {
    const LIVE: &str = "streams.flatMap(s => s.getTracks()).filter(t => t.readyState === 'live').length";
    sign_in(&mut browser, base, key);
    browser.open(&format!("{base}/search"));
    browser.until("!document.querySelector('[data-tool=camera]').hidden");
    browser.ask(WATCHED);
    let shown = "!document.querySelector('video').hidden && document.querySelector('video').videoWidth > 0";
    browser.ask("window.film(); window.film(); allow.forEach(a => a()); true");
    browser.until(&format!("streams.length === 2 && {shown}"));
    assert_eq!(browser.ask(LIVE), json!(1), "pressed twice, it films once");
    browser.ask("look(true); true");
    assert_eq!(browser.ask(LIVE), json!(0), "hidden, it stops");
    assert_eq!(browser.ask("document.querySelector('video').hidden"), json!(true));
    // Allowed after the page was left.
    browser.ask("look(false); allow.length = 0; window.film(); look(true); allow[0](); true");
    browser.until("streams.length === 3");
    browser.until(&format!("{LIVE} === 0 && document.querySelector('video').hidden"));
    browser.ask("look(false); allow.length = 0; window.film(); allow[0](); true");
    browser.until(&format!("streams.length === 4 && {shown}"));
    // Going elsewhere ends it as well: noted after the page's own listeners, and read on the next page.
    browser.ask(&format!(
        "window.addEventListener('pagehide', () => sessionStorage.setItem('live', {LIVE} + ' of ' + streams.length)); true"
    ));
    browser.open(&format!("{base}/catalogue"));
    assert_eq!(browser.ask("sessionStorage.getItem('live')"), json!("0 of 4"), "left, it stops");
    browser.open(&format!("{base}/search"));
    browser.until("!document.querySelector('[data-tool=camera]').hidden");
    browser.ask(WATCHED);
    browser.ask("window.film(); allow[0](); true");
    browser.until(&format!("streams.length === 1 && {shown}"));
    browser.ask("document.querySelector('[data-tool=shoot]').click(); true");
    browser.until("!document.querySelector('#stage img').hidden");
    assert_eq!(browser.ask(LIVE), json!(0), "once there is a photo, it stops");
    browser.until("!document.getElementById('results').hasAttribute('aria-busy')");
    assert_eq!(browser.complaints, Vec::<String>::new(), "nothing is refused and nothing breaks");
}

fn look_around(mut browser: Chromium, base: &str, key: &str) {
    browser.resize(1440, 900);
    choose(&mut browser, base);
    public_pages(&mut browser, base);
    sign_in(&mut browser, base, key);
    catalogue(&mut browser, base);
    search(&mut browser, base);
    search_from_anywhere(&mut browser, base);
    review(&mut browser, base);
    product(&mut browser, base);
    import(&mut browser, base);
    every_width(&mut browser, base);
    assert_eq!(browser.complaints, Vec::<String>::new(), "nothing is refused and nothing breaks");
}

/// The three ways of clause 8, as a browser keeps them. What is kept is out of a page's reach, so the browser is asked.
fn choose(browser: &mut Chromium, base: &str) {
    let jar = |browser: &mut Chromium| {
        let answer = browser.call("Network.getCookies", json!({"urls": [base]}));
        let cookies = answer["cookies"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<String> = cookies.iter().filter_map(|c| Some(c["name"].as_str()?.to_owned())).collect();
        names.sort();
        names
    };
    browser.open(&format!("{base}/sign-in"));
    assert_eq!(jar(browser), Vec::<String>::new(), "nothing before a choice");
    let looks = browser.ask(
        "[...document.querySelectorAll('.offer .button')].map(b => { const s = getComputedStyle(b), r = b.getBoundingClientRect(); return [s.color, s.backgroundColor, s.borderColor, s.fontSize, s.fontWeight, Math.round(r.width), Math.round(r.height)].join(); })",
    );
    let looks = looks.as_array().expect("a list").clone();
    assert!(looks.len() == 3 && looks.iter().all(|l| *l == looks[0]), "no way stands out: {looks:?}");
    browser.picture("cookies-offer");
    browser.ask("document.querySelector('.offer [value=none]').click(); true");
    browser.until("location.search.includes('cookies=none') && document.querySelector('.offer[role=status]')");
    assert_eq!(jar(browser), Vec::<String>::new(), "a refusal keeps nothing");
    browser.open(&format!("{base}/policy"));
    browser.ask("document.querySelector('.offer a.button').click(); true");
    browser.until("location.pathname === '/cookies' && document.querySelectorAll('[type=checkbox]').length === 3");
    assert_eq!(browser.ask("document.querySelectorAll('[type=checkbox]:checked').length"), json!(0), "none is ticked");
    browser.picture("cookies");
    browser.ask(
        "document.querySelector('[value=vestry_theme]').click(); document.querySelector('[value=each]').click(); true",
    );
    browser.until("document.querySelector('.page [value=vestry_theme]') && /allowed|허용함/.test(document.querySelector('label:has([value=vestry_theme])').textContent.replace(/not allowed|허용하지 않음/, ''))");
    assert_eq!(jar(browser), ["vestry_choice"]);
    assert_eq!(
        browser.ask("document.querySelectorAll('[type=checkbox]:checked').length"),
        json!(0),
        "never ticked before"
    );
    browser.ask("document.querySelector('[name=choice][value=all]').click(); true");
    browser.until("document.readyState === 'complete' && !/not allowed|허용하지 않음/.test(document.querySelector('table').textContent)");
    browser.open(&format!("{base}/policy"));
    assert_eq!(browser.ask("document.querySelectorAll('.offer').length"), json!(0), "chosen is chosen");
    browser.open(&format!("{base}/cookies"));
    browser.ask("document.querySelector('[name=choice][value=none]').click(); true");
    browser.until("location.search.includes('cookies=none')");
    assert_eq!(jar(browser), Vec::<String>::new(), "a choice taken back leaves nothing");
    // Opened anew, as a window must not change its size while one page turns into the next.
    browser.open(&format!("{base}/policy"));
    assert_eq!(browser.ask("document.querySelectorAll('.offer .button').length"), json!(3), "and is offered again");
}

/// What nobody signs in for, at every width.
fn public_pages(browser: &mut Chromium, base: &str) {
    for (language, width) in [("ko", 360), ("en", 360), ("ko", 768), ("en", 1440)] {
        browser.resize(width, 900);
        for page in ["policy", "policy/2019-08-01/changes", "cookies", "sign-in"] {
            browser.open(&format!("{base}/{page}?lang={language}"));
            assert_eq!(browser.ask("document.documentElement.lang"), json!(language));
            let over = browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assert_eq!(over, json!(0), "{page} at {width} in {language}");
            browser.picture(&format!("{}-{language}-{width}", page.replace('/', "-")));
        }
    }
    browser.resize(1440, 900);
}

fn sign_in(browser: &mut Chromium, base: &str, key: &str) {
    browser.open(&format!("{base}/catalogue"));
    browser.until("location.pathname === '/sign-in'");
    browser.picture("sign-in");
    browser.ask(&format!("document.getElementById('f-key').value = '{key}'; document.forms[0].requestSubmit(); true"));
    browser.until("location.pathname === '/catalogue' && document.querySelector('.grid')");
}

fn catalogue(browser: &mut Chromium, base: &str) {
    browser.open(&format!("{base}/catalogue"));
    browser.until("document.documentElement.classList.contains('js')");
    assert_eq!(browser.ask("document.querySelectorAll('.tile').length"), json!(SHOP));
    browser
        .until("[...document.querySelectorAll('.tile img')].slice(0, 6).every(i => i.complete && i.naturalWidth > 0)");
    browser.picture("catalogue");
    browser.press("/");
    assert_eq!(browser.ask("document.activeElement.id"), json!("find"));
    browser.ask("document.activeElement.blur(); true");
    browser.press("ArrowRight");
    browser.press("ArrowRight");
    assert_eq!(
        browser.ask("[...document.querySelectorAll('.tile > .picture')].indexOf(document.activeElement)"),
        json!(1)
    );
    browser.press("?");
    assert_eq!(browser.ask("document.getElementById('help').open"), json!(true));
    browser.ask("document.getElementById('help').close(); true");
}

fn search(browser: &mut Chromium, base: &str) {
    browser.open(&format!("{base}/search"));
    browser.until(
        "document.documentElement.classList.contains('js') && !document.querySelector('[data-tool=choose]').hidden",
    );
    // A photo arrives as a drop would bring it.
    browser.ask(
        "(async () => { const from = await fetch(new URL((await (await fetch('/catalogue')).text()).match(/\\/pictures\\/\\d+/)[0] + '?size=full', location)); \
         const list = new DataTransfer(); list.items.add(new File([await from.blob()], 'a.jpg', { type: 'image/jpeg' })); \
         document.dispatchEvent(new DragEvent('drop', { dataTransfer: list, bubbles: true, cancelable: true })); return true; })()",
    );
    browser.until("document.querySelectorAll('#results .tile').length > 0");
    let best = browser.ask("document.querySelector('#results .why').textContent");
    let likeness = best.as_str().and_then(|t| t.split_whitespace().find_map(|w| w.parse::<f32>().ok()));
    assert!(likeness.is_some_and(|l| l > 0.9), "its own photo comes first: {best}");
    browser.until("document.querySelector('#stage img').naturalWidth > 0");
    let at = browser.ask("(() => { const b = document.getElementById('stage').getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })()");
    let at: Vec<f64> = at.as_array().into_iter().flatten().filter_map(|v| v.as_f64()).collect();
    browser.drag((at[0] + at[2] * 0.3, at[1] + at[3] * 0.3), (at[0] + at[2] * 0.7, at[1] + at[3] * 0.7));
    browser.until("document.getElementById('seek').elements.crop.value.split(',').length === 4");
    browser.until("!document.getElementById('results').hasAttribute('aria-busy')");
    browser.picture("search");
    // Nothing is as like as this, and that is an answer.
    browser.ask(
        "(() => { const cut = document.querySelector('[name=cut_off]'); document.querySelector('[data-tool=remove]').click(); \
         document.getElementById('words').value = 'zzzz'; cut.dispatchEvent(new Event('input', { bubbles: true })); return true; })()",
    );
    browser.until("location.search.includes('words=zzzz') && document.querySelector('#results h2')");
    assert_eq!(browser.ask("document.querySelectorAll('#results .tile').length"), json!(0));
}

/// A photo that is dropped on another page is sent to the search, and kept nowhere.
fn search_from_anywhere(browser: &mut Chromium, base: &str) {
    browser.open(&format!("{base}/catalogue"));
    browser.until("document.documentElement.classList.contains('js')");
    browser.ask(
        "(async () => { const from = await fetch(document.querySelector('.tile img').src); \
         const list = new DataTransfer(); list.items.add(new File([await from.blob()], 'a.jpg', { type: 'image/jpeg' })); \
         document.dispatchEvent(new DragEvent('drop', { dataTransfer: list, bubbles: true, cancelable: true })); return true; })()",
    );
    browser.until("location.pathname === '/search' && document.querySelectorAll('#results .tile').length > 0");
    let kept = browser.ask(
        "(async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length])()",
    );
    assert_eq!(kept, json!([0, 0, 0, 0]), "the browser keeps nothing of the photo");
}

/// By keyboard only: pick, undo, accept, reject, skip, another value, look-alikes at once and back.
fn review(browser: &mut Chromium, base: &str) {
    const PLACE: &str = "document.querySelector('#answers [name=at]').value";
    const TODAY: &str = "document.querySelector('.review-counts span:last-child').textContent.match(/\\d+/)[0]";
    browser.open(&format!("{base}/review?attribute=category"));
    browser.until("document.documentElement.classList.contains('js') && /[?&]at=[qs]_/.test(location.search)");
    browser.until("document.querySelector('.review .picture img').naturalWidth > 0");
    browser.picture("review");
    browser.ask("window.same = true");
    let first = browser.ask(PLACE);
    let told = |place: &serde_json::Value| {
        format!("!document.getElementById('review').hasAttribute('aria-busy') && {PLACE} !== {place}")
    };
    let press = |browser: &mut Chromium, key: &str| {
        let place = browser.ask(PLACE);
        browser.press(key);
        browser.until(&told(&place));
        browser.ask(PLACE)
    };
    let second = press(browser, "2");
    assert_eq!(browser.ask(TODAY), json!("1"));
    assert_eq!(press(browser, "z"), first, "undone, it is asked again");
    assert_eq!(browser.ask(TODAY), json!("0"));
    assert_eq!(press(browser, "Enter"), second);
    let third = press(browser, "Backspace");
    let fourth = press(browser, "ArrowRight");
    assert_eq!((browser.ask(TODAY), third != fourth), (json!("2"), true), "a skipped one is not answered");
    browser.press("/");
    assert_eq!(browser.ask("document.activeElement.id"), json!("other"));
    browser.write("코트");
    browser.press("Enter");
    browser.until(&told(&fourth));
    assert_eq!((browser.ask(TODAY), browser.ask("window.same")), (json!("3"), json!(true)), "all on one page");
    browser.until("document.getElementById('review-said').textContent.endsWith('?')");
    browser.press("b");
    browser.until("location.pathname === '/review/alike' && document.querySelectorAll('.choice').length > 1");
    browser
        .until("document.documentElement.classList.contains('js') && !document.querySelector('[data-count]').hidden");
    browser.ask("document.querySelectorAll('.choice input').forEach(i => { if (!i.checked) i.click(); }); true");
    let chosen = browser.ask("document.querySelector('[data-count]').textContent");
    browser.until("[...document.querySelectorAll('.choice img')].slice(0, 4).every(i => i.naturalWidth > 0)");
    browser.picture("alike");
    browser.resize(360, 800);
    browser.picture("alike-360");
    browser.resize(1440, 900);
    browser.press("Enter");
    browser.until("location.pathname === '/review' && document.querySelector('.review-last')");
    browser.until("document.documentElement.classList.contains('js')");
    let all = chosen.as_str().and_then(|n| n.parse::<u32>().ok()).expect("a number") + 3;
    assert_eq!(browser.ask(TODAY), json!(all.to_string()), "all of them in one step");
    browser.picture("review-end");
    browser.press("z");
    browser.until(&format!("{TODAY} === '3'"));
    browser.ask("document.querySelector('.review-order a').click(); true");
    browser.until("/order=teach/.test(location.search) && /[?&]at=[qs]_/.test(location.search)");
    let first = browser.ask(PLACE);
    browser.picture("review-teaching");
    let second = press(browser, "Enter");
    assert_ne!(first, second);
    assert_eq!(press(browser, "z"), first, "undone, it is asked again");
    assert_eq!(press(browser, "ArrowRight"), second);
    browser.until("/order=teach/.test(location.search)");
}

fn product(browser: &mut Chromium, base: &str) {
    browser.open(&format!("{base}/catalogue"));
    browser.ask("document.querySelector('.tile > .picture').click(); true");
    browser.until("location.pathname.startsWith('/products/') && document.readyState === 'complete'");
    browser.until("document.documentElement.classList.contains('js')");
    browser.ask("window.same = true; document.querySelector('.add-tag').open = true; document.querySelector('.add-tag select').value = 'neckline=v-neck'; document.querySelector('.add-tag button').click(); true");
    browser.until("document.querySelector('#tags [data-attribute=neckline] .tag-person')");
    assert_eq!(browser.ask("window.same"), json!(true), "a tag changes in place");
    browser.until("document.querySelector('.product-pictures img').naturalWidth > 0");
    browser.picture("product");
}

fn import(browser: &mut Chromium, base: &str) {
    browser.open(&format!("{base}/imports"));
    browser.until("document.documentElement.classList.contains('js')");
    browser.ask(
        "(() => { const list = new DataTransfer(); list.items.add(new File(['sku,title,price\\nB-1,Blue shirt,12\\nB-2,Red shirt,free\\n'], 'feed.csv', { type: 'text/csv' })); \
         document.dispatchEvent(new DragEvent('drop', { dataTransfer: list, bubbles: true, cancelable: true })); return true; })()",
    );
    browser.until("document.querySelector('form[action=\"/imports/start\"]')");
    browser.picture("mapping");
    browser.ask("document.querySelector('form[action=\"/imports/start\"]').requestSubmit(); true");
    // The page follows the work by itself.
    browser.until("/^\\/imports\\/\\d+$/.test(location.pathname) && document.querySelector('#running .note-good')");
    assert_eq!(browser.ask("document.querySelector('#running code').textContent"), json!("free"));
    browser.picture("job");
}

/// No page is wider than its window, in either language and theme.
fn every_width(browser: &mut Chromium, base: &str) {
    for (language, theme) in [("en", "light"), ("ko", "dark")] {
        for width in [360, 768, 1440] {
            browser.resize(width, 900);
            for page in ["catalogue", "review", "search", "search?words=a", "imports", "keys"] {
                let and = if page.contains('?') { '&' } else { '?' };
                browser.open(&format!("{base}/{page}{and}lang={language}&theme={theme}"));
                browser.until("document.documentElement.classList.contains('js')");
                let over = browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth");
                assert_eq!(over, json!(0), "{page} at {width} in {language}");
                let small = browser.ask(
                    "[...document.querySelectorAll('.bar a, .bar button')].filter(e => e.offsetParent && Math.min(e.offsetWidth, e.offsetHeight) < 24 && !e.closest('.brand')).length",
                );
                assert_eq!(small, json!(0), "{page} at {width}: everything in the bar can be hit");
                let nameless = browser.ask(
                    "[...document.querySelectorAll('a, button, input:not([type=hidden]), select')].filter(e => e.checkVisibility() && !(e.innerText || e.ariaLabel || e.title || e.labels?.length || e.textContent.trim())).length",
                );
                assert_eq!(nameless, json!(0), "{page} at {width}: every control has a name");
                browser.picture(&format!("{}-{language}-{width}", page.replace('?', "-")));
            }
        }
    }
}
