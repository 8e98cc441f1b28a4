//! Export files: opened, read, and compared with the cache.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::effect::{CacheRow, ImportRequest, Load};
use crate::import::backstage::{Export, FILE_BYTES, Known, Plan, Progress};
use crate::list::Ids;
use crate::record::{AnyRef, Kind};

/// At most this many rows of a kind are compared.
const MOST: usize = 3_000_000;

/// At most this many figures of a CN are compared.
const POINTS: usize = 100_000;

/// Reads files one after another, not comparing them with anything yet.
pub fn read(
    request: &ImportRequest,
    progress: &mut dyn FnMut(&str, Progress),
) -> Result<Vec<Export>, String> {
    let read = |file: &String| {
        let path = expanded(file);
        let bytes = bytes_of(&path, file)?;
        let name = path
            .file_name()
            .map_or_else(|| file.clone(), |name| name.to_string_lossy().into_owned());
        let mut tell = |at| progress(&name, at);
        Export::read(&name, &bytes, request.exported_at, &mut tell)
            .map_err(|error| error.to_string())
    };
    request.files.iter().map(read).collect()
}

/// Names what has to be read from the cache before files can be compared with it: creators, the figures of the periods
/// that the files are about, imports, CNs; then [`point_loads`].
pub fn loads(exports: &[Export]) -> [Load; 4] {
    let first = exports.iter().filter_map(Export::reaches_back_to).min();
    let since = first.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    let figures = since.map_or(all(Kind::CreatorSnapshot), |since| Load::Since {
        kind: Kind::CreatorSnapshot,
        since: since.timestamp(),
        limit: MOST,
    });
    [
        all(Kind::Creator),
        figures,
        all(Kind::Import),
        all(Kind::Network),
    ]
}

const fn all(kind: Kind) -> Load {
    Load::All { kind, limit: MOST }
}

/// Names what else has to be read once the CNs are known: their figures, which an import adds up anew.
pub fn point_loads(networks: &[CacheRow]) -> Vec<Load> {
    networks
        .iter()
        .map(|row| Load::Children {
            parent: AnyRef::new(Kind::Network, &row.id),
            kind: Kind::MetricPoint,
            limit: POINTS,
        })
        .collect()
}

/// Says what each file would change, the later ones on top of the earlier.
pub fn plans(
    exports: Vec<Export>,
    cached: &[Vec<CacheRow>; 4],
    points: &[CacheRow],
    (request, (seed, now)): (&ImportRequest, (u64, Timestamp)),
    progress: &mut dyn FnMut(&str, Progress),
) -> Vec<Plan> {
    let [creators, figures, imports, networks] = cached;
    let mut known = Known::new(creators, figures, imports)
        .with_networks(networks, points)
        .of_whole_files(request.whole);
    let mut ids = Ids::new(seed);
    let mut plans = Vec::new();
    for export in exports {
        let name = export.file().to_owned();
        let mut tell = |at| progress(&name, at);
        let network = request.network.as_deref();
        let plan = export.compare(&known, network, &mut || ids.next(now), &mut tell);
        known.take(&plan);
        plans.push(plan);
    }
    plans
}

/// Reads a file that is no larger than what is taken in.
fn bytes_of(path: &Path, said: &str) -> Result<Vec<u8>, String> {
    let facts = std::fs::metadata(path)
        .map_err(|error| format!("{said}: cannot be opened: {error}; give the path of the file that the export page saved"))?;
    if !facts.is_file() {
        return Err(format!(
            "{said}: is no file; give the path of the file that the export page saved"
        ));
    }
    if facts.len() > FILE_BYTES as u64 {
        return Err(format!(
            "{said}: has {} MiB, more than {}; export fewer creators at a time",
            facts.len() >> 20,
            FILE_BYTES >> 20
        ));
    }
    std::fs::read(path).map_err(|error| {
        format!("{said}: cannot be read: {error}; look whether it is yours to read")
    })
}

/// Puts the home folder in the place of `~`.
fn expanded(file: &str) -> PathBuf {
    let home = std::env::var_os("HOME");
    match (file.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(file),
    }
}
