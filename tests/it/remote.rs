//! The REST client against servers that misbehave.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cnm::remote::{Address, Client, RemoteError, Sse, Token};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers every request with the same bytes and closes the connection.
async fn answering(answer: Vec<u8>) -> (Client, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(&answer).await;
            });
        }
    });
    let address = Address {
        url,
        token: Token::new("cnm_pat_abcd_secret"),
        ca_file: None,
    };
    (Client::new(&address).unwrap(), requests)
}

fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

const JSON: &str = "Content-Type: application/json\r\n";
const PROBLEM: &str = "Content-Type: application/problem+json\r\nX-Request-Id: r17\r\n";
const PAGE: &str = r#"{"changes":[],"cursor":"c","more":false,"head":0,"seq":0,"txn_open":false}"#;

async fn failure(answer: Vec<u8>) -> RemoteError {
    let (client, requests) = answering(answer).await;
    let error = client.changes(None, 1, None).await.unwrap_err();
    assert_eq!(requests.load(Ordering::SeqCst), 1, "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    error
}

fn problem(kind: &str, status: u16) -> Vec<u8> {
    let body = format!(
        r#"{{"type":"urn:cnm:problem:{kind}","title":"T","status":{status},"epoch":"e2","restored_seq":7}}"#
    );
    http(&format!("{status} X"), PROBLEM, &body)
}

#[tokio::test]
async fn problems_are_told_apart() {
    use RemoteError as E;
    assert!(matches!(
        failure(problem("invalid-token", 401)).await,
        E::Unauthorized { .. }
    ));
    assert!(matches!(
        failure(problem("forbidden", 403)).await,
        E::Forbidden { .. }
    ));
    assert!(matches!(
        failure(problem("not-found", 404)).await,
        E::WrongBase { .. }
    ));
    assert!(matches!(
        failure(problem("bad-cursor", 400)).await,
        E::BadCursor { .. }
    ));
    assert!(matches!(
        failure(problem("cursor-expired", 410)).await,
        E::CursorExpired { .. }
    ));
    assert!(matches!(
        failure(problem("scope-changed", 409)).await,
        E::ScopeChanged { .. }
    ));
    assert!(matches!(
        failure(problem("epoch-changed", 409)).await,
        E::EpochChanged { epoch: Some(epoch), restored_seq: Some(7), .. } if epoch == "e2"
    ));
    assert!(matches!(
        failure(problem("too-large", 413)).await,
        E::TooLarge { .. }
    ));
    assert!(matches!(
        failure(problem("invalid", 422)).await,
        E::Refused { status: 422, .. }
    ));
    assert!(matches!(
        failure(problem("internal", 500)).await,
        E::Failed { status: 500, request, .. } if request == "r17"
    ));
    let busy = http("429 X", "Retry-After: 7\r\n", "");
    assert!(matches!(failure(busy).await, E::Busy { wait, .. } if wait == Duration::from_secs(7)));
}

#[tokio::test]
async fn a_page_that_is_not_the_servers_is_not_used() {
    use RemoteError as E;
    let html = "Content-Type: text/html\r\n";
    assert!(matches!(
        failure(http("200 OK", html, "<html>Sign in</html>")).await,
        E::Proxy { .. }
    ));
    assert!(matches!(
        failure(http("200 OK", "", PAGE)).await,
        E::Odd { .. }
    ));
    // A page is a page, whatever it is called.
    let page = "\n<!DOCTYPE html>\n<html><body>Sign in</body></html>";
    for kind in [
        "application/octet-stream",
        "application/json",
        "text/plain",
        "application/xhtml+xml",
        "",
    ] {
        let header = match kind {
            "" => String::new(),
            kind => format!("Content-Type: {kind}\r\n"),
        };
        for status in ["200 OK", "403 Forbidden"] {
            let error = failure(http(status, &header, page)).await;
            let told = error.to_string();
            assert!(matches!(error, E::Proxy { .. }), "{kind} {status}: {told}");
            assert!(
                told.contains("not the server") && told.contains("HTML page"),
                "{told}"
            );
        }
    }
    let bytes = "Content-Type: application/octet-stream\r\n";
    let told = failure(http("200 OK", bytes, "\u{1}\u{2}"))
        .await
        .to_string();
    assert!(told.contains("may be no cnm server"), "{told}");
    for place in ["https://elsewhere.example/", "/v1/changes"] {
        let headers = format!("Location: {place}\r\n");
        assert!(matches!(
            failure(http("302 Found", &headers, "")).await,
            E::Proxy { .. }
        ));
    }
}

#[tokio::test]
async fn odd_bodies_are_refused_whole() {
    use RemoteError as E;
    let twice = r#"{"changes":[{"kind":"lead","id":"l","seq":1,"fields":{"a":1,"a":2}}],"cursor":"c","more":false,"head":1,"seq":1,"txn_open":false}"#;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [
        twice,
        deep.as_str(),
        "{",
        "null",
        "\u{feff}{}",
        r#"{"changes":NaN}"#,
    ] {
        assert!(
            matches!(failure(http("200 OK", JSON, body)).await, E::Odd { .. }),
            "{body:.60}"
        );
    }
    let mut broken = http("200 OK", JSON, PAGE);
    let end = broken.len() - 20;
    broken[end] = 0xff;
    assert!(matches!(failure(broken).await, E::Odd { .. }));
}

