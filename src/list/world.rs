//! All tables, the moment, and who is looking.

use std::collections::{BTreeMap, VecDeque};

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

/// Of each kind so many of the last changes are remembered by their ids.
const REMEMBERED: usize = 4_096;

/// The last changes of the records of one kind.
#[derive(Debug, Default)]
struct Changes {
    /// The number that grows with each change.
    revision: u64,
    /// Whose changes led to it; the last one is that of the present revision.
    ids: VecDeque<Box<str>>,
}

impl Changes {
    /// Anything may have changed.
    fn all(&mut self) {
        self.revision += 1;
        self.ids.clear();
    }

    fn one(&mut self, id: &str) {
        self.revision += 1;
        if self.ids.len() == REMEMBERED {
            self.ids.pop_front();
        }
        self.ids.push_back(id.into());
    }
}

/// Everything in memory that is not a matter of the screen.
pub struct World {
    tables: BTreeMap<Kind, Box<dyn AnyTable>>,
    changes: BTreeMap<Kind, Changes>,
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
            changes: BTreeMap::new(),
            view: View::new(now, zone, me),
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
        self.changes.get(&kind).map_or(0, |known| known.revision)
    }

    /// Names the records of a kind that changed since it had this revision, some perhaps twice; `None` where
    /// that is not known and any of them may have changed.
    ///
    /// What is kept about very many records follows their changes by this, and looks at those alone.
    pub fn changed_since(
        &self,
        kind: Kind,
        revision: u64,
    ) -> Option<impl Iterator<Item = &str> + use<'_>> {
        let known = self.changes.get(&kind)?;
        let missed = usize::try_from(known.revision.checked_sub(revision)?).ok()?;
        let skipped = known.ids.len().checked_sub(missed)?;
        Some(known.ids.iter().skip(skipped).map(AsRef::as_ref))
    }

    fn touch(&mut self, kind: Kind) {
        self.changes.entry(kind).or_default().all();
    }

    fn touch_one(&mut self, kind: Kind, id: &str) {
        self.changes.entry(kind).or_default().one(id);
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
    ///
    /// Everything kept about this kind is made anew: who knows which record changes takes [`World::row_mut`],
    /// [`World::insert`] or [`World::take`].
    pub fn table_mut<R: Record>(&mut self) -> &mut Table<R> {
        self.touch(R::KIND);
        self.typed_mut()
    }

    #[expect(
        clippy::expect_used,
        reason = "World::new makes a table of the right type for every kind"
    )]
    fn typed_mut<R: Record>(&mut self) -> &mut Table<R> {
        self.tables
            .get_mut(&R::KIND)
            .and_then(|table| table.as_any_mut().downcast_mut())
            .expect("every kind has a table of its own type")
    }

    /// Returns the first name of an owner that is not me; nothing where it is mine, nobody's or not known.
    pub fn colleague(&self, owner: Option<&Id<User>>) -> Option<&str> {
        let owner = owner.filter(|owner| owner.as_str() != &*self.view.me)?;
        let name = self.get(owner)?.name.trim();
        name.split_whitespace().next()
    }

    /// Returns the row with this id for a change.
    pub fn row_mut<R: Record>(&mut self, id: &str) -> Option<&mut Row<R>> {
        self.touch_one(R::KIND, id);
        self.typed_mut::<R>().get_mut(id)
    }

    /// Puts a row in, replacing one with the same id.
    pub fn insert<R: Record>(&mut self, id: Id<R>, row: Row<R>) {
        self.touch_one(R::KIND, id.as_str());
        self.typed_mut::<R>().insert(id, row);
    }

    /// Takes a row out; says whether it was there.
    pub fn take(&mut self, kind: Kind, id: &str) -> bool {
        self.touch_one(kind, id);
        self.any_table_mut(kind).take(id)
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

    #[expect(
        clippy::expect_used,
        reason = "World::new makes a table for every kind"
    )]
    fn any_table_mut(&mut self, kind: Kind) -> &mut dyn AnyTable {
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
                self.take(*kind, id);
            }
        }
    }

    /// Takes in a row of the cache.
    pub fn upsert(&mut self, row: &CacheRow) {
        self.touch_one(row.kind, &row.id);
        self.any_table_mut(row.kind).upsert(row);
        if row.kind == Kind::User {
            self.learn_zone(&row.id);
        }
    }

    /// Notes in which zone a user works.
    fn learn_zone(&mut self, user: &str) {
        let zone = self.table::<User>().record(user).map(|user| &user.zone);
        let zone = zone.and_then(|name| crate::when::zone::load(name).ok());
        let zones = std::sync::Arc::make_mut(&mut self.view.zones);
        match zone {
            Some(zone) => zones.insert(user.into(), zone),
            None => zones.remove(user),
        };
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
