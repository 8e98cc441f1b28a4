//! Cursors: what a reader has already got, signed by the server.
//!
//! A cursor is opaque to its holder. Inside are the server and its epoch, the scope of the principal, the
//! position, and eight bytes of the hash chain at that position: a restored server that has since gone
//! another way has another chain there. Layout, big-endian, before base64url:
//!
//! `1 | server 16 | epoch 8 | scope 8 | seq 8 | whole 8 | fresh 8 | chain 8 | mac 16`

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::random;
use super::storage::{Mark, Result, Snapshot, StorageError, Transaction};

const FORMAT: u8 = 1;
const BODY: usize = 1 + 16 + 8 * 6;
const MAC: usize = 16;

/// Which server this is, and the key that its cursors are signed with.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) server: [u8; 16],
    pub(crate) epoch: [u8; 8],
    /// The position to which the present epoch was restored, where that is known.
    pub(crate) restored: Option<i64>,
    key: [u8; 32],
}

/// What a cursor says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) scope: [u8; 8],
    /// Everything up to here was delivered.
    pub(crate) seq: i64,
    /// The last position at which the reader had a whole state.
    pub(crate) whole: i64,
    /// The head when reading began with nothing: deletions up to here are of no use to the reader.
    pub(crate) fresh: i64,
    /// The chain at the position whose history the reader depends on.
    chain: [u8; 8],
}

/// Why a cursor cannot be continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stale {
    /// It was not made by this server, or was changed.
    Forged,
    /// It belongs to another epoch.
    Epoch,
    /// It is of this epoch, but the history here is another one.
    Diverged,
    /// What the principal sees has changed.
    Scope,
    /// Deletions after it are forgotten.
    Expired,
}

impl Identity {
    /// Reads the identity of the database, or makes one for a new database.
    pub(crate) fn of(transaction: &dyn Transaction) -> Result<Self> {
        if let Some(identity) = Self::read(transaction)? {
            return Ok(identity);
        }
        transaction.set_setting("server", &random::hex::<16>()?)?;
        transaction.set_setting("key", &random::hex::<32>()?)?;
        transaction.set_setting("epoch", &random::hex::<8>()?)?;
        Self::read(transaction)?
            .ok_or_else(|| StorageError::Failed("the identity was not stored".to_owned()))
    }

    /// Reads the identity of the database.
    pub(crate) fn read(snapshot: &dyn Snapshot) -> Result<Option<Self>> {
        let Some(server) = snapshot.setting("server")? else {
            return Ok(None);
        };
        let text = |key| Ok::<_, StorageError>(snapshot.setting(key)?.unwrap_or_default());
        let damaged = || StorageError::Damaged("the server's identity cannot be read".to_owned());
        Ok(Some(Self {
            server: random::from_hex(&server).ok_or_else(damaged)?,
            epoch: random::from_hex(&text("epoch")?).ok_or_else(damaged)?,
            restored: text("restored")?.parse().ok(),
            key: random::from_hex(&text("key")?).ok_or_else(damaged)?,
        }))
    }

    /// Begins a new epoch: no cursor that was given out before is good any more.
    pub(crate) fn renew(transaction: &dyn Transaction, restored: Option<i64>) -> Result<Self> {
        let restored = restored.map_or_else(String::new, |seq| seq.to_string());
        transaction.set_setting("epoch", &random::hex::<8>()?)?;
        transaction.set_setting("restored", &restored)?;
        Self::of(transaction)
    }

    /// Returns the epoch as the wire names it.
    pub(crate) fn epoch_name(&self) -> String {
        random::to_hex(&self.epoch)
    }

    /// Returns the server's id as the wire names it.
    pub(crate) fn server_name(&self) -> String {
        random::to_hex(&self.server)
    }

    /// Writes a cursor.
    pub(crate) fn sign(&self, cursor: &Cursor) -> String {
        let mut body = Vec::with_capacity(BODY + MAC);
        body.push(FORMAT);
        body.extend(self.server);
        body.extend(self.epoch);
        body.extend(cursor.scope);
        for number in [cursor.seq, cursor.whole, cursor.fresh] {
            body.extend(number.to_be_bytes());
        }
        body.extend(cursor.chain);
        let mac = self.mac(&body);
        body.extend(mac.iter().take(MAC));
        URL_SAFE_NO_PAD.encode(body)
    }

