//! What a bundle says about its one patient.

use serde::Serialize;

use crate::bundle::Medications;
use crate::{
    AllergyIntolerance, Bundle, BundleType, Certainty, CodeableConcept, Condition, Entry, Identity,
    MedicationIntent, MedicationRequest, MedicationRequestStatus, MedicationStatement,
    MedicationStatementStatus, Observation, Patient, PatientError, Reference, Resource,
};

/// Why a bundle is not the record of one patient. It holds none of the bundle's content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Former versions of resources count as if they were present ones.
    #[error("the bundle is a history (Bundle.type), in which former versions stand beside present ones; send a collection")]
    History,
    /// The bundle has a modifier that is not understood.
    #[error("the bundle has implicitRules, without which it cannot be read and which are not understood")]
    ImplicitRules,
    /// No patient, or several.
    #[error("the bundle has {0} patients; send the record of exactly one")]
    NotOnePatient(usize),
    /// The patient's own record must not be used.
    #[error(transparent)]
    Patient(#[from] PatientError),
    /// A resource is about somebody or something else.
    #[error(
        "entry {entry} of the bundle is not about its patient: {element} does not lead to the patient, by fullUrl, id \
        or identifier; send the record of one patient"
    )]
    Foreign {
        /// From 0.
        entry: usize,
        /// The element with the reference.
        element: &'static str,
    },
}

/// Something in a record that was left out, or could not be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The entry of the bundle, from 0.
    pub entry: usize,
    /// The element that is the cause.
    pub element: &'static str,
    /// The cause.
    pub reason: &'static str,
}

impl LeftOut {
    const FOR_MODIFIER: &'static str = "may change the meaning, and is not understood";

    fn modified(entry: usize, element: &'static str) -> Self {
        Self { entry, element, reason: Self::FOR_MODIFIER }
    }
}

/// A resource of a record with its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Listed<'b, R> {
    /// The entry of the bundle, from 0.
    pub entry: usize,
    /// The resource.
    pub resource: &'b R,
    /// Whether everything that may change its meaning is understood. If not, it may say anything.
    pub is_understood: bool,
}

/// A medicine of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Medicine<'b> {
    /// The entry of the bundle, from 0.
    pub entry: usize,
    /// The product, by itself or through a reference.
    pub concepts: Vec<&'b CodeableConcept>,
    /// The words of a reference that leads to no resource.
    pub display: Option<&'b str>,
    /// Whether everything that may change its meaning is understood. If not, it may say anything.
    pub is_understood: bool,
    /// Whether it is taken now; `None` if the record does not say.
    pub is_current: Option<bool>,
}

impl Medicine<'_> {
    /// All its words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.concepts.iter().flat_map(|concept| concept.words()).chain(self.display)
    }
}

/// The record of one patient: the resources of a bundle that are about the patient and that count.
///
/// Left out are resources that were entered in error, cancelled or refuted, requests *not* to give a medicine, mere plans,
/// and observations whose focus is somebody else. What has a modifier that is not understood stays in its list and is
/// marked, because it may be the one that decides. For the same reason results stay that are not verified: they have no
/// usable value, and hide what is older.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<'b> {
    /// The patient.
    pub patient: &'b Patient,
    /// Observations; those that are not verified have no usable value.
    pub observations: Vec<Listed<'b, Observation>>,
    /// Conditions.
    pub conditions: Vec<Listed<'b, Condition>>,
    /// Medicines, present and former.
    pub medicines: Vec<Medicine<'b>>,
    /// Allergies.
    pub allergies: Vec<Listed<'b, AllergyIntolerance>>,
    /// Everything that was left out, in the order of the bundle.
    pub left_out: Vec<LeftOut>,
}

impl<'b> Record<'b> {
    /// The record in a bundle.
    ///
    /// Errors, the first that holds: `History`, `ImplicitRules`, `NotOnePatient`, `Patient`, `Foreign`.
    pub fn of(bundle: &'b Bundle) -> Result<Self, RecordError> {
        if bundle.kind == BundleType::History {
            return Err(RecordError::History);
        }
        if bundle.implicit_rules.is_some() {
            return Err(RecordError::ImplicitRules);
        }
        let mut patients = bundle.entry.iter().filter_map(|entry| match &entry.resource {
            Some(Resource::Patient(patient)) => Some((entry, patient)),
            _ => None,
        });
        let first = patients.next();
        let (own, patient) = match (first, patients.count()) {
            (Some(patient), 0) => patient,
            (first, more) => {
                return Err(RecordError::NotOnePatient(more.saturating_add(usize::from(first.is_some()))))
            }
        };
        patient.ensure_usable()?;
        let mut record = Self {
            patient,
            observations: Vec::new(),
            conditions: Vec::new(),
            medicines: Vec::new(),
            allergies: Vec::new(),
            left_out: Vec::new(),
        };
        let identity = patient.identity(own.full_url.as_deref());
        let medications = Medications::of(bundle);
        for (index, entry) in bundle.entry.iter().enumerate() {
            Adding { identity, medications: &medications, entry, index, record: &mut record }.add()?;
        }
        Ok(record)
    }

