//! Letters in both languages, over a real socket, into a folder and back as a bounce.

mod bounces;
mod decoding;
mod letters;
mod sending;
mod server;

use vestry_mail::{Address, Link, Service};

fn link(url: &str) -> Link {
    Link::new(url).expect("a link")
}

fn address(address: &str) -> Address {
    Address::new(address).expect("an address")
}

fn service() -> Service {
    Service {
        name: "옷장".into(),
        phone: "02-123-4567".into(),
        mail: "help@shop.example".into(),
        address: "서울시 중구 세종대로 110".into(),
    }
}
