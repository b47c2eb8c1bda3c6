use k256::ecdsa::SigningKey;
use primitives::feeds::{Observation, OperatorKey, Report, Signature};

/// The operators of an oracle with real keys.
#[derive(Clone)]
pub struct Operators(Vec<SigningKey>);

impl core::fmt::Debug for Operators {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Operators({})", self.0.len())
    }
}

impl Operators {
    /// So many operators, the same ones each time.
    #[must_use]
    pub fn new(count: u8) -> Self {
        let key = |number: u8| SigningKey::from_slice(&[number; 32]).expect("a small number is a key");
        Self((1..=count).map(key).collect())
    }

    /// Their public keys, in the order of their places.
    #[must_use]
    pub fn keys(&self) -> Vec<OperatorKey> {
        let public = |key: &SigningKey| {
            let point = key.verifying_key().to_encoded_point(true);
            point.as_bytes().try_into().expect("a compressed key has 33 bytes")
        };
        self.0.iter().map(public).collect()
    }

    /// The signatures of the operators at these places over the report.
    #[must_use]
    pub fn sign(&self, report: &Report, places: &[usize]) -> Vec<Signature> {
        let hash = report.hash();
        let sign = |place: &usize| {
            let key = self.0.get(*place).expect("there is such an operator");
            let (signature, recovery) = key.sign_prehash_recoverable(&hash).expect("a hash can be signed");
            let mut bytes = [0; 65];
            let (numbers, last) = bytes.split_at_mut(64);
            numbers.copy_from_slice(&signature.to_bytes());
            last.copy_from_slice(&[recovery.to_byte()]);
            bytes
        };
        places.iter().map(sign).collect()
    }

    /// One observation by each operator: these values, which must be sorted.
    #[must_use]
    pub fn observe(values: &[i128]) -> Vec<Observation> {
        (0_u8..).zip(values).map(|(operator, value)| Observation { operator, value: *value }).collect()
    }
}
