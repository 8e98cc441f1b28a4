//! Access tokens: `cnm_pat_<12 characters of id>_<43 of secret>_<6 of checksum>`.
//!
//! The secret has 256 random bits, so its plain SHA-256 is enough to store. The checksum lets a scanner
//! and the server reject a mistyped token without looking anything up.

use std::fmt;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::random;
use super::storage::Result;

const PREFIX: &str = "cnm_pat_";
const ID_DIGITS: usize = 12;
const SECRET_DIGITS: usize = 43;
const CHECK_DIGITS: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Read whatever its user sees.
    Read,
    /// Write threads, messages, follow-ups, meetings.
    WriteInbox,
    /// Write leads, their events and the stages.
    WriteFunnel,
    /// Write networks, creators, goals, figures, incidents, coaching.
    WriteNetwork,
    /// Write users and teams.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: &'static [Scope] = &[
        Scope::Read,
        Scope::WriteInbox,
        Scope::WriteFunnel,
        Scope::WriteNetwork,
        Scope::Admin,
    ];

    /// Returns the name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::WriteInbox => "write:inbox",
            Scope::WriteFunnel => "write:funnel",
            Scope::WriteNetwork => "write:network",
            Scope::Admin => "admin",
        }
    }

    /// Finds a scope by its name.
    pub fn from_name(name: &str) -> Option<Scope> {
        Self::ALL.iter().copied().find(|scope| scope.name() == name)
    }
}

/// What a new token is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The device or program that will hold it.
    pub name: String,
    /// Days until it ends.
    pub days: u32,
}

impl Default for Grant {
    fn default() -> Self {
        Self {
            scopes: Scope::ALL.to_vec(),
            name: "console".to_owned(),
            days: 90,
        }
    }
}

/// A new token; the only moment at which its text exists on the server.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    id: String,
    text: String,
}

impl Token {
    /// Returns the whole token, to be handed over and kept secret.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Returns the public part, by which it can be revoked.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{PREFIX}{}…", self.id)
    }
}

/// A token as it is stored; times are seconds since 1970, 0 is never.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenRow {
    pub(crate) id: String,
    pub(crate) user: String,
    pub(crate) name: String,
    /// Names of scopes, separated by a space.
    pub(crate) scopes: String,
    pub(crate) hash: [u8; 32],
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) revoked: bool,
    pub(crate) last_used: i64,
}

impl TokenRow {
    /// Tells whether the token is good at this moment for whoever holds this secret.
    pub(crate) fn admits(&self, credential: &Credential, now: Timestamp) -> bool {
        let same: bool = self.hash.ct_eq(&credential.hash).into();
        same && !self.revoked && now.as_second() < self.expires_at
    }

    /// Returns what it may do; unknown names are left out.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        self.scopes
            .split(' ')
            .filter_map(Scope::from_name)
            .collect()
    }
}

/// Makes a token and the row to store.
pub(crate) fn issue(user: &str, grant: &Grant, now: Timestamp) -> Result<(Token, TokenRow)> {
    let id = base62(&random::bytes::<16>()?, ID_DIGITS);
    let secret = base62(&random::bytes::<32>()?, SECRET_DIGITS);
    let body = format!("{PREFIX}{id}_{secret}");
    let text = format!("{body}_{}", checksum(&body));
    let scopes: Vec<&str> = grant.scopes.iter().map(|scope| scope.name()).collect();
    let row = TokenRow {
        id: id.clone(),
        user: user.to_owned(),
        name: grant.name.clone(),
        scopes: scopes.join(" "),
        hash: Sha256::digest(secret.as_bytes()).into(),
        created_at: now.as_second(),
        expires_at: now.as_second() + i64::from(grant.days) * 86_400,
        revoked: false,
        last_used: 0,
    };
    Ok((Token { id, text }, row))
}

/// What a request claims: the public part of a token and the hash of its secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) id: String,
    hash: [u8; 32],
}

impl fmt::Debug for Credential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{PREFIX}{}…", self.id)
    }
}

impl Credential {
    /// Reads a token; `None` when its form or its checksum is wrong.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (body, check) = text.rsplit_once('_')?;
        if check.len() != CHECK_DIGITS || checksum(body) != check {
            return None;
        }
        let (id, secret) = body.strip_prefix(PREFIX)?.split_once('_')?;
        (id.len() == ID_DIGITS && secret.len() == SECRET_DIGITS).then(|| Self {
            id: id.to_owned(),
            hash: Sha256::digest(secret.as_bytes()).into(),
        })
    }
}

fn checksum(body: &str) -> String {
    base62(&crc32(body.as_bytes()).to_be_bytes(), CHECK_DIGITS)
}

/// Writes a big-endian number with exactly this many digits of base 62, dropping what does not fit.
fn base62(number: &[u8], digits: usize) -> String {
    let mut number = number.to_vec();
    let mut text = vec![b'0'; digits];
    for place in text.iter_mut().rev() {
        let mut rest = 0_u32;
        for byte in &mut number {
            let value = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            rest = value % 62;
        }
        *place = DIGITS[rest as usize];
    }
    text.into_iter().map(char::from).collect()
}

/// Computes the CRC-32 of ISO 3309 (polynomial `0xEDB88320`, reflected).
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_checksum_is_the_usual_crc() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_token_admits_its_holder_until_it_ends() {
        let grant = Grant {
            days: 1,
            ..Grant::default()
        };
        let (token, row) = issue("mei", &grant, at(1000)).unwrap();
        let credential = Credential::parse(token.reveal()).unwrap();
        assert_eq!(credential.id, row.id);
        assert!(row.admits(&credential, at(1000 + 86_399)));
        assert!(!row.admits(&credential, at(1000 + 86_400)));
    }

    #[test]
    fn another_secret_is_not_admitted() {
        let (_, row) = issue("mei", &Grant::default(), at(0)).unwrap();
        let (other, _) = issue("mei", &Grant::default(), at(0)).unwrap();
        let credential = Credential::parse(other.reveal()).unwrap();
        assert!(!row.admits(&credential, at(1)));
    }

    #[test]
    fn every_changed_character_is_noticed_by_the_checksum() {
        let (token, _) = issue("mei", &Grant::default(), at(0)).unwrap();
        let text: Vec<char> = token.reveal().chars().collect();
        for place in 0..text.len() {
            let mut changed = text.clone();
            changed[place] = if changed[place] == 'x' { 'y' } else { 'x' };
            let changed: String = changed.into_iter().collect();
            assert_eq!(Credential::parse(&changed), None, "{place}");
        }
    }

    #[test]
    fn debug_output_does_not_show_the_secret() {
        let (token, row) = issue("mei", &Grant::default(), at(0)).unwrap();
        let secret = token.reveal().split('_').nth(3).unwrap();
        let credential = Credential::parse(token.reveal()).unwrap();
        let shown = format!("{token:?} {row:?} {credential:?}");
        assert!(!shown.contains(secret));
    }
}
