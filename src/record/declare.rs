//! The macros that turn a list of fields into a record type and the list of types into kinds.

/// Declares a record type: the struct, its JSON, its fields and their accessors.
///
/// Each field needs a doc comment; its text is also the help in the form and in the reference.
macro_rules! record {
    (
        $(#[doc = $about:literal])+
        $name:ident ($label:literal, $plural:literal) audience $audience:expr;
        columns [$($column:literal),* $(,)?];
        $($(#[doc = $help:literal])+ $field:ident: $ty:ty,)*
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $(
                $(#[doc = $help])+
                #[serde(
                    skip_serializing_if = "crate::record::FieldValue::is_empty",
                    deserialize_with = "crate::record::lenient"
                )]
                pub $field: $ty,
            )*
        }

        impl $name {
            const RECORD_FIELDS: &'static [$crate::record::Field<$name>] = &[$(
                $crate::record::Field {
                    info: Self::RECORD_INFO[Self::position(stringify!($field))],
                    get: |record| $crate::record::FieldValue::value(&record.$field),
                    set: |record, value| {
                        record.$field = $crate::record::FieldValue::from_value(value)?;
                        Ok(())
                    },
                },
            )*];
            const RECORD_INFO: &'static [$crate::record::FieldInfo] = &[$(
                $crate::record::FieldInfo {
                    name: stringify!($field),
                    help: concat!($($help),+),
                    ty: <$ty as $crate::record::FieldValue>::TYPE,
                },
            )*];
            const RECORD_COLUMNS: &'static [&'static str] = &[$($column),*];
            const RECORD_KIND: $crate::record::Kind = $crate::record::Kind::$name;
            const RECORD_LABEL: &'static str = $label;
            const RECORD_PLURAL: &'static str = $plural;
            const RECORD_AUDIENCE: $crate::record::Audience = $audience;

            const fn position(name: &str) -> usize {
                let mut index = 0;
                while index < Self::RECORD_INFO.len() {
                    if $crate::record::same_name(Self::RECORD_INFO[index].name, name) {
                        return index;
                    }
                    index += 1;
                }
                0
            }
        }
    };
}

/// Fills the constants of [`Record`] that `record!` has already made.
macro_rules! record_consts {
    () => {
        const KIND: $crate::record::Kind = Self::RECORD_KIND;
        const LABEL: &'static str = Self::RECORD_LABEL;
        const PLURAL: &'static str = Self::RECORD_PLURAL;
        const FIELDS: &'static [$crate::record::Field<Self>] = Self::RECORD_FIELDS;
        const INFO: &'static [$crate::record::FieldInfo] = Self::RECORD_INFO;
        const COLUMNS: &'static [&'static str] = Self::RECORD_COLUMNS;
        const AUDIENCE: $crate::record::Audience = Self::RECORD_AUDIENCE;
    };
}

/// Makes [`Kind`] and its dispatch from the one list of record types.
macro_rules! records {
    ($($name:ident = $wire:literal, $path:literal;)*) => {
        /// A kind of record, by its name on the wire, in the cache and on the command line.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $(#[doc = concat!("Records of the kind `", $wire, "`.")] $name,)* }

        impl Kind {
            /// Every kind, in the order in which a first sync is most useful.
            pub const ALL: &'static [Kind] = &[$(Kind::$name),*];

            /// Returns the wire name, for example `follow_up`.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$name => $wire),* }
            }

            /// Returns the REST path segment, for example `follow-ups`.
            pub const fn path(self) -> &'static str {
                match self { $(Kind::$name => $path),* }
            }

            /// Finds a kind by its wire name.
            pub fn from_name(name: &str) -> Option<Kind> {
                match name { $($wire => Some(Kind::$name),)* _ => None }
            }

            /// Finds a kind by its REST path segment.
            pub fn from_path(path: &str) -> Option<Kind> {
                match path { $($path => Some(Kind::$name),)* _ => None }
            }

            /// Calls the visitor with the record type of this kind.
            pub fn visit<V: KindVisitor>(self, visitor: V) -> V::Out {
                match self { $(Kind::$name => visitor.visit::<$name>()),* }
            }

            /// Returns what a person reads for one record of this kind.
            pub const fn label(self) -> &'static str {
                match self { $(Kind::$name => <$name as Record>::LABEL),* }
            }

            /// Returns what a person reads for several records of this kind.
            pub const fn plural(self) -> &'static str {
                match self { $(Kind::$name => <$name as Record>::PLURAL),* }
            }

            /// Tells whether its records stay as they were made: they are neither changed nor deleted.
            pub const fn is_append_only(self) -> bool {
                matches!(self, Self::Note | Self::StageEvent)
            }

            /// Returns the stored fields of this kind.
            pub const fn fields(self) -> &'static [FieldInfo] {
                match self { $(Kind::$name => <$name as Record>::INFO),* }
            }

            /// Returns who may see records of this kind.
            pub const fn audience(self) -> Audience {
                match self { $(Kind::$name => <$name as Record>::AUDIENCE),* }
            }
        }
    };
}
