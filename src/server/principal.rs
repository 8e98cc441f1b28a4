//! Principals: who asks, what they see and what they may change.
//!
//! What a principal sees is one set of users: itself, and for a Growth Lead the team. A record belongs to
//! an audience, which is a set of users too; it is visible when both sets meet. The database keeps the
//! answer to that ([`Directory`]), so that every query uses the same predicate.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::storage::{ANY_LEAD, ANYONE, Directory, Life, Result, Snapshot};
use super::token::Scope;
use crate::record::{Kind, Role};
use crate::wire::Op;

/// What the database knows of a principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PrincipalRow {
    pub(crate) role: String,
    /// Hash of the role and of the users whose records it may see.
    pub(crate) scope: i64,
    /// How often its cursors were made invalid for another reason.
    pub(crate) bumps: i64,
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    pub(crate) user: String,
    pub(crate) role: Role,
    /// Changes whenever its cursors can no longer be continued.
    pub(crate) scope: [u8; 8],
    pub(crate) scopes: Vec<Scope>,
    pub(crate) token: String,
    /// Second at which the token ends.
    pub(crate) expires_at: i64,
}

impl PrincipalRow {
    /// Returns the value that a cursor must carry to be continued.
    pub(crate) fn scope_hash(&self) -> [u8; 8] {
        let mut digest = Sha256::new();
        digest.update(self.scope.to_be_bytes());
        digest.update(self.bumps.to_be_bytes());
        first_eight(&digest.finalize())
    }
}

fn first_eight(hash: &[u8]) -> [u8; 8] {
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(hash) {
        *to = *from;
    }
    first
}

impl Principal {
    /// Says why a record that this principal sees may not be changed by it, if so.
    pub(crate) fn refusal(&self, kind: Kind, op: Op, changed: &[String]) -> Option<String> {
        let scopes = write_scopes(kind);
        if !scopes.iter().any(|scope| self.scopes.contains(scope)) {
            let names: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
            return Some(format!("the token lacks the scope {}", names.join(" or ")));
        }
        if kind.is_append_only() && op != Op::Create {
            return Some(format!("{} are append-only", kind.plural()));
        }
        match (&self.role, kind) {
            (Role::Lead, Kind::User | Kind::Team) => {
                // Whoever could set these would decide what they themselves may see.
                if op != Op::Update {
                    return Some(format!("only an administrator may {} one", verb(op)));
                }
                changed
                    .iter()
                    .find(|field| matches!(field.as_str(), "role" | "team" | "parent"))
                    .map(|field| format!("only an administrator may change `{field}`"))
            }
            (
                Role::Cnm,
                Kind::User
                | Kind::Team
                | Kind::Stage
                | Kind::Term
                | Kind::Rubric
                | Kind::MetricDef
                | Kind::CriteriaSet
                | Kind::DimensionSet,
            ) => Some(format!(
                "{} are kept by leads and administrators",
                kind.plural()
            )),
            (Role::Admin | Role::Lead | Role::Cnm, _) => None,
            (Role::Other(role), _) => Some(format!("the role `{role}` may only read")),
        }
    }
}

const fn verb(op: Op) -> &'static str {
    match op {
        Op::Create => "create",
        Op::Update => "change",
        Op::Delete => "delete",
    }
}

/// Returns the scopes of which a token needs one to write this kind.
const fn write_scopes(kind: Kind) -> &'static [Scope] {
    match kind {
        Kind::User | Kind::Team => &[Scope::Admin],
        Kind::Thread | Kind::Message | Kind::FollowUp | Kind::Meeting | Kind::BusyBlock => {
            &[Scope::WriteInbox]
        }
        Kind::Lead | Kind::StageEvent | Kind::Stage | Kind::Term | Kind::Rubric => {
            &[Scope::WriteFunnel]
        }
        Kind::Network
        | Kind::Goal
        | Kind::Incident
        | Kind::CoachingAction
        | Kind::Campaign
        | Kind::Participation
        | Kind::MetricDef
        | Kind::Creator
        | Kind::MetricPoint
        | Kind::CreatorSnapshot
        | Kind::Import
        | Kind::Milestone
        | Kind::CriteriaSet
        | Kind::DimensionSet
        | Kind::DimensionScore => &[Scope::WriteNetwork],
        Kind::Contract => &[Scope::WriteFunnel, Scope::WriteNetwork],
        Kind::Person
        | Kind::Snippet
        | Kind::Note
        | Kind::Pain
        | Kind::Article
        | Kind::Objective
        | Kind::KeyResult
        | Kind::Plan
        | Kind::PlanItem => &[Scope::WriteInbox, Scope::WriteFunnel, Scope::WriteNetwork],
    }
}

/// Computes who may see whose records from the users and teams that are stored.
pub(crate) fn directory(snapshot: &dyn Snapshot) -> Result<Directory> {
    let mut parents = BTreeMap::new();
    for team in snapshot.all(Kind::Team)? {
        parents.insert(team.id, text(&parse(&team.fields), "parent"));
    }
    let mut users = Vec::new();
    for user in snapshot.all(Kind::User)? {
        let fields = parse(&user.fields);
        users.push((
            user.id,
            user.life,
            text(&fields, "role"),
            text(&fields, "team"),
        ));
    }
    let mut directory = Directory::default();
    for (id, life, role, team) in &users {
        // A deleted user asks for nothing, but the lead still sees what they owned.
        if *life == Life::Deleted {
            continue;
        }
        let mut members = BTreeSet::from([ANYONE.to_owned()]);
        match Role::from(role.as_str()) {
            Role::Admin => {}
            Role::Lead => {
                members.extend([id.clone(), ANY_LEAD.to_owned()]);
                for (other, _, _, theirs) in &users {
                    if !team.is_empty() && is_within(theirs, team, &parents) {
                        members.insert(other.clone());
                    }
                }
            }
            Role::Cnm | Role::Other(_) => {
                members.insert(id.clone());
            }
        }
        let row = PrincipalRow {
            role: role.clone(),
            scope: scope(role, &members),
            bumps: 0,
        };
        directory.principals.push((id.clone(), row));
        directory
            .members
            .extend(members.into_iter().map(|member| (id.clone(), member)));
    }
    Ok(directory)
}

/// Tells whether a team is another one or a part of it.
fn is_within(team: &str, whole: &str, parents: &BTreeMap<String, String>) -> bool {
    let mut team = team;
    // No chain of distinct teams is longer than their number, so a cycle ends here.
    for _ in 0..=parents.len() {
        if team == whole {
            return true;
        }
        match parents.get(team) {
            Some(parent) if !parent.is_empty() => team = parent,
            _ => return false,
        }
    }
    false
}

fn scope(role: &str, members: &BTreeSet<String>) -> i64 {
    let mut digest = Sha256::new();
    digest.update(role);
    for member in members {
        digest.update([0]);
        digest.update(member);
    }
    i64::from_be_bytes(first_eight(&digest.finalize()))
}

fn parse(fields: &str) -> Map<String, Json> {
    serde_json::from_str(fields).unwrap_or_default()
}

fn text(fields: &Map<String, Json>, name: &str) -> String {
    fields
        .get(name)
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_of_teams_ends() {
        let parents = BTreeMap::from([
            ("a".to_owned(), "b".to_owned()),
            ("b".to_owned(), "a".to_owned()),
        ]);
        assert!(is_within("a", "b", &parents));
        assert!(!is_within("a", "c", &parents));
    }
}
