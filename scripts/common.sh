# Shared by the scripts of this folder. Read by `source`, from bash.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/theriac

# Where rustup and `cargo install` put programs: on a machine that they are new on, no shell has it in its PATH yet.
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin

# The compiler of what goes on chain: bytes can only be compared between builds by one compiler.
wasm_rust=1.95.0
cargo_contract=5.0.3
cargo_deny=0.20.2
cargo_fuzz=0.13.2

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

# die MESSAGE: cause and remedy, then the end.
die() {
    say "error: $*"
    exit 1
}

has() { command -v "$1" >/dev/null; }

# can_build_wasm TOOLCHAIN: whether it has the library's sources, the Wasm target and a linker for it.
can_build_wasm() {
    local sysroot
    sysroot=$(RUSTUP_TOOLCHAIN=$1 RUSTUP_AUTO_INSTALL=0 rustc --print sysroot 2>/dev/null) &&
        [[ -f $sysroot/lib/rustlib/src/rust/library/Cargo.lock ]] &&
        compgen -G "$sysroot/lib/rustlib/wasm32v1-none/lib/libcore-*.rlib" >/dev/null
}

# Prints the toolchain for Wasm: the pinned one of rustup, or else Debian's.
wasm_toolchain() {
    local toolchain
    for toolchain in "$wasm_rust" debian; do
        if can_build_wasm "$toolchain"; then
            echo "$toolchain"
            return
        fi
    done
    return 1
}

# The SHA-256 of what comes in, and a blank.
sha256() {
    if has sha256sum; then sha256sum; else shasum -a 256; fi
}

# The BLAKE2-256 of what comes in.
blake2_256() {
    if has b2sum; then
        b2sum --length 256 | cut -d ' ' -f 1
    else
        python3 -c 'import hashlib, sys; print(hashlib.blake2b(sys.stdin.buffer.read(), digest_size=32).hexdigest())'
    fi
}

# own_target FOLDER: makes a target folder right for this checkout. All checkouts share it, so that a new clone builds
# little, but cargo tells a changed source by its time alone: sources that lay here while another checkout was built
# would count as built. So they are made new when the checkout changes.
own_target() {
    [[ $(cat "$1/checkout" 2>/dev/null) != "$root" ]] || return 0
    find "$root" \( -name .git -o -name target -o -name node_modules \) -prune -o -type f -exec touch -c {} +
    mkdir -p "$1"
    echo "$root" >"$1/checkout"
}
