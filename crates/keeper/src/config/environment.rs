//! `BREAKWATER_KEEPER_SECTION_KEY=value` in place of `key = value` under `[section]`.

use toml::{Table, Value};

use super::ConfigError;

/// What variables of the keeper begin with.
const PREFIX: &str = "BREAKWATER_KEEPER_";

/// Writes the keeper's variables into a configuration; whether there was any. Types are those of TOML: what does not read as a
/// value of it is a text.
pub(super) fn apply(table: &mut Table, variables: impl Iterator<Item = (String, String)>) -> Result<bool, ConfigError> {
    let mut any = false;
    for (name, text) in variables {
        let Some(place) = name.strip_prefix(PREFIX) else { continue };
        let place = place.to_lowercase();
        let Some((section, key)) =
            place.split_once('_').filter(|(section, key)| !section.is_empty() && !key.is_empty())
        else {
            return Err(ConfigError(format!("{name} names no key: write {PREFIX}SECTION_KEY")));
        };
        let section = table.entry(section.to_owned()).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(section) = section else {
            return Err(ConfigError(format!("{name} names no section: write {PREFIX}SECTION_KEY")));
        };
        section.insert(key.to_owned(), value(&text));
        any = true;
    }
    Ok(any)
}

fn value(text: &str) -> Value {
    let parsed: Option<Table> = toml::from_str(&format!("v = {text}")).ok();
    parsed.and_then(|mut table| table.remove("v")).unwrap_or_else(|| Value::String(text.to_owned()))
}
