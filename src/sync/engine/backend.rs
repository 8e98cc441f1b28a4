//! What the engine asks of a server.

use std::future::Future;

use crate::remote::{Client, RemoteError};
use crate::wire::{Batch, BatchReply, Digest, Me, Meta, RawPage};

/// A server as the engine needs it; [`Client`] speaks to a real one.
pub trait Backend: Send + Sync + 'static {
    /// Asks who the server is.
    fn meta(&self) -> impl Future<Output = Result<Meta, RemoteError>> + Send;
    /// Asks whose token this is.
    fn me(&self) -> impl Future<Output = Result<Me, RemoteError>> + Send;
    /// Asks for the page after a cursor.
    fn changes(
        &self,
        cursor: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<RawPage, RemoteError>> + Send;
    /// Sends a batch of commands.
    fn commands(
        &self,
        batch: &Batch,
    ) -> impl Future<Output = Result<BatchReply, RemoteError>> + Send;
    /// Asks what this user sees, in numbers.
    fn digest(&self) -> impl Future<Output = Result<Digest, RemoteError>> + Send;
}

impl Backend for Client {
    async fn meta(&self) -> Result<Meta, RemoteError> {
        Client::meta(self).await
    }
    async fn me(&self) -> Result<Me, RemoteError> {
        Client::me(self).await
    }
    async fn changes(&self, cursor: Option<&str>, limit: usize) -> Result<RawPage, RemoteError> {
        Client::changes(self, cursor, limit, None).await
    }
    async fn commands(&self, batch: &Batch) -> Result<BatchReply, RemoteError> {
        Client::commands(self, batch).await
    }
    async fn digest(&self) -> Result<Digest, RemoteError> {
        Client::digest(self).await
    }
}
