//! All tables, the moment, and who is looking.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{AnyTable, Row, Table};
use crate::effect::{CacheChange, CacheRow};
use crate::record::{AnyRef, Id, Kind, KindVisitor, Record, User, View};

/// Makes ids that sort by time, as `UUIDv7`; its randomness comes in once, from outside.
#[derive(Clone, Debug)]
pub struct Ids {
    state: u64,
    last: i64,
    counter: u16,
}

impl Ids {
    /// Starts from a seed that must be random for a real console and fixed in a test.
    pub fn new(seed: u64) -> Self {
        Self {
            state: seed,
            last: i64::MIN,
            counter: 0,
        }
    }

    /// Makes the next id; two ids of one millisecond keep their order.
    pub fn next(&mut self, now: Timestamp) -> String {
        let millis = now.as_millisecond().max(0);
        if millis > self.last {
            self.last = millis;
            self.counter = 0;
        } else {
            self.counter = self.counter.wrapping_add(1);
            if self.counter > 0x0fff {
                self.counter = 0;
                self.last += 1;
            }
        }
        // SplitMix64, the seeding generator of Steele, Lea and Flood (2014).
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let time = u64::try_from(self.last).unwrap_or(0) & 0xffff_ffff_ffff;
        let high = (time << 16) | 0x7000 | u64::from(self.counter);
        let low = (mixed & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        uuid::Uuid::from_u64_pair(high, low).to_string()
    }
}

/// Everything in memory that is not a matter of the screen.
pub struct World {
    tables: BTreeMap<Kind, Box<dyn AnyTable>>,
    revisions: BTreeMap<Kind, u64>,
    /// The moment and who is looking.
    pub view: View,
    /// Source of new ids.
    pub ids: Ids,
}

impl World {
    /// Makes an empty world for a user at a moment in a zone.
    pub fn new(me: &str, now: Timestamp, zone: TimeZone, seed: u64) -> Self {
        struct Make;
        impl KindVisitor for Make {
            type Out = Box<dyn AnyTable>;
            fn visit<R: Record>(self) -> Self::Out {
                Box::new(Table::<R>::default())
            }
        }
        Self {
            tables: Kind::ALL
                .iter()
                .map(|kind| (*kind, kind.visit(Make)))
                .collect(),
            revisions: BTreeMap::new(),
            view: View {
                now,
                zone,
                me: me.into(),
            },
            ids: Ids::new(seed),
        }
    }

    /// Takes all records out.
    pub fn clear(&mut self) {
        let fresh = Self::new(&self.view.me, self.view.now, self.view.zone.clone(), 0);
        self.tables = fresh.tables;
        for kind in Kind::ALL {
            self.touch(*kind);
        }
    }

    /// Returns a number that grows whenever a record of this kind may have changed.
    ///
    /// What is computed from many records is kept until the numbers of their kinds change.
    pub fn revision(&self, kind: Kind) -> u64 {
        self.revisions.get(&kind).copied().unwrap_or(0)
    }

    fn touch(&mut self, kind: Kind) {
        *self.revisions.entry(kind).or_default() += 1;
    }

    /// Returns the table of a record type.
    #[expect(
        clippy::expect_used,
        reason = "World::new makes a table of the right type for every kind"
    )]
    pub fn table<R: Record>(&self) -> &Table<R> {
        self.tables
            .get(&R::KIND)
            .and_then(|table| table.as_any().downcast_ref())
            .expect("every kind has a table of its own type")
    }

    /// Returns the table of a record type for a change.
    #[expect(
        clippy::expect_used,
        reason = "World::new makes a table of the right type for every kind"
    )]
    pub fn table_mut<R: Record>(&mut self) -> &mut Table<R> {
        self.touch(R::KIND);
        self.tables
            .get_mut(&R::KIND)
            .and_then(|table| table.as_any_mut().downcast_mut())
            .expect("every kind has a table of its own type")
    }

    /// Returns the table of a kind known only at run time.
    #[expect(
        clippy::expect_used,
        reason = "World::new makes a table for every kind"
    )]
    pub fn any(&self, kind: Kind) -> &dyn AnyTable {
        self.tables
            .get(&kind)
            .map(AsRef::as_ref)
            .expect("every kind has a table")
    }

    /// Returns the table of a kind known only at run time for a change.
    #[expect(
        clippy::expect_used,
        reason = "World::new makes a table for every kind"
    )]
    pub fn any_mut(&mut self, kind: Kind) -> &mut dyn AnyTable {
        self.touch(kind);
        self.tables
            .get_mut(&kind)
            .map(AsMut::as_mut)
            .expect("every kind has a table")
    }

    /// Returns the record with this id.
    pub fn get<R: Record>(&self, id: &Id<R>) -> Option<&R> {
        self.table::<R>().record(id.as_str())
    }

    /// Returns the record that a link field names.
    pub fn follow<R: Record>(&self, link: Option<&Id<R>>) -> Option<&R> {
        link.and_then(|id| self.get(id))
    }

    /// Returns the row with this id.
    pub fn row<R: Record>(&self, id: &str) -> Option<&Row<R>> {
        self.table::<R>().get(id)
    }

    /// Returns the title of the record that a link names, or its id where it is not in memory.
    pub fn title(&self, link: &AnyRef) -> String {
        link.known_kind()
            .and_then(|kind| self.any(kind).title(&link.id))
            .unwrap_or_else(|| link.id.to_string())
    }

    /// Takes in a change of the cache.
    pub fn apply(&mut self, change: &CacheChange) {
        match change {
            CacheChange::Upsert(row) => self.upsert(row),
            CacheChange::Remove(kind, id) => {
                self.any_mut(*kind).take(id);
            }
        }
    }

    /// Takes in a row of the cache.
    pub fn upsert(&mut self, row: &CacheRow) {
        self.any_mut(row.kind).upsert(row);
    }

    /// Returns the user at the console.
    pub fn me(&self) -> Option<&User> {
        self.table::<User>().record(&self.view.me)
    }

    /// Returns the id of the user at the console.
    pub fn my_id(&self) -> Id<User> {
        Id::new(&self.view.me)
    }
}

impl crate::query::Links for World {
    fn row(&self, kind: Kind, id: &str) -> Option<&dyn crate::query::Row> {
        self.any(kind).query_row(id)
    }

    fn each(&self, kind: Kind, visit: &mut dyn FnMut(&str, &dyn crate::query::Row)) {
        self.any(kind).each(visit);
    }
}
