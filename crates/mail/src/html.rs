//! The same paragraphs as HTML: no pictures, no style sheet, nothing loaded, colours left to the reader.

use crate::{Language, Link};

/// What follows a letter's link instead of the URL: a sentence that says what it does.
pub(crate) struct Action<'a> {
    pub(crate) link: &'a Link,
    pub(crate) label: &'a str,
}

/// A page of `body` and `footer`, whose paragraphs stand a blank line apart. A paragraph of lines that begin with `- `
/// is a list; one that is the action's link and nothing else is a link.
pub(crate) fn page(language: Language, subject: &str, body: &str, footer: &str, action: Option<&Action<'_>>) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{subject}</title>\n</head>\n\
         <body style=\"margin:0;padding:24px 16px;font:16px/1.6 sans-serif;overflow-wrap:anywhere\">\n\
         <main style=\"max-width:36em;margin:0 auto\">\n\
         <h1 style=\"font-size:20px;line-height:1.4\">{subject}</h1>\n",
        language.code(),
        subject = escape(subject),
    );
    for paragraph in body.split("\n\n").filter(|p| !p.trim().is_empty()) {
        match action {
            Some(action) if paragraph.trim() == action.link.as_str() => {
                let (link, label) = (escape(action.link.as_str()), escape(action.label));
                out.push_str(&format!("<p><a href=\"{link}\" style=\"font-weight:bold\">{label}</a></p>\n"));
            }
            _ if paragraph.lines().all(|l| l.starts_with("- ")) => {
                let items: String = paragraph.lines().map(|l| format!("<li>{}</li>\n", escape(&l[2..]))).collect();
                out.push_str(&format!("<ul>\n{items}</ul>\n"));
            }
            _ => out.push_str(&format!("<p>{}</p>\n", escape(paragraph).replace('\n', "<br>\n"))),
        }
    }
    let footer = escape(footer).replace('\n', "<br>\n");
    out.push_str(&format!("<hr>\n<p style=\"font-size:14px\">{footer}</p>\n</main>\n</body>\n</html>\n"));
    out
}

/// `text` with the five characters that mean something to HTML written as entities.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}
