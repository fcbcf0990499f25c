//! A margin account in as few bytes as it needs, and back to the last bit.

use breakwater_client::interface::accounts::TokenPosition;
use breakwater_client::interface::perp::PerpPosition;
use breakwater_client::interface::{MarginAccount, TriggerOrder};
use bytemuck::Zeroable;

/// First byte of a record that holds the account's bytes as they are.
const RAW: u8 = 0x80;
const DELEGATE: u8 = 1;
const FLAG: u8 = 2;
const SHORTFALL: u8 = 4;
const ORDERS: u8 = 8;
const FOREIGN: u8 = 16;

/// Appends an account's record. `group` is whose accounts they usually are.
pub(super) fn encode(account: &MarginAccount, group: &[u8; 32], out: &mut Vec<u8>) {
    let start = out.len();
    write(account, group, out);
    if bytemuck::bytes_of(&decode(&out[start..], group)) != bytemuck::bytes_of(account) {
        // Something that no account has: reserved bytes in use, or free slots that are not zero.
        out.truncate(start);
        out.push(RAW);
        out.extend_from_slice(bytemuck::bytes_of(account));
    }
}

fn write(account: &MarginAccount, group: &[u8; 32], out: &mut Vec<u8>) {
    let orders = account.orders.iter().any(|order| !order.is_free());
    let has = |there: bool, bit: u8| if there { bit } else { 0 };
    out.push(
        has(account.delegate != [0; 32], DELEGATE)
            | has(account.flag_slot != 0 || account.flag_time != 0, FLAG)
            | has(account.shortfall != 0, SHORTFALL)
            | has(orders, ORDERS)
            | has(account.group != *group, FOREIGN),
    );
    let flags = out[out.len() - 1];
    out.extend_from_slice(&account.owner);
    if flags & FOREIGN != 0 {
        out.extend_from_slice(&account.group);
    }
    if flags & DELEGATE != 0 {
        out.extend_from_slice(&account.delegate);
    }
    put(out, account.number.into());
    out.extend_from_slice(&[account.version, account.bump]);
    if flags & FLAG != 0 {
        put(out, account.flag_slot);
        put_signed(out, account.flag_time);
    }
    if flags & SHORTFALL != 0 {
        put(out, account.shortfall);
    }
    let used = |free: &dyn Fn(usize) -> bool, slots: usize| {
        (0..slots).filter(|slot| !free(*slot)).fold(0u64, |used, slot| used | 1 << slot)
    };
    put(out, used(&|slot| account.tokens[slot].is_free(), account.tokens.len()));
    for position in account.tokens.iter().filter(|position| !position.is_free()) {
        out.push(position.token & 0x7f | position.side << 7);
        put(out, position.shares);
    }
    out.push(used(&|slot| account.perps[slot].is_free(), account.perps.len()) as u8);
    account.perps.iter().filter(|position| !position.is_free()).for_each(|position| write_perp(position, out));
    if flags & ORDERS != 0 {
        out.push(used(&|slot| account.orders[slot].is_free(), account.orders.len()) as u8);
        for order in account.orders.iter().filter(|order| !order.is_free()) {
            out.extend_from_slice(bytemuck::bytes_of(order));
        }
    }
}

fn write_perp(position: &PerpPosition, out: &mut Vec<u8>) {
    out.push(position.market);
    put_signed(out, position.base);
    put_signed(out, position.quote);
    for amount in [position.matured, position.seen, position.secured, position.escrow] {
        put(out, amount);
    }
    put_signed(out, position.touched_at);
    put_signed(out, position.increased_at.wrapping_sub(position.touched_at));
    put_signed(out, position.funding_index);
    put(out, position.increased_slot);
}

