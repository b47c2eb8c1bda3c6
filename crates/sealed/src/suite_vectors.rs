//! RFC 9180, appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, base mode. The same numbers
//! are in the CFRG's `test-vectors.json` (mode 0, KEM 32, KDF 1, AEAD 3), from which these were taken.

use hpke::aead::ChaCha20Poly1305 as HpkeAead;
use hpke::{Deserializable, Kem as _, OpModeR, OpModeS, Serializable};
use rand::{CryptoRng, RngCore};

use super::{Encapsulated, HkdfSha256, Kem, Private, Public};

const INFO: &str = "4f6465206f6e2061204772656369616e2055726e";
const IKM_E: &str = "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b";
const ENC: &str = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a";
const IKM_R: &str = "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df";
const PK_R: &str = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
const SK_R: &str = "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb";
const PLAINTEXT: &[u8] = b"Beauty is truth, truth beauty";
/// Sequence number and ciphertext; the associated data is `Count-` and the number.
const ENCRYPTIONS: [(usize, &str); 6] = [
    (0, "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"),
    (1, "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c"),
    (2, "71146bd6795ccc9c49ce25dda112a48f202ad220559502cef1f34271e0cb4b02b4f10ecac6f48c32f878fae86b"),
    (4, "63357a2aa291f5a4e5f27db6baa2af8cf77427c7c1a909e0b37214dd47db122bb153495ff0b02e9e54a50dbe16"),
    (255, "18ab939d63ddec9f6ac2b60d61d36a7375d2070c9b683861110757062c52b8880a5f6b3936da9cd6c23ef2a95c"),
    (256, "7a4a13e9ef23978e2c520fd4d2e757514ae160cd0cd05e556ef692370ca53076214c0c40d4c728d6ed9e727a5b"),
];
/// Exporter context and exported value.
const EXPORTS: [(&str, &str); 3] = [
    ("", "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e"),
    ("00", "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69"),
    ("54657374436f6e74657874", "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53"),
];

/// Returns the ephemeral key's material of the vectors.
struct Fixed(Vec<u8>);

impl RngCore for Fixed {
    fn next_u32(&mut self) -> u32 {
        unreachable!("HPKE requests bytes")
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("HPKE requests bytes")
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0);
    }
}

impl CryptoRng for Fixed {}

fn bytes(digits: &str) -> Vec<u8> {
    hex::decode(digits).unwrap()
}

#[test]
fn a_key_pair_is_derived_as_the_rfc_says() {
    let (private, public) = Kem::derive_keypair(&bytes(IKM_R));
    assert_eq!(hex::encode(private.to_bytes()), SK_R);
    assert_eq!(hex::encode(public.to_bytes()), PK_R);
}

#[test]
fn sealing_gives_the_bytes_of_the_rfc() {
    let public = Public::from_bytes(&bytes(PK_R)).unwrap();
    let mut rng = Fixed(bytes(IKM_E));
    let (encapsulated, mut context) =
        hpke::setup_sender::<HpkeAead, HkdfSha256, Kem, _>(&OpModeS::Base, &public, &bytes(INFO), &mut rng)
            .unwrap();
    assert_eq!(hex::encode(encapsulated.to_bytes()), ENC);
    for number in 0..=256 {
        let sealed = context.seal(PLAINTEXT, format!("Count-{number}").as_bytes()).unwrap();
        if let Some((_, expected)) = ENCRYPTIONS.iter().find(|(sequence, _)| *sequence == number) {
            assert_eq!(hex::encode(sealed), *expected, "{number}");
        }
    }
}

#[test]
fn opening_reads_the_bytes_of_the_rfc() {
    let private = Private::from_bytes(&bytes(SK_R)).unwrap();
    let encapsulated = Encapsulated::from_bytes(&bytes(ENC)).unwrap();
    let receiver = || {
        let mode = OpModeR::Base;
        hpke::setup_receiver::<HpkeAead, HkdfSha256, Kem>(&mode, &private, &encapsulated, &bytes(INFO))
            .unwrap()
    };
    let mut context = receiver();
    for (number, sealed) in &ENCRYPTIONS[..3] {
        assert_eq!(context.open(&bytes(sealed), format!("Count-{number}").as_bytes()).unwrap(), PLAINTEXT);
    }
    for (label, expected) in EXPORTS {
        let mut exported = [0; 32];
        receiver().export(&bytes(label), &mut exported).unwrap();
        assert_eq!(hex::encode(exported), expected);
    }
}
