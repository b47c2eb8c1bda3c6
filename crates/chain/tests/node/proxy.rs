//! What lies between client and node.

use testkit::node::Node;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Stands between client and node: can cut all connections while the node goes on, and can tell the client that the
/// chain is a live one.
pub struct Proxy {
    pub url: String,
    cut: tokio::sync::watch::Sender<()>,
}

impl Proxy {
    pub async fn start(node: &Node, is_live: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let (cut, on_cut) = tokio::sync::watch::channel(());
        let port = node.port();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let node = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let mut on_cut = on_cut.clone();
                on_cut.mark_unchanged();
                tokio::spawn(async move {
                    let (from_client, to_client) = client.into_split();
                    let (from_node, to_node) = node.into_split();
                    tokio::select! {
                        () = pass(from_client, to_node, false) => {}
                        () = pass(from_node, to_client, is_live) => {}
                        _ = on_cut.changed() => {}
                    }
                });
            }
        });
        Self { url, cut }
    }

    /// Closes all connections; new ones are taken.
    pub fn cut(&self) {
        self.cut.send(()).unwrap();
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, is_live: bool) {
    // As long as the original: the frame's length stays right, and JSON does not mind the spaces.
    const DEVELOPMENT: &[u8] = b"\"Development\"";
    const LIVE: &[u8] = b"\"Live\"       ";
    let mut buffer = vec![0; 1 << 20];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let bytes = &mut buffer[..length];
        if is_live {
            if let Some(at) = bytes.windows(DEVELOPMENT.len()).position(|window| window == DEVELOPMENT) {
                bytes[at..at + LIVE.len()].copy_from_slice(LIVE);
            }
        }
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}
