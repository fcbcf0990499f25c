//! What a page is told. The TypeScript types of the client package are made of these.

mod account;
mod book;
mod group;
mod preview;
mod receipts;

pub use account::*;
pub use book::*;
pub use group::*;
pub use preview::*;
pub use receipts::*;

/// Gives types what every answer has: JSON in the style of TypeScript, and a TypeScript type.
macro_rules! answers {
    ($($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(rename_all = "camelCase"))]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }

        impl $crate::json::Json for $name {
            fn write(&self, out: &mut String) {
                let fields = [$((stringify!($field), &self.$field as &dyn $crate::json::Json)),*];
                $crate::json::object(out, &mut fields.into_iter());
            }
        }
    )*};
}
pub(crate) use answers;

use crate::text;

answers! {
    /// An amount of a token or of a base.
    pub struct Amount {
        /// Native units, an integer.
        native: String,
        /// Whole tokens, a decimal.
        ui: String,
    }
}

impl Amount {
    /// An amount with a number of decimals.
    pub fn of(native: impl Into<i128>, decimals: u8) -> Amount {
        let native = native.into();
        Amount { native: native.to_string(), ui: text::units(native, decimals) }
    }
}
