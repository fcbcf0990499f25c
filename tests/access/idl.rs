//! What the interface description says of instructions and their accounts.

use serde_json::Value;

const IDL: &str = include_str!("../../artifacts/breakwater.json");

/// A slot for an account.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its name.
    pub name: String,
    pub is_signer: bool,
    pub is_writable: bool,
    pub is_optional: bool,
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its accounts, in order.
    pub slots: Vec<Slot>,
}

/// All instructions.
pub fn instructions() -> Vec<Entry> {
    let idl: Value = serde_json::from_str(IDL).expect("the IDL is JSON");
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let text = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    let slot = |account: &Value| {
        let bit = |name: &str| account[name].as_bool().unwrap_or(false);
        Slot {
            name: text(account),
            is_signer: bit("signer"),
            is_writable: bit("writable"),
            is_optional: bit("optional"),
        }
    };
    let entry = |value: &Value| Entry { name: text(value), slots: list(&value["accounts"]).iter().map(slot).collect() };
    list(&idl["instructions"]).iter().map(entry).collect()
}
