//! JSON Schemas of the wire types, read off the types themselves.
//!
//! A [`Deserialize`] implementation asks its deserializer for what it wants: a structure with these fields,
//! one of these names, a number. [`of`] is a deserializer that answers with a made-up value and writes down
//! what it was asked for, so that a published schema cannot differ from what the program reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::{Map, Value as Json, json};

/// Texts that a type may insist on, with the `format` that this shows; the first that is accepted counts.
const TEXTS: [(&str, Option<&str>); 5] = [
    ("x", None),
    ("2026-11-21T08:00:00Z", Some("date-time")),
    ("2026-11-21", Some("date")),
    ("0123456789abcdef", Some("hex64")),
    ("create", None),
];

/// Returns the schema of a type and adds those of the named types inside it to `named`.
///
/// A type that asks for a map (one with flattened parts) is an object with unnamed properties.
pub(crate) fn of<T: for<'de> Deserialize<'de>>(named: &mut BTreeMap<String, Json>) -> Json {
    let mut tracer = Tracer::default();
    // Every failure either moves on to the next text or ends the search.
    loop {
        tracer.site = 0;
        tracer.named.clear();
        let mut schema = Json::Null;
        let outcome = T::deserialize(Trace {
            tracer: &mut tracer,
            schema: &mut schema,
        });
        if outcome.is_ok() || !tracer.next_text() {
            tracer.find_optional::<T>();
            named.extend(tracer.finished());
            return schema;
        }
    }
}

/// What is known after some attempts.
#[derive(Default)]
struct Tracer {
    /// For each place that wanted a text, which of [`TEXTS`] it gets.
    texts: Vec<usize>,
    site: usize,
    named: BTreeMap<String, Map<String, Json>>,
    optional: BTreeSet<(String, String)>,
    /// The field of a structure that is left out in this attempt.
    omitted: Option<(String, String)>,
}

impl Tracer {
    /// Chooses another text for the place that refused the last one; tells whether there is one.
    fn next_text(&mut self) -> bool {
        let Some(place) = self.site.checked_sub(1) else {
            return false;
        };
        match self.texts.get_mut(place) {
            Some(text) if *text + 1 < TEXTS.len() => {
                *text += 1;
                true
            }
            _ => false,
        }
    }

    /// Reads the type once more for each field, without that field: where this works, it is optional.
    fn find_optional<T: for<'de> Deserialize<'de>>(&mut self) {
        let fields: Vec<(String, String)> = self
            .named
            .iter()
            .flat_map(|(name, fields)| fields.keys().map(|field| (name.clone(), field.clone())))
            .collect();
        let named = self.named.clone();
        let texts = self.texts.clone();
        for field in fields {
            // Leaving a field out moves the places of texts behind it: each gets what it accepts anew.
            self.texts.clear();
            loop {
                self.site = 0;
                self.omitted = Some(field.clone());
                let mut schema = Json::Null;
                let outcome = T::deserialize(Trace {
                    tracer: self,
                    schema: &mut schema,
                });
                if outcome.is_ok() {
                    self.optional.insert(field);
                    break;
                }
                if !self.next_text() {
                    break;
                }
            }
        }
        self.omitted = None;
        self.named = named;
        self.texts = texts;
    }

    fn finished(&self) -> BTreeMap<String, Json> {
        let schema = |name: &String, fields: &Map<String, Json>| {
            let required: Vec<&String> = fields
                .keys()
                .filter(|field| !self.optional.contains(&(name.clone(), (*field).clone())))
                .collect();
            json!({"type": "object", "properties": fields, "required": required})
        };
        self.named
            .iter()
            .map(|(name, fields)| (name.clone(), schema(name, fields)))
            .collect()
    }
}

/// A deserializer that writes down what it is asked for.
struct Trace<'t> {
    tracer: &'t mut Tracer,
    schema: &'t mut Json,
}

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the made-up value does not fit")
    }
}

impl std::error::Error for Refused {}

impl de::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Answers with a value after writing down its schema.
macro_rules! leaf {
    ($($method:ident => $visit:ident($($value:expr)?), $schema:tt;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
            *self.schema = json!($schema);
            visitor.$visit($($value)?)
        })*
    };
}

impl Trace<'_> {
    fn text(self) -> &'static str {
        let Tracer { texts, site, .. } = self.tracer;
        if texts.len() <= *site {
            texts.push(0);
        }
        let chosen = texts.get(*site).copied().unwrap_or_default();
        *site += 1;
        let (text, format) = TEXTS.get(chosen).copied().unwrap_or(TEXTS[0]);
        *self.schema = match format {
            Some("hex64") => json!({"type": "string", "pattern": "^[0-9a-f]{16}$"}),
            Some(format) => json!({"type": "string", "format": format}),
            None => json!({"type": "string"}),
        };
        text
    }
}

