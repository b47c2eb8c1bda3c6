//! The main story, as a test.
use e2e_tests::{stage::Telling, story};

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_goes_from_its_maker_to_a_patient_and_a_result_of_a_model_goes_on_chain() {
    let folder = tempfile::tempdir().expect("a folder");
    if let Err(failure) = story::play(folder.path(), Telling::Nothing).await {
        panic!("{failure}");
    }
}
