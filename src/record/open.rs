//! Open enumerations: a set of known values, and room for the ones this version has never heard of.

/// Declares an open enumeration.
///
/// The known values come first; any other text is kept in `Other` and written back as it came.
/// `KNOWN` lists only the values to offer as a choice.
macro_rules! open_enum {
    ($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $help:literal])+ $variant:ident = $wire:literal,)+ }) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[doc = $help])+ $variant,)+
            /// A value that this version does not know, kept as it came; empty when none was given.
            Other(Box<str>),
        }

        impl $name {
            /// The values to offer as a choice, by their name on the wire.
            pub const KNOWN: &'static [&'static str] = &[$($wire),+];

            /// Returns the name on the wire.
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $wire,)+ Self::Other(text) => text }
            }

            /// Tells whether no value was given.
            pub fn is_none(&self) -> bool {
                matches!(self, Self::Other(text) if text.is_empty())
            }
        }

        impl Default for $name {
            fn default() -> Self { Self::Other(Box::from("")) }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text { $($wire => Self::$variant,)+ _ => Self::Other(text.into()) }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Ok(Self::from(text.as_str()))
            }
        }
        impl $crate::record::FieldValue for $name {
            const TYPE: $crate::record::FieldType = $crate::record::FieldType::Choice(Self::KNOWN);
            fn value(&self) -> $crate::record::Value<'_> {
                if self.is_none() {
                    $crate::record::Value::Empty
                } else {
                    $crate::record::Value::Text(std::borrow::Cow::Borrowed(self.as_str()))
                }
            }
            fn from_value(value: $crate::record::Value<'_>) -> Result<Self, $crate::record::FieldError> {
                match value {
                    $crate::record::Value::Empty => Ok(Self::default()),
                    $crate::record::Value::Text(text) => Ok(Self::from(text.as_ref())),
                    other => Err($crate::record::FieldError::shape(&Self::TYPE, &other)),
                }
            }
        }
    };
}