    /// The observations alone, for [`crate::latest`].
    pub fn observed(&self) -> impl Iterator<Item = &'b Observation> + '_ {
        self.observations.iter().map(|listed| listed.resource)
    }
}

/// One entry on its way into a record.
struct Adding<'b, 'r> {
    identity: Identity<'b>,
    medications: &'r Medications<'b>,
    entry: &'b Entry,
    index: usize,
    record: &'r mut Record<'b>,
}

impl<'b> Adding<'b, '_> {
    fn add(&mut self) -> Result<(), RecordError> {
        match &self.entry.resource {
            Some(Resource::Observation(observation)) => {
                self.observation(observation)?;
                self.contained()
            }
            Some(Resource::DiagnosticReport(_)) => self.contained(),
            Some(Resource::Condition(condition)) => self.condition(condition),
            Some(Resource::MedicationRequest(request)) => self.request(request),
            Some(Resource::MedicationStatement(statement)) => self.statement(statement),
            Some(Resource::AllergyIntolerance(allergy)) => self.allergy(allergy),
            _ => Ok(()),
        }
    }

    fn ensure_own(&self, reference: Option<&Reference>, element: &'static str) -> Result<(), RecordError> {
        let is_own = reference
            .is_some_and(|reference| self.identity.is_named_by(reference, self.entry.full_url.as_deref()));
        if is_own {
            Ok(())
        } else {
            Err(RecordError::Foreign { entry: self.index, element })
        }
    }

    fn leave_out(&mut self, element: &'static str, reason: &'static str) {
        self.record.left_out.push(LeftOut { entry: self.index, element, reason });
    }

    /// Whether nothing that may change the meaning is unknown; what is unknown is written down.
    fn understood(&mut self, doubts: impl IntoIterator<Item = Option<&'static str>>) -> bool {
        let mut is_understood = true;
        for element in doubts.into_iter().flatten() {
            self.record.left_out.push(LeftOut::modified(self.index, element));
            is_understood = false;
        }
        is_understood
    }

    fn observation(&mut self, observation: &'b Observation) -> Result<(), RecordError> {
        self.ensure_own(observation.subject.as_ref(), "Observation.subject")?;
        if observation.is_of_another(self.identity, self.entry.full_url.as_deref()) {
            self.leave_out("Observation.focus", "it is not about the patient");
        } else if observation.status.is_void() {
            self.leave_out(
                "Observation.status",
                "it was cancelled or entered in error, or what it is a part of was",
            );
        } else {
            if !observation.status.is_verified() {
                let reason =
                    "it is not verified, or what it is a part of is not; nothing older counts for it";
                self.leave_out("Observation.status", reason);
            }
            if observation.effective().is_none() {
                self.leave_out("Observation.effective[x]", "it is missing, or of a type that is not read");
            }
            let of_part = observation.component.iter().any(|part| part.modifier_extension.is_some());
            let of_part = of_part.then_some("Observation.component.modifierExtension");
            let is_understood = self.understood([observation.doubt(), of_part]);
            let listed = Listed { entry: self.index, resource: observation, is_understood };
            self.record.observations.push(listed);
        }
        Ok(())
    }

    /// The observations inside a report or a panel, whose status is theirs.
    fn contained(&mut self) -> Result<(), RecordError> {
        for (_, resource) in &self.entry.contained {
            let Resource::Observation(observation) = resource else { continue };
            self.observation(observation)?;
        }
        Ok(())
    }

    fn condition(&mut self, condition: &'b Condition) -> Result<(), RecordError> {
        self.ensure_own(Some(&condition.subject), "Condition.subject")?;
        let is_understood = self.understood([
            condition.implicit_rules.map(|_| "Condition.implicitRules"),
            condition.modifier_extension.map(|_| "Condition.modifierExtension"),
            (condition.certainty() == Certainty::NotUnderstood).then_some("Condition.verificationStatus"),
            (condition.course() == crate::Course::NotUnderstood).then_some("Condition.clinicalStatus"),
        ]);
        match condition.certainty() {
            Certainty::Withdrawn(reason) if is_understood => {
                self.leave_out("Condition.verificationStatus", reason);
            }
            _ => {
                self.record.conditions.push(Listed { entry: self.index, resource: condition, is_understood })
            }
        }
        Ok(())
    }

    fn allergy(&mut self, allergy: &'b AllergyIntolerance) -> Result<(), RecordError> {
        self.ensure_own(Some(&allergy.patient), "AllergyIntolerance.patient")?;
        let is_understood = self.understood([
            allergy.implicit_rules.map(|_| "AllergyIntolerance.implicitRules"),
            allergy.modifier_extension.map(|_| "AllergyIntolerance.modifierExtension"),
            (allergy.certainty() == Certainty::NotUnderstood)
                .then_some("AllergyIntolerance.verificationStatus"),
            (allergy.course() == crate::Course::NotUnderstood).then_some("AllergyIntolerance.clinicalStatus"),
        ]);
        match allergy.certainty() {
            Certainty::Withdrawn(reason) if is_understood => {
                self.leave_out("AllergyIntolerance.verificationStatus", reason);
            }
            _ => self.record.allergies.push(Listed { entry: self.index, resource: allergy, is_understood }),
        }
        Ok(())
    }

    fn request(&mut self, request: &'b MedicationRequest) -> Result<(), RecordError> {
        use MedicationRequestStatus::{
            Active, Cancelled, Completed, Draft, EnteredInError, OnHold, Stopped, Unknown,
        };
        self.ensure_own(Some(&request.subject), "MedicationRequest.subject")?;
        let is_understood = self.understood([
            request.implicit_rules.map(|_| "MedicationRequest.implicitRules"),
            request.modifier_extension.map(|_| "MedicationRequest.modifierExtension"),
            request
                .do_not_perform_extension
                .filter(|_| request.do_not_perform.is_none())
                .map(|_| "MedicationRequest.doNotPerform"),
        ]);
        let left_out = match (request.do_not_perform, request.status, request.intent) {
            (Some(true), ..) => Some(("MedicationRequest.doNotPerform", "the medicine must not be given")),
            (_, EnteredInError, _) => Some(("MedicationRequest.status", "entered-in-error")),
            (_, Draft | Cancelled, _) => Some(("MedicationRequest.status", "it was not carried out")),
            (.., MedicationIntent::Proposal | MedicationIntent::Plan | MedicationIntent::Option) => {
                Some(("MedicationRequest.intent", "it is only planned"))
            }
            _ => None,
        };
        if let Some((element, reason)) = left_out.filter(|_| is_understood) {
            self.leave_out(element, reason);
            return Ok(());
        }
        let is_current = match request.status {
            Active => Some(true),
            Completed | Stopped => Some(false),
            OnHold | Unknown | Draft | Cancelled | EnteredInError => None,
        };
        // What a modifier may change is not known to be over.
        let is_current = is_current.filter(|is_current| *is_current || is_understood);
        let medicine = (&request.medication_codeable_concept, &request.medication_reference);
        self.medicine(medicine, is_current, is_understood);
        Ok(())
    }

    fn statement(&mut self, statement: &'b MedicationStatement) -> Result<(), RecordError> {
        use MedicationStatementStatus::{
            Active, Completed, EnteredInError, Intended, NotTaken, OnHold, Stopped, Unknown,
        };
        self.ensure_own(Some(&statement.subject), "MedicationStatement.subject")?;
        let is_understood = self.understood([
            statement.implicit_rules.map(|_| "MedicationStatement.implicitRules"),
            statement.modifier_extension.map(|_| "MedicationStatement.modifierExtension"),
        ]);
        if statement.status == EnteredInError && is_understood {
            self.leave_out("MedicationStatement.status", "entered-in-error");
            return Ok(());
        }
        let is_current = match statement.status {
            Active => Some(true),
            Completed | Stopped | NotTaken => Some(false),
            Intended | OnHold | Unknown | EnteredInError => None,
        };
        let is_current = is_current.filter(|is_current| *is_current || is_understood);
        let medicine = (&statement.medication_codeable_concept, &statement.medication_reference);
        self.medicine(medicine, is_current, is_understood);
        Ok(())
    }

    fn medicine(
        &mut self,
        (concept, reference): (&'b Option<CodeableConcept>, &'b Option<Reference>),
        is_current: Option<bool>,
        is_understood: bool,
    ) {
        let found = reference.as_ref().and_then(|reference| self.medications.find(reference, self.entry));
        let doubt = found.and_then(|medication| medication.doubt());
        let is_understood = self.understood([doubt]) && is_understood;
        let mut concepts: Vec<&CodeableConcept> = concept.iter().collect();
        concepts.extend(found.into_iter().flat_map(|medication| medication.concepts()));
        let display = reference.as_ref().and_then(|reference| reference.display.as_deref());
        let has_words = concepts.iter().any(|concept| concept.words().next().is_some());
        let display = display.filter(|_| !has_words);
        self.record.medicines.push(Medicine {
            entry: self.index,
            concepts,
            display,
            is_understood,
            is_current,
        });
    }
}

impl Observation {
    /// Whether its focus is somebody or something else than its subject, such as a fetus or a device.
    #[must_use]
    pub fn is_of_another(&self, patient: Identity<'_>, full_url: Option<&str>) -> bool {
        self.focus.iter().any(|focus| !patient.is_named_by(focus, full_url))
    }
}
