//! A cache in a folder of its own, and the edits that tests make in it.

use std::path::PathBuf;

use cnm::effect::{Batch, BatchRole, CacheRow, Edit, Load};
use cnm::record::{AnyRef, Kind, Op, Patch};
use cnm::store::{OpenReport, Paths, Store};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::model::instant;

/// Makes a folder that is removed at the end, in memory where there is such a place: no test here cuts the power.
pub(crate) fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    tempfile::tempdir_in(memory)
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

/// A folder with a mirror and an outbox, removed at the end.
pub(crate) struct Cache {
    pub(crate) folder: tempfile::TempDir,
}

impl Cache {
    pub(crate) fn new() -> Self {
        Self { folder: folder() }
    }

    pub(crate) fn paths(&self) -> Paths {
        Paths::new(
            &self.folder.path().join("cache"),
            &self.folder.path().join("state"),
        )
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        let paths = self.paths();
        if name == "mirror.db" {
            paths.mirror
        } else {
            paths.outbox
        }
    }

    pub(crate) fn open(&self) -> (Store, OpenReport) {
        Store::open(&self.paths(), instant()).unwrap()
    }

    pub(crate) fn store(&self) -> Store {
        let (store, report) = self.open();
        assert_eq!(report, OpenReport::default());
        store
    }
}

pub(crate) fn object(json: Json) -> Map<String, Json> {
    let Json::Object(map) = json else {
        panic!("an object")
    };
    map
}

pub(crate) fn edit(cmd: &str, kind: Kind, id: &str, op: Op, base: Option<u64>, set: Json) -> Edit {
    Edit {
        cmd: cmd.into(),
        kind,
        id: id.into(),
        op,
        base,
        patch: Patch {
            set: object(set),
            ..Patch::default()
        },
        before: Map::new(),
    }
}

pub(crate) fn update(cmd: &str, id: &str, base: u64, set: Json) -> Edit {
    edit(cmd, Kind::Lead, id, Op::Update, Some(base), set)
}

pub(crate) fn create(cmd: &str, id: &str, set: Json) -> Edit {
    edit(cmd, Kind::Lead, id, Op::Create, None, set)
}

pub(crate) fn batch(id: &str, edits: Vec<Edit>) -> Batch {
    batch_at(id, instant(), edits, BatchRole::Edit)
}

pub(crate) fn batch_at(id: &str, at: Timestamp, edits: Vec<Edit>, role: BatchRole) -> Batch {
    Batch {
        id: id.into(),
        label: format!("label of {id}"),
        at,
        edits,
        role,
    }
}

pub(crate) fn one(store: &mut Store, kind: Kind, id: &str) -> Option<CacheRow> {
    store
        .load(&Load::Records(vec![AnyRef::new(kind, id)]))
        .unwrap()
        .pop()
}

pub(crate) fn field(row: &CacheRow, name: &str) -> Option<Json> {
    let fields: Map<String, Json> = serde_json::from_str(&row.fields).unwrap();
    fields.get(name).cloned()
}
