//! Layer 2: the records that the console holds in memory, and the one list that shows any kind of them.
//!
//! * [`Table`] holds the rows of one kind; [`World`] holds all tables, the moment and who is looking.
//! * [`ListView`] is what every list on screen is made of: an order of row keys, a cursor and marks that are
//!   bound to *identity*, never to a position, and new arrivals that wait behind a counter.
//! * [`AnyTable`] lets tables, forms and exports work on any kind without knowing its type.

mod revert;
mod table;
mod view;
mod world;

pub use table::{AnyTable, Row, Table};
pub use view::ListView;
pub use world::{Ids, World};
