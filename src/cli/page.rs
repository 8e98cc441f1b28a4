//! What commands about CNs read from the cache when there is no screen.

use jiff::tz::TimeZone;

use super::CliError;
use crate::effect::Load;
use crate::list::World;
use crate::record::{AnyRef, Kind};
use crate::store::Store;

/// Reads what commands about CNs need: whom they enrol and score, and for reports all their figures.
pub(super) fn read_page(
    store: &mut Store,
    world: &mut World,
    named: &[AnyRef],
    figures: bool,
) -> Result<(), CliError> {
    let mut loads = vec![Load::Working(vec![
        Kind::Participation,
        Kind::DimensionScore,
    ])];
    if figures {
        let all = world.table::<crate::record::Network>().records();
        let all: Vec<AnyRef> = all.map(|(id, _)| id.link()).collect();
        for parent in all {
            loads.push(Load::Children {
                parent,
                kind: Kind::MetricPoint,
                limit: 2_000,
            });
        }
        for parent in named {
            for (kind, limit) in [(Kind::Creator, 20_000), (Kind::CoachingAction, 2_000)] {
                loads.push(Load::Children {
                    parent: parent.clone(),
                    kind,
                    limit,
                });
            }
            let today = crate::pane::utc_today(world);
            let first = crate::figure::plus_months(crate::figure::month_start(today), -1);
            if let Ok(since) = first.to_zoned(TimeZone::UTC) {
                loads.extend(
                    [Kind::MetricPoint, Kind::CreatorSnapshot].map(|kind| Load::Below {
                        parent: parent.clone(),
                        through: Kind::Creator,
                        kind,
                        since: since.timestamp(),
                        limit: 200_000,
                    }),
                );
            }
        }
    }
    for load in loads {
        for row in store.load(&load)? {
            world.upsert(&row);
        }
    }
    Ok(())
}
