//! Writes answers as JSON. Small on purpose: a page loads this code before it shows anything, and a general serializer is a
//! third of the module. What is written is only ever read by [`serde_json`] in tests and by browsers.

use std::collections::BTreeMap;

/// Something that has a form in JSON.
pub trait Json {
    /// Writes it behind what is there.
    fn write(&self, out: &mut String);
}

/// It as JSON.
pub fn json(answer: &dyn Json) -> String {
    let mut out = String::new();
    answer.write(&mut out);
    out
}

impl Json for str {
    fn write(&self, out: &mut String) {
        out.push('"');
        for character in self.chars() {
            match character {
                '"' | '\\' => out.extend(['\\', character]),
                // Nothing that we tell has control characters; a question may have, and is told back in its refusal.
                character if character < ' ' => out.push(' '),
                character => out.push(character),
            }
        }
        out.push('"');
    }
}

impl Json for String {
    fn write(&self, out: &mut String) {
        self.as_str().write(out);
    }
}

impl Json for bool {
    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Json for $type {
            fn write(&self, out: &mut String) {
                out.push_str(&i64::from(*self).to_string());
            }
        }
    )*};
}
integers!(u8, u16, u32, i32, i64);

impl<T: Json> Json for Option<T> {
    fn write(&self, out: &mut String) {
        match self {
            Some(value) => value.write(out),
            None => out.push_str("null"),
        }
    }
}

impl<T: Json> Json for Vec<T> {
    fn write(&self, out: &mut String) {
        list(out, ('[', ']'), self.iter().map(|item| item as &dyn Json), |item, out| item.write(out));
    }
}

impl Json for BTreeMap<String, String> {
    fn write(&self, out: &mut String) {
        object(out, &mut self.iter().map(|(name, value)| (name.as_str(), value as &dyn Json)));
    }
}

/// Writes an object; names of fields in the style of TypeScript.
pub fn object(out: &mut String, fields: &mut dyn Iterator<Item = (&str, &dyn Json)>) {
    list(out, ('{', '}'), fields, |(name, value), out| {
        out.push('"');
        let mut raised = false;
        for character in name.chars() {
            match character {
                '_' => raised = true,
                character => {
                    out.push(if raised { character.to_ascii_uppercase() } else { character });
                    raised = false;
                }
            }
        }
        out.push_str("\":");
        value.write(out);
    });
}

fn list<T>(
    out: &mut String,
    (open, close): (char, char),
    items: impl Iterator<Item = T>,
    write: impl Fn(T, &mut String),
) {
    out.push(open);
    for (number, item) in items.enumerate() {
        if number > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_json() {
        let fields: [(&str, &dyn Json); 4] = [
            ("an_amount", &"1 \"quoted\" \\ \n".to_owned()),
            ("none", &None::<u8>),
            ("numbers", &vec![-1i64, 2]),
            ("is_true", &true),
        ];
        let mut out = String::new();
        object(&mut out, &mut fields.into_iter());
        let read: serde_json::Value = serde_json::from_str(&out).unwrap();
        let expected =
            serde_json::json!({ "anAmount": "1 \"quoted\" \\  ", "none": null, "numbers": [-1, 2], "isTrue": true });
        assert_eq!(read, expected);
    }
}