/// The account behind a record; bytes beyond its end mean nothing.
pub(super) fn decode(record: &[u8], group: &[u8; 32]) -> MarginAccount {
    let mut from = Reader(record);
    let flags = from.byte();
    if flags == RAW {
        return bytemuck::pod_read_unaligned(from.bytes(size_of::<MarginAccount>()));
    }
    let mut account = MarginAccount { group: *group, owner: from.address(), ..Zeroable::zeroed() };
    if flags & FOREIGN != 0 {
        account.group = from.address();
    }
    if flags & DELEGATE != 0 {
        account.delegate = from.address();
    }
    account.number = from.number() as u16;
    account.version = from.byte();
    account.bump = from.byte();
    if flags & FLAG != 0 {
        account.flag_slot = from.number();
        account.flag_time = from.signed();
    }
    if flags & SHORTFALL != 0 {
        account.shortfall = from.number();
    }
    let used = from.number();
    for (_, position) in account.tokens.iter_mut().enumerate().filter(|(slot, _)| used >> slot & 1 != 0) {
        let token = from.byte();
        *position =
            TokenPosition { shares: from.number(), token: token & 0x7f, side: token >> 7, ..Zeroable::zeroed() };
    }
    let used = from.byte();
    for (_, position) in account.perps.iter_mut().enumerate().filter(|(slot, _)| used >> slot & 1 != 0) {
        *position = from.perp();
    }
    if flags & ORDERS != 0 {
        let used = from.byte();
        for (_, order) in account.orders.iter_mut().enumerate().filter(|(slot, _)| used >> slot & 1 != 0) {
            *order = bytemuck::pod_read_unaligned(from.bytes(size_of::<TriggerOrder>()));
        }
    }
    account
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_signed(out: &mut Vec<u8>, number: i64) {
    put(out, (number << 1 ^ number >> 63) as u64);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(count);
        self.0 = rest;
        bytes
    }

    fn byte(&mut self) -> u8 {
        self.bytes(1)[0]
    }

    fn address(&mut self) -> [u8; 32] {
        core::array::from_fn(|_| self.byte())
    }

    fn number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
    }

    fn signed(&mut self) -> i64 {
        let number = self.number();
        (number >> 1) as i64 ^ -((number & 1) as i64)
    }

    fn perp(&mut self) -> PerpPosition {
        let mut position = PerpPosition { market: self.byte(), ..Zeroable::zeroed() };
        position.base = self.signed();
        position.quote = self.signed();
        position.matured = self.number();
        position.seen = self.number();
        position.secured = self.number();
        position.escrow = self.number();
        position.touched_at = self.signed();
        position.increased_at = position.touched_at.wrapping_add(self.signed());
        position.funding_index = self.signed();
        position.increased_slot = self.number();
        position
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GROUP: [u8; 32] = [7; 32];

    fn returns(account: &MarginAccount) -> usize {
        let mut record = vec![1, 2, 3];
        encode(account, &GROUP, &mut record);
        record.extend_from_slice(&[9; 5]);
        assert_eq!(bytemuck::bytes_of(&decode(&record[3..], &GROUP)), bytemuck::bytes_of(account));
        record.len() - 8
    }

    proptest! {
        #[test]
        fn any_bytes_come_back_as_they_were(seed in proptest::collection::vec(any::<u8>(), size_of::<MarginAccount>()), keep in 0usize..40) {
            // From all random to mostly zero, as accounts are.
            let bytes: Vec<u8> = seed.iter().enumerate().map(|(i, b)| if i % 41 > keep { 0 } else { *b }).collect();
            returns(&bytemuck::pod_read_unaligned(&bytes));
        }

        #[test]
        fn accounts_come_back_as_they_were(
            shares in proptest::collection::vec(any::<u64>(), 16),
            numbers in proptest::collection::vec((any::<i64>(), any::<u64>(), 0u32..64), 40), number: u16, flag: u64,
        ) {
            let mut account = MarginAccount { group: GROUP, owner: [3; 32], number, version: 2, ..Zeroable::zeroed() };
            for (slot, shares) in shares.iter().enumerate().filter(|(_, shares)| **shares % 3 > 0) {
                account.tokens[slot] =
                    TokenPosition { shares: *shares, token: slot as u8 * 2, side: *shares as u8 % 2, ..Zeroable::zeroed() };
            }
            for (slot, five) in numbers.chunks(5).enumerate() {
                let [a, b, c, d, e] = five else { unreachable!() };
                account.perps[slot] = PerpPosition {
                    base: a.0 >> a.2, quote: b.0 >> b.2, matured: a.1 >> c.2, seen: b.1 >> d.2, secured: c.1 >> e.2,
                    escrow: d.1 >> a.2, touched_at: c.0, funding_index: d.0 >> d.2, increased_at: e.0,
                    increased_slot: e.1, market: slot as u8 + 20, reserved: [0; 7],
                };
                if account.perps[slot].is_free() {
                    account.perps[slot] = Zeroable::zeroed();
                }
            }
            (account.flag_slot, account.flag_time, account.shortfall) = (flag >> 3, flag as i64, flag % 5);
            prop_assert!(returns(&account) < size_of::<MarginAccount>());
        }
    }

    #[test]
    fn eight_legs_fit_a_hundred_bytes() {
        let mut account = MarginAccount { group: GROUP, owner: [3; 32], version: 2, ..Zeroable::zeroed() };
        for slot in 0..8 {
            account.tokens[slot] =
                TokenPosition { shares: 5_000_000_000 << slot, token: slot as u8, ..Zeroable::zeroed() };
        }
        assert!(returns(&account) <= 100);
    }
}