#[tokio::test]
async fn an_answer_cut_at_any_byte_is_not_used() {
    let whole = http("200 OK", JSON, PAGE);
    for end in 1..whole.len() {
        let error = failure(whole[..end].to_vec()).await;
        assert!(
            matches!(error, RemoteError::Unanswered { .. }),
            "cut at {end}: {error}"
        );
    }
    let (client, _) = answering(whole).await;
    assert!(client.changes(None, 1, None).await.is_ok());
}

#[tokio::test]
async fn an_endless_answer_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        let head = format!("HTTP/1.1 200 OK\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n");
        let _ = stream.write_all(head.as_bytes()).await;
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        while stream.write_all(chunk.as_bytes()).await.is_ok() {}
    });
    let token = Token::new("cnm_pat_abcd_secret");
    let client = Client::new(&Address {
        url,
        token,
        ca_file: None,
    })
    .unwrap();
    let error = client.changes(None, 1, None).await.unwrap_err();
    assert!(error.to_string().contains("64 MiB"), "{error}");
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let token = Token::new("cnm_pat_abcd_secret");
    let client = Client::new(&Address {
        url,
        token,
        ca_file: None,
    })
    .unwrap();
    let client = client.with_silence(Duration::from_millis(20));
    let error = client.meta().await.unwrap_err();
    assert!(matches!(error, RemoteError::Unanswered { .. }), "{error}");
    drop(listener);
}

#[tokio::test]
async fn nobody_there_means_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let token = Token::new("cnm_pat_abcd_secret");
    let client = Client::new(&Address {
        url,
        token,
        ca_file: None,
    })
    .unwrap();
    assert!(matches!(
        client.meta().await.unwrap_err(),
        RemoteError::Unreachable { .. }
    ));
}

#[tokio::test]
async fn a_stream_of_events_is_read_and_its_end_noticed() {
    let body = "retry: 2000\n\nevent: head\nid: x\ndata: {\"seq\":4}\n\n";
    let (client, _) = answering(http("200 OK", "Content-Type: text/event-stream\r\n", body)).await;
    let mut events = client.events().await.unwrap();
    let wait = Duration::from_secs(5);
    assert_eq!(events.next(wait).await.unwrap(), Sse::Retry(2000));
    let Sse::Event(event) = events.next(wait).await.unwrap() else {
        panic!()
    };
    assert_eq!(cnm::remote::head_of(&event).unwrap().seq, 4);
    assert!(events.next(wait).await.is_err());
}

#[tokio::test]
async fn a_redirect_is_named_and_neither_followed_nor_given_the_token() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = elsewhere.local_addr().unwrap();
    for status in ["301", "302", "303", "307", "308"] {
        let headers = format!("Location: http://{target}/v1/meta\r\n");
        let (client, asked) = answering(http(&format!("{status} X"), &headers, "")).await;
        let error = client.meta().await.unwrap_err();
        assert!(matches!(error, RemoteError::Proxy { .. }), "{error}");
        assert!(error.to_string().contains("to 127.0.0.1"), "{error}");
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
    let nobody = tokio::time::timeout(Duration::from_millis(20), elsewhere.accept()).await;
    assert!(nobody.is_err(), "somebody followed the redirect");
}

#[tokio::test]
async fn a_wait_is_read_in_every_form() {
    let date = "Date: Sat, 21 Nov 2026 08:00:00 GMT\r\n";
    for status in ["429", "503"] {
        for (value, seconds) in [
            ("30", 30),
            ("Sat, 21 Nov 2026 08:01:30 GMT", 90),
            ("1000000000", 900),
            ("-5", 5),
            ("soon", 5),
        ] {
            let headers = format!("{date}Retry-After: {value}\r\n");
            let error = failure(http(&format!("{status} X"), &headers, "")).await;
            assert!(
                matches!(error, RemoteError::Busy { wait, .. } if wait.as_secs() == seconds),
                "{status} {value}: {error:?}"
            );
        }
    }
}

/// Packs zeros into the gzip format with the fixed code, by hand: 258 of them in 13 bits.
fn packed_zeros(runs: usize) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut held, mut count) = (0_u32, 0);
    let mut put = |out: &mut Vec<u8>, bits: u32, length: u32| {
        held |= bits << count;
        count += length;
        while count >= 8 {
            out.push((held & 0xff) as u8);
            held >>= 8;
            count -= 8;
        }
    };
    // Last block, fixed code; then a literal zero, whose code is eight bits.
    put(&mut out, 0b011, 3);
    put(&mut out, 0b0000_1100, 8);
    for _ in 0..runs {
        // Length 258 is code 285, bits 11000101 with the first one lowest; then distance 1, five zeros.
        put(&mut out, 0b1010_0011, 8);
        put(&mut out, 0, 5);
    }
    out
}

#[tokio::test]
async fn a_small_answer_that_unpacks_without_end_is_given_up() {
    let bomb = packed_zeros((80 << 20) / 258);
    let head = format!(
        "HTTP/1.1 200 OK\r\n{JSON}Content-Encoding: gzip\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        bomb.len()
    );
    let error = failure([head.as_bytes(), &bomb].concat()).await;
    assert!(error.to_string().contains("64 MiB"), "{error}");
    // One that is cut short says nothing at all.
    let cut = &bomb[..2000];
    let head = format!(
        "HTTP/1.1 200 OK\r\n{JSON}Content-Encoding: gzip\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        cut.len()
    );
    let error = failure([head.as_bytes(), cut].concat()).await;
    assert!(
        matches!(
            error,
            RemoteError::Unanswered { .. } | RemoteError::Odd { .. }
        ),
        "{error}"
    );
}