    /// Reads a cursor and checks that it can be continued by a principal of this scope.
    pub(crate) fn check(
        &self,
        snapshot: &dyn Snapshot,
        head: &Mark,
        text: &str,
        scope: [u8; 8],
    ) -> Result<std::result::Result<Cursor, Stale>> {
        let Some(claim) = self.open(text) else {
            return Ok(Err(Stale::Forged));
        };
        let cursor = claim.cursor;
        if claim.epoch != self.epoch {
            return Ok(Err(Stale::Epoch));
        }
        let floor: i64 = snapshot
            .setting("floor")?
            .and_then(|floor| floor.parse().ok())
            .unwrap_or(0);
        if cursor.pin() > head.last {
            return Ok(Err(Stale::Diverged));
        }
        if cursor.pin() < floor {
            return Ok(Err(Stale::Expired));
        }
        if chain_at(snapshot, head, cursor.pin())? != Some(cursor.chain) {
            return Ok(Err(Stale::Diverged));
        }
        if cursor.scope != scope {
            return Ok(Err(Stale::Scope));
        }
        Ok(Ok(cursor))
    }

    fn open(&self, text: &str) -> Option<Claim> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, mac) = bytes.split_at_checked(BODY)?;
        if mac.len() != MAC {
            return None;
        }
        let mut expected = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        expected.update(body);
        expected.verify_truncated_left(mac).ok()?;
        let mut parts = body.get(17..)?.chunks_exact(8);
        let mut part = || parts.next()?.try_into().ok();
        if body.first() != Some(&FORMAT) || body.get(1..17)? != self.server {
            return None;
        }
        let epoch = part()?;
        let scope = part()?;
        let mut number = || part().map(i64::from_be_bytes);
        let cursor = Cursor {
            scope,
            seq: number()?,
            whole: number()?,
            fresh: number()?,
            chain: part()?,
        };
        Some(Claim { epoch, cursor })
    }

    fn mac(&self, body: &[u8]) -> Vec<u8> {
        Hmac::<Sha256>::new_from_slice(&self.key)
            .map(|mut mac| {
                mac.update(body);
                mac.finalize().into_bytes().to_vec()
            })
            .unwrap_or_default()
    }
}

struct Claim {
    epoch: [u8; 8],
    cursor: Cursor,
}

impl Cursor {
    /// Begins with nothing, on a server whose newest transaction is this.
    pub(crate) fn fresh(scope: [u8; 8], head: &Mark) -> Self {
        Self {
            scope,
            seq: 0,
            whole: 0,
            fresh: head.last,
            chain: first_eight(head),
        }
    }

    /// Goes on to a position, which lies at or after the present one.
    pub(crate) fn advance(
        self,
        snapshot: &dyn Snapshot,
        head: &Mark,
        seq: i64,
        whole: i64,
    ) -> Result<Self> {
        let next = Self { seq, whole, ..self };
        if next.pin() == self.pin() {
            return Ok(next);
        }
        let chain = chain_at(snapshot, head, next.pin())?.unwrap_or_default();
        Ok(Self { chain, ..next })
    }

    /// Returns the position whose history the reader depends on.
    fn pin(&self) -> i64 {
        self.seq.max(self.fresh)
    }
}

/// Returns the first bytes of the chain at a position.
fn chain_at(snapshot: &dyn Snapshot, head: &Mark, seq: i64) -> Result<Option<[u8; 8]>> {
    if seq == head.last {
        return Ok(Some(first_eight(head)));
    }
    if seq == 0 {
        return Ok(Some([0; 8]));
    }
    Ok(snapshot.mark_at(seq)?.as_ref().map(first_eight))
}

fn first_eight(mark: &Mark) -> [u8; 8] {
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(mark.chain) {
        *to = from;
    }
    first
}
