//! Why a request failed, found among the causes of its error.

/// Joins an error and its causes, without the address, which may be long.
pub(super) fn causes(error: &reqwest::Error) -> String {
    let mut cause = std::error::Error::source(error);
    let mut last = None;
    while let Some(inner) = cause {
        last = Some(inner.to_string());
        cause = inner.source();
    }
    last.unwrap_or_else(|| "the request failed".to_owned())
}

/// Finds what the secure connection failed of, however deep it lies.
pub(super) fn tls_fault(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut causes = vec![std::error::Error::source(error)?];
    while let Some(cause) = causes.pop() {
        if let Some(found) = cause.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        let inner = cause
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        causes.extend(cause.source());
        causes.extend(inner.map(|inner| inner as &(dyn std::error::Error + 'static)));
    }
    None
}
