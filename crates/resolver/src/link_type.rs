//! Link types: what a link leads to (GS1 Web Vocabulary; GS1-Conformant Resolver 2.14).

/// The namespace of the GS1 Web Vocabulary.
pub const GS1: &str = "https://ref.gs1.org/voc/";

/// Names under which the vocabulary is also known; it calls them equivalent.
const EQUIVALENT: [&str; 4] =
    ["gs1:", "https://gs1.org/voc/", "https://www.gs1.org/voc/", "http://gs1.org/voc/"];

/// The link types of the vocabulary: all properties that it has below `gs1:linkType` (release 1.16, the newest one in
/// `gs1/WebVoc`, Apache-2.0).
const RATIFIED: &[&str] = &[
    "activityIdeas",
    "allergenInfo",
    "appDownload",
    "backgroundInfo",
    "brandHomepageClinical",
    "brandHomepagePatient",
    "careersInfo",
    "certificationInfo",
    "consumerHandlingStorageInfo",
    "defaultLink",
    "defaultLinkMulti",
    "dpp",
    "eifu",
    "epcis",
    "epil",
    "eventsInfo",
    "faqs",
    "handledBy",
    "hasRetailers",
    "homepage",
    "ingredientsInfo",
    "instructions",
    "jws",
    "leaveReview",
    "locationInfo",
    "logisticsInfo",
    "loyaltyProgram",
    "masterData",
    "menuInfo",
    "nutritionalInfo",
    "openingHoursInfo",
    "paymentLink",
    "pip",
    "productSustainabilityInfo",
    "promotion",
    "purchaseSuppliesOrAccessories",
    "quickStartGuide",
    "recallStatus",
    "recipeInfo",
    "registerProduct",
    "registryEntry",
    "relatedImage",
    "relatedVideo",
    "reportFound",
    "review",
    "safetyInfo",
    "scheduleTime",
    "serviceInfo",
    "smartLabel",
    "smpc",
    "socialMedia",
    "statisticInfo",
    "subscribe",
    "support",
    "sustainabilityInfo",
    "traceability",
    "tutorial",
    "userAgreement",
    "verificationService",
    "whatsInTheBox",
];

/// A link type, as the URI that stands in linksets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkType(String);

impl LinkType {
    /// A link type of the GS1 Web Vocabulary.
    pub(crate) fn gs1(name: &str) -> Self {
        Self(format!("{GS1}{name}"))
    }

    /// The single default link of a level.
    pub(crate) fn default_link() -> Self {
        Self::gs1("defaultLink")
    }

    /// The variants of the default link, among which language and media type choose.
    pub(crate) fn default_multi() -> Self {
        Self::gs1("defaultLinkMulti")
    }

    /// Expands `gs1:name` and the equivalent namespaces; any other text stands for itself.
    #[must_use]
    pub fn expand(text: &str) -> Self {
        let name = EQUIVALENT.iter().find_map(|namespace| text.strip_prefix(namespace));
        name.map_or_else(|| Self(text.to_owned()), Self::gs1)
    }

    /// As [`LinkType::expand`], for a link that is configured: a name of GS1 must be one that the vocabulary has, and a URI
    /// of others must be one that the linkset schema allows.
    pub(crate) fn of_configuration(text: &str) -> Option<Self> {
        let link_type = Self::expand(text);
        let known = match link_type.0.strip_prefix(GS1) {
            Some(name) => RATIFIED.contains(&name),
            None => {
                let rest = link_type.0.strip_prefix("https://")?;
                rest.contains('/')
                    && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./_".contains(&byte))
            }
        };
        known.then_some(link_type)
    }

    /// The URI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_a_link_type_are_one() {
        for text in [
            "gs1:epil",
            "https://ref.gs1.org/voc/epil",
            "https://gs1.org/voc/epil",
            "https://www.gs1.org/voc/epil",
        ] {
            assert_eq!(LinkType::expand(text).as_str(), "https://ref.gs1.org/voc/epil");
        }
    }

    #[test]
    fn a_name_that_the_vocabulary_does_not_have_cannot_be_configured() {
        assert!(LinkType::of_configuration("gs1:epil").is_some());
        assert!(LinkType::of_configuration("https://example.org/voc/repackaging").is_some());
        for text in ["gs1:epill", "epil", "", "https://example.org", "https://example.org/a b", "http://a/b"]
        {
            assert_eq!(LinkType::of_configuration(text), None, "{text}");
        }
    }
}
