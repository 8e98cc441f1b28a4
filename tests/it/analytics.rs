//! Funnel and portfolio against an independent computation, and what must hold for any input.

mod conservation;
mod independent;
mod portfolio;
mod traps;
mod world;
