//! What the demo prints lets in.

use crate::program::vestry;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::Child,
    time::Duration,
};

/// A demo that ends with its test.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The status line of the answer to `request`, a method and an address, with one more header and a body.
fn ask(address: &str, request: &str, header: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
    let length = body.len();
    let sent = format!(
        "{request} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{header}\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(sent.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answered");
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn what_the_demo_prints_lets_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut demo = vestry(&["demo", "--products", "60", "--listen", "127.0.0.1:0", "--data"]);
    let mut demo = Demo(demo.arg(&data).spawn().expect("runs"));
    let lines = BufReader::new(demo.0.stderr.take().expect("piped")).lines().map_while(Result::ok);
    let mut said = Vec::new();
    for line in lines {
        let is_last = line.starts_with("data: ");
        said.push(line);
        if is_last {
            break;
        }
    }
    let word = |after: &str| {
        let line =
            said.iter().find_map(|line| line.split_once(after)).unwrap_or_else(|| panic!("no {after:?}: {said:#?}"));
        line.1.split_whitespace().next().unwrap_or_default().to_owned()
    };
    let (address, password, key) = (word("open http://"), word("with the password "), word("the API's key"));
    let form = "content-type: application/x-www-form-urlencoded";
    let mut answers = Vec::new();
    for role in ["owner", "editor", "viewer"] {
        let body = format!("email={role}@demo.example&password={password}&next=/catalogue");
        answers.push((ask(&address, "POST /sign-in", form, &body), "303"));
    }
    let here = |name: &str| {
        let link = word(name);
        link.strip_prefix(&format!("http://{address}")).expect("a page of this server").to_owned()
    };
    let guardian = here("a guardian's page");
    answers.push((ask(&address, &format!("GET {guardian}"), "accept: text/html", ""), "200"));
    let codes = said.iter().filter(|line| line.matches('-').count() == 6).flat_map(|line| line.split_whitespace());
    let code = codes.last().unwrap_or_else(|| panic!("no code: {said:#?}"));
    let office = format!("POST {}", here("the privacy office"));
    for (code, expected) in [("123456", "401"), (code, "303"), (code, "401")] {
        let body = format!("email=officer@demo.example&password={password}&code={code}");
        answers.push((ask(&address, &office, form, &body), expected));
    }
    let bearer = format!("authorization: Bearer {key}");
    answers.push((ask(&address, "GET /api/v1/products", &bearer, ""), "200"));
    for (status, expected) in answers {
        assert!(status.contains(expected), "{status}, not {expected}: {said:#?}");
    }
}
