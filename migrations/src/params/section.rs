//! A table of a file that knows where it stands, so that every refusal names file and key, and that notices keys that nobody
//! asked for.

use std::cell::RefCell;
use std::collections::BTreeSet;

use breakwater_client::Address;
use toml::{Table, Value};

use crate::Failure;
use crate::fields::{Field, Fields};
use crate::units::Scale;

/// A table.
pub struct Section<'a> {
    file: &'a str,
    path: String,
    table: &'a Table,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Section<'a> {
    /// The whole file.
    pub fn root(file: &'a str, table: &'a Table) -> Section<'a> {
        Section { file, path: String::new(), table, asked: RefCell::default() }
    }

    /// A refusal that names a key.
    pub fn refuse(&self, key: &str, fact: &str) -> Failure {
        let dot = if self.path.is_empty() || key.is_empty() { "" } else { "." };
        Failure::Input(format!("{}: {}{dot}{key}: {fact}", self.file, self.path))
    }

    fn find(&self, key: &str) -> Option<&'a Value> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.table.get(key)
    }

    fn get(&self, key: &str) -> Result<&'a Value, Failure> {
        self.find(key)
            .ok_or_else(|| self.refuse(key, "it is missing: add it, as in the files that are in migrations/params"))
    }

    /// Whether a key is there.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    fn child(&self, key: &str, path: String, value: &'a Value) -> Result<Section<'a>, Failure> {
        let table =
            value.as_table().ok_or_else(|| self.refuse(key, "it is no table: write [table] and its keys below"))?;
        Ok(Section { file: self.file, path, table, asked: RefCell::default() })
    }

    /// A table below this one.
    pub fn section(&self, key: &str) -> Result<Section<'a>, Failure> {
        let dot = if self.path.is_empty() { "" } else { "." };
        self.child(key, format!("{}{dot}{key}", self.path), self.get(key)?)
    }

    /// Tables of an array below this one, each named by its number; none where the key is missing.
    pub fn sections(&self, key: &str) -> Result<Vec<Section<'a>>, Failure> {
        let Some(value) = self.find(key) else { return Ok(Vec::new()) };
        let items = value.as_array().ok_or_else(|| self.refuse(key, "it is no array of tables: write [[table]]"))?;
        let dot = if self.path.is_empty() { "" } else { "." };
        let named = |(number, item)| self.child(key, format!("{}{dot}{key}[{number}]", self.path), item);
        items.iter().enumerate().map(named).collect()
    }

    /// A text.
    pub fn text(&self, key: &str) -> Result<&'a str, Failure> {
        self.get(key)?.as_str().ok_or_else(|| self.refuse(key, "it is no text: write it in quotes"))
    }

    /// True or false.
    pub fn flag(&self, key: &str) -> Result<bool, Failure> {
        self.get(key)?.as_bool().ok_or_else(|| self.refuse(key, "it is neither true nor false"))
    }

    /// A whole number up to a bound.
    pub fn whole(&self, key: &str, most: u64) -> Result<u64, Failure> {
        let number = self.get(key)?.as_integer().and_then(|number| u64::try_from(number).ok());
        number
            .filter(|number| *number <= most)
            .ok_or_else(|| self.refuse(key, &format!("it is no whole number from 0 to {most}")))
    }

    /// An address.
    pub fn address(&self, key: &str) -> Result<Address, Failure> {
        let text = self.text(key)?;
        text.parse().map_err(|_| self.refuse(key, &format!("{text:?} is no address: write 32 bytes in base58")))
    }

    /// A parameter in its unit: a whole number bare, anything else in quotes.
    fn parameter(&self, key: &str, field: &Field, scale: Scale) -> Result<u64, Failure> {
        let text = match self.get(key)? {
            Value::Integer(number) => number.to_string(),
            Value::String(text) => text.clone(),
            Value::Float(_) => return Err(self.refuse(key, "decimals are exact only in quotes: write \"0.5\" for 0.5")),
            _ => return Err(self.refuse(key, "it is no number")),
        };
        field.unit.parse(&text, scale).map_err(|fact| self.refuse(key, &fact))
    }

    /// A whole set of parameters. Those of tiers come from `[[tier]]`.
    pub fn parameters<C: Fields>(&self, scale: Scale) -> Result<C, Failure> {
        let mut config = C::zeroed();
        let tiers =
            if C::FIELDS.iter().any(|field| tier(field).is_some()) { self.sections("tier")? } else { Vec::new() };
        for field in C::FIELDS {
            let (section, key) = match tier(field) {
                Some((number, rest)) => {
                    let section = tiers
                        .get(number)
                        .ok_or_else(|| self.refuse("tier", "four tiers are needed: write [[…tier]] four times"))?;
                    (section, format!("{rest}{}", field.unit.suffix()))
                }
                None => (self, field.key()),
            };
            let value = section.parameter(&key, field, scale)?;
            if !config.put(field.name, value) {
                return Err(section.refuse(&key, "it is too large: see docs/spec.md for its bounds"));
            }
        }
        if tiers.len() > 4 {
            return Err(self.refuse("tier", "there are more than four tiers: leave the others out"));
        }
        tiers.iter().try_for_each(Section::finish)?;
        Ok(config)
    }

    /// Refuses keys that nobody asked for.
    pub fn finish(&self) -> Result<(), Failure> {
        let asked = self.asked.borrow();
        match self.table.keys().find(|key| !asked.contains(*key)) {
            Some(key) => Err(self.refuse(key, "there is no such key: correct it or leave it out")),
            None => Ok(()),
        }
    }
}

/// The tier of a parameter, and its key there.
fn tier(field: &Field) -> Option<(usize, &'static str)> {
    let (number, rest) = field.name.strip_prefix("tier_")?.split_once('_')?;
    Some((number.parse().ok()?, rest))
}
