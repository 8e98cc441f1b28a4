//! The filter of a list, compiled.

use crate::list::World;
use crate::query::{self, Keyed, Moment, Query, QueryError, Scope};
use crate::record::{Kind, KindVisitor, Record, View};
use crate::when::phrase::{PhraseContext, Wall, read};

/// A filter in the query language, ready to be applied to rows of one kind.
pub struct Filter {
    filter: query::Filter,
}

/// Reads a date phrase for the query language.
fn phrase(text: &str, view: &View) -> Option<Moment> {
    let reading = read(text, &PhraseContext::new(view.now, view.zone.clone())).ok()?;
    Some(match reading.start {
        Wall::Day(date) => Moment::Days {
            first: date,
            last: date,
        },
        Wall::Minute(_) => Moment::At(reading.instant()),
    })
}

impl Filter {
    /// Reads a filter for rows of a kind.
    pub fn compile(kind: Kind, text: &str, view: &View) -> Result<Self, QueryError> {
        let scope = Scope {
            view,
            phrases: &phrase,
        };
        let filter = Query::parse(text)?.check(kind, &scope)?;
        Ok(Self { filter })
    }

    /// Says which names in the query no record at hand bears, each in a sentence that says where it stands.
    pub fn strangers(&self, world: &World) -> Vec<String> {
        let unknown = self.filter.unknown_names(world);
        unknown.iter().map(ToString::to_string).collect()
    }

    /// Counts the rows that fit, whatever number the query asks for.
    pub fn count(&self, world: &World, keys: &[String]) -> usize {
        struct Count<'a> {
            filter: &'a query::Filter,
            world: &'a World,
            keys: &'a [String],
        }
        impl KindVisitor for Count<'_> {
            type Out = usize;
            fn visit<R: Record>(self) -> usize {
                let table = self.world.table::<R>();
                let mut matcher = self.filter.matcher(&self.world.view, self.world);
                let rows = self.keys.iter().filter_map(|id| {
                    let record = table.record(id)?;
                    Some(Keyed { id, record })
                });
                rows.filter(|row| matcher.matches(row)).count()
            }
        }
        self.filter.kind().visit(Count {
            filter: &self.filter,
            world,
            keys,
        })
    }

    /// Keeps the rows that fit, in the order and number that the filter asks for.
    pub fn apply(&self, world: &World, keys: &[String]) -> Vec<String> {
        struct Apply<'a> {
            filter: &'a query::Filter,
            world: &'a World,
            keys: &'a [String],
        }
        impl KindVisitor for Apply<'_> {
            type Out = Vec<String>;
            fn visit<R: Record>(self) -> Vec<String> {
                let table = self.world.table::<R>();
                let rows: Vec<Keyed<'_, R>> = self
                    .keys
                    .iter()
                    .filter_map(|id| {
                        Some(Keyed {
                            id,
                            record: table.record(id)?,
                        })
                    })
                    .collect();
                let found = self.filter.select(&rows, &self.world.view, self.world);
                found.into_iter().map(|row| row.id.to_owned()).collect()
            }
        }
        self.filter.kind().visit(Apply {
            filter: &self.filter,
            world,
            keys,
        })
    }
}
