//! Who acts: armed groups, forces and the side each one fights on.

use super::DomainError;

/// The side an actor stands on, which is what the map colours by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Forces and authorities of a state of the region.
    State,
    /// Foreign forces and companies beside a state.
    ForeignAlly,
    /// JNIM, its founding groups and other affiliates of al-Qaeda.
    Jnim,
    /// Islamic State provinces and the groups shown with them.
    IslamicState,
    /// Azawad movements.
    Separatist,
    /// Militias and self-defence groups.
    SelfDefence,
    /// United Nations and regional bodies.
    International,
    /// Civilians.
    Civilian,
    /// Anyone else who is known.
    Other,
    /// Not established.
    Unknown,
}

impl Side {
    /// Every side with its word.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::State, "state"),
        (Self::ForeignAlly, "foreign_ally"),
        (Self::Jnim, "jnim"),
        (Self::IslamicState, "islamic_state"),
        (Self::Separatist, "separatist"),
        (Self::SelfDefence, "self_defence"),
        (Self::International, "international"),
        (Self::Civilian, "civilian"),
        (Self::Other, "other"),
        (Self::Unknown, "unknown"),
    ];

    /// Reads the word of a side.
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of [`ALL`](Self::ALL).
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        Self::ALL.iter().find(|(_, word)| *word == text).map(|(side, _)| *side).ok_or_else(|| DomainError::Word {
            what: "side",
            text: text.to_owned(),
            expected: Self::ALL.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(", "),
        })
    }

    /// The word of the side.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(side, _)| *side == self).map_or("unknown", |(_, word)| word)
    }
}

/// One actor code and what it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    /// Stable code, as `JNIM`.
    pub code: String,
    /// Name in English.
    pub name_en: String,
    /// Name in French.
    pub name_fr: String,
    /// What kind of body it is, in the data's word: `jihadist`, `state`, `militia`…
    pub kind: String,
    /// The side it stands on.
    pub side: Side,
    /// The state whose national force it is, ISO 3166-1 alpha-2: the holder of a besieged town without an earlier one.
    pub force_of: Option<String>,
    /// What it belongs to or is allied with; free text.
    pub parent_alliance: Option<String>,
    /// Since when it exists: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub active_from: Option<String>,
    /// Until when it existed, in the same forms.
    pub active_to: Option<String>,
    /// Remarks.
    pub note: Option<String>,
}
