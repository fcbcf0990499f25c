//! Every margin account of a group in little memory, and which of them are worth a look.
use breakwater_client::Address;
use breakwater_client::interface::{MarginAccount, RiskBoard};
use std::collections::BTreeMap;
/// stub
#[derive(Default)]
pub struct Book {
    accounts: BTreeMap<Address, (u64, MarginAccount)>,
}
impl Book {
    /// stub
    pub fn put(&mut self, a: &Address, slot: u64, m: &MarginAccount) -> bool {
        if self.accounts.get(a).is_some_and(|(s, _)| *s > slot) {
            return false;
        }
        self.accounts.insert(*a, (slot, *m));
        true
    }
    /// stub
    pub fn remove(&mut self, a: &Address) {
        self.accounts.remove(a);
    }
    /// stub
    pub fn get(&self, a: &Address) -> Option<MarginAccount> {
        self.accounts.get(a).map(|x| x.1)
    }
    /// stub
    pub fn len(&self) -> usize {
        self.accounts.len()
    }
    /// stub
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.accounts.keys()
    }
    /// stub
    pub fn with_orders(&self) -> Vec<Address> {
        self.accounts.iter().filter(|(_, a)| a.1.orders.iter().any(|o| !o.is_free())).map(|(a, _)| *a).collect()
    }
    /// stub
    pub fn in_market(&self, m: u8) -> Vec<Address> {
        self.accounts.iter().filter(|(_, a)| a.1.find_perp(m).is_some()).map(|(a, _)| *a).collect()
    }
    /// stub
    pub fn tick(&mut self, _b: &RiskBoard, _now: i64) -> Vec<Address> {
        self.accounts.keys().copied().collect()
    }
    /// stub
    pub fn scan(&mut self, _b: &RiskBoard, _now: i64) -> Vec<Address> {
        self.accounts.keys().copied().collect()
    }
}
