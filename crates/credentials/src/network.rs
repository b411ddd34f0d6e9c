//! From which networks somebody may come: lists of addresses as `192.0.2.0/24` and `2001:db8::/32`.

use serde::Deserialize;
use std::{net::IpAddr, str::FromStr};

/// Addresses that begin alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

/// Not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no network; write `192.0.2.0/24`, `2001:db8::/32` or a single address")]
pub struct NotANetwork(String);

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = || NotANetwork(text.to_owned());
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let first: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = width(first);
        let bits = match bits {
            None => most,
            // `+8` and `08` are numbers and no prefixes.
            Some(bits) if bits.bytes().all(|c| c.is_ascii_digit()) && (bits == "0" || !bits.starts_with('0')) => {
                bits.parse().ok().filter(|bits| *bits <= most).ok_or_else(wrong)?
            }
            Some(_) => return Err(wrong()),
        };
        let network = Self { first, bits };
        // A network that names an address within it is a slip: which of the two was meant?
        if leading(first, bits) == number(first) { Ok(network) } else { Err(wrong()) }
    }
}

impl TryFrom<String> for Network {
    type Error = NotANetwork;

    fn try_from(text: String) -> Result<Self, NotANetwork> {
        text.parse()
    }
}

impl Network {
    /// Whether `address` lies in it. An IPv4 address within IPv6, as sockets that hear both say it, is the IPv4 address.
    pub fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let is_same_kind = self.first.is_ipv4() == address.is_ipv4();
        is_same_kind && leading(address, self.bits) == number(self.first)
    }
}

/// Whether somebody who comes from `address` may: from anywhere when no network is named; what is no address, from
/// nowhere else.
pub fn may_come_from(networks: &[Network], address: &str) -> bool {
    let address = address.parse::<IpAddr>();
    networks.is_empty() || address.is_ok_and(|address| networks.iter().any(|network| network.holds(address)))
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// The first `bits` of an address, the others 0.
fn leading(address: IpAddr, bits: u8) -> u128 {
    let rest = u32::from(width(address) - bits.min(width(address)));
    // All 128 bits cannot be shifted out.
    number(address).checked_shr(rest).and_then(|kept| kept.checked_shl(rest)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_what_begins_like_them() {
        for (networks, address, may) in [
            ("", "192.0.2.1", true),
            ("", "local", true),
            ("192.0.2.0/24", "192.0.2.1", true),
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.0/24", "::ffff:192.0.2.7", true),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("192.0.2.128/25", "192.0.2.127", false),
            ("192.0.2.128/25", "192.0.2.128", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "203.0.113.9", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("10.0.0.0/8 192.0.2.0/24", "192.0.2.1", true),
            ("10.0.0.0/8 192.0.2.0/24", "11.0.0.1", false),
            ("192.0.2.0/24", "local", false),
            ("192.0.2.0/24", "", false),
            ("192.0.2.0/24", "192.0.2.1:443", false),
        ] {
            let named: Vec<Network> =
                networks.split_whitespace().map(|text| text.parse().expect("a network")).collect();
            assert_eq!(may_come_from(&named, address), may, "{networks} {address}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "office",
            "192.0.2",
            "192.0.2.0/",
            "192.0.2.0/33",
            "192.0.2.0/024",
            "192.0.2.0/+24",
            "192.0.2.0/24/24",
            "192.0.2.1/24",
            "2001:db8::/129",
            " 192.0.2.0/24",
        ] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork(text.to_owned())));
        }
    }
}
