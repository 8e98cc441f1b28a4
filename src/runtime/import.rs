//! Export files: opened, read, and compared with the cache.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::effect::{CacheRow, ImportRequest, Load};
use crate::import::backstage::{FILE_BYTES, Known, Plan, Progress, Told, prepare};
use crate::list::Ids;
use crate::record::{AnyRef, Kind};

/// At most this many rows of a kind are compared.
const MOST: usize = 3_000_000;

/// At most this many figures of a CN are compared.
const POINTS: usize = 100_000;

/// What has to be read from the cache before files can be compared with it; then [`point_loads`].
pub const LOADS: [Load; 4] = [
    all(Kind::Creator),
    all(Kind::CreatorSnapshot),
    all(Kind::Import),
    all(Kind::Network),
];

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

/// Reads files one after another and says what each would change, the later ones on top of the earlier.
pub fn plans(
    cached: &[Vec<CacheRow>; 4],
    points: &[CacheRow],
    request: &ImportRequest,
    (seed, now): (u64, Timestamp),
    progress: &mut dyn FnMut(&str, Progress),
) -> Result<Vec<Plan>, String> {
    let [creators, figures, imports, networks] = cached;
    let mut known = Known::new(creators, figures, imports).with_networks(networks, points);
    let mut ids = Ids::new(seed);
    let mut plans = Vec::new();
    for file in &request.files {
        let path = expanded(file);
        let bytes = bytes_of(&path, file)?;
        let name = path
            .file_name()
            .map_or_else(|| file.clone(), |name| name.to_string_lossy().into_owned());
        let told = Told {
            network: request.network.as_deref(),
            exported_at: request.exported_at,
        };
        let plan = prepare(
            &name,
            &bytes,
            &known,
            told,
            &mut || ids.next(now),
            &mut |at| {
                progress(&name, at);
            },
        )
        .map_err(|error| error.to_string())?;
        known.take(&plan);
        plans.push(plan);
    }
    Ok(plans)
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