impl<'de> Deserializer<'de> for Trace<'_> {
    type Error = Refused;

    leaf! {
        deserialize_any => visit_unit(), {};
        deserialize_ignored_any => visit_unit(), {};
        deserialize_unit => visit_unit(), {"type": "null"};
        deserialize_bool => visit_bool(false), {"type": "boolean"};
        deserialize_i8 => visit_i8(1), {"type": "integer"};
        deserialize_i16 => visit_i16(1), {"type": "integer"};
        deserialize_i32 => visit_i32(1), {"type": "integer"};
        deserialize_i64 => visit_i64(1), {"type": "integer"};
        deserialize_u8 => visit_u8(1), {"type": "integer", "minimum": 0};
        deserialize_u16 => visit_u16(1), {"type": "integer", "minimum": 0};
        deserialize_u32 => visit_u32(1), {"type": "integer", "minimum": 0};
        deserialize_u64 => visit_u64(1), {"type": "integer", "minimum": 0};
        deserialize_f32 => visit_f32(1.0), {"type": "number"};
        deserialize_f64 => visit_f64(1.0), {"type": "number"};
        deserialize_char => visit_char('x'), {"type": "string"};
        deserialize_bytes => visit_bytes(b"x"), {"type": "string"};
        deserialize_byte_buf => visit_bytes(b"x"), {"type": "string"};
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_str(self.text())
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_str(self.text())
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_str(self.text())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let mut items = Json::Null;
        let value = visitor.visit_seq(One {
            tracer: self.tracer,
            schema: Some(&mut items),
        });
        *self.schema = json!({"type": "array", "items": items});
        value
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let mut values = Json::Null;
        let value = visitor.visit_map(One {
            tracer: self.tracer,
            schema: Some(&mut values),
        });
        *self.schema = json!({"type": "object", "additionalProperties": values});
        value
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        *self.schema = json!({"$ref": format!("#/components/schemas/{name}")});
        visitor.visit_map(Fields {
            tracer: self.tracer,
            name,
            left: fields.iter(),
            field: "",
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        *self.schema = json!({"type": "string", "enum": variants});
        visitor.visit_enum(First(variants.first().copied().unwrap_or_default()))
    }
}

/// A list or a map with one entry.
struct One<'t> {
    tracer: &'t mut Tracer,
    schema: Option<&'t mut Json>,
}

impl<'de> SeqAccess<'de> for One<'_> {
    type Error = Refused;
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Refused> {
        let Some(schema) = self.schema.take() else {
            return Ok(None);
        };
        let tracer = &mut *self.tracer;
        seed.deserialize(Trace { tracer, schema }).map(Some)
    }
}

impl<'de> MapAccess<'de> for One<'_> {
    type Error = Refused;
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Refused> {
        if self.schema.is_none() {
            return Ok(None);
        }
        seed.deserialize(StrDeserializer::new("x")).map(Some)
    }
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        let schema = self.schema.take().ok_or(Refused)?;
        let tracer = &mut *self.tracer;
        seed.deserialize(Trace { tracer, schema })
    }
}

/// The fields of a structure, one after the other.
struct Fields<'t> {
    tracer: &'t mut Tracer,
    name: &'static str,
    left: std::slice::Iter<'static, &'static str>,
    field: &'static str,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Refused;
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Refused> {
        let omitted = self.tracer.omitted.as_ref();
        let left = |field: &&&str| {
            omitted.is_none_or(|(name, omitted)| {
                (name.as_str(), omitted.as_str()) != (self.name, **field)
            })
        };
        let Some(field) = self.left.by_ref().find(left) else {
            return Ok(None);
        };
        self.field = field;
        seed.deserialize(StrDeserializer::new(field)).map(Some)
    }
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        let mut schema = Json::Null;
        let tracer = &mut *self.tracer;
        let value = seed.deserialize(Trace {
            tracer,
            schema: &mut schema,
        });
        let fields = self.tracer.named.entry(self.name.to_owned()).or_default();
        fields.insert(self.field.to_owned(), schema);
        value
    }
}

/// The first name of an enumeration.
struct First(&'static str);

impl<'de> EnumAccess<'de> for First {
    type Error = Refused;
    type Variant = Self;
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Refused> {
        let value = seed.deserialize(StrDeserializer::new(self.0))?;
        Ok((value, self))
    }
}

impl<'de> VariantAccess<'de> for First {
    type Error = Refused;
    fn unit_variant(self) -> Result<(), Refused> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Refused> {
        Err(Refused)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Refused> {
        Err(Refused)
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Refused> {
        Err(Refused)
    }
}
