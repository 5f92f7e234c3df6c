//! The desired state in the words of other tools, so that existing sets move there without being made again.

mod cloudformation;
mod terraform;

use crate::desired::OWNER_TAG;
use crate::world::{Api, Set, SetId, World};

/// For which tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A template of CloudFormation, in JSON.
    Cloudformation,
    /// Resources of Terraform's AWS provider, with an `import` block each.
    Terraform,
    /// CloudFormation's list of resources to import, which goes with its template.
    Import,
}

/// What was written, and what the tool has no words for.
#[derive(Clone, Debug)]
pub struct Export {
    /// The file.
    pub text: String,
    /// What is not in it, and why.
    pub notes: Vec<String>,
}

/// Writes `world` for a tool.
pub fn export(world: &World, format: Format) -> Export {
    let v1: Vec<_> = world.sets.keys().filter(|id| id.api == Api::V1).map(|id| id.name.as_str()).collect();
    let mut notes = Vec::new();
    if !v1.is_empty() {
        notes.push(format!("sets of API v1 are left out, which no such tool knows: {}", v1.join(", ")));
    }
    let sets: Vec<(&SetId, Set)> = world.sets.iter().filter(|(id, _)| id.api == Api::V2).map(without_owner).collect();
    let names: Vec<_> = unique(sets.iter().map(|(id, _)| id.name.as_str()), camel_case);
    let text = match format {
        Format::Cloudformation => cloudformation::template(&sets, &names, &mut notes),
        Format::Import => cloudformation::resources_to_import(&sets, &names),
        Format::Terraform => terraform::configuration(&sets, &mut notes),
    };
    Export { text, notes }
}

/// The tag of the owner is ours, and would be wrong there.
fn without_owner<'a>((id, set): (&'a SetId, &Set)) -> (&'a SetId, Set) {
    let mut set = set.clone();
    set.tags.remove(OWNER_TAG);
    (id, set)
}

/// A name for each, made by `form`; where two would be the same, later ones get a number.
fn unique<'a>(names: impl IntoIterator<Item = &'a str>, form: impl Fn(&str) -> String) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for name in names {
        let base = form(name);
        let numbered = (2..).map(|number| format!("{base}{number}"));
        let free = std::iter::once(base.clone()).chain(numbered.take(taken.len() + 1));
        taken.extend(free.into_iter().find(|name| !taken.contains(name)));
    }
    taken
}

/// `otp-events` becomes `OtpEvents`: CloudFormation's names of resources have letters and digits alone.
fn camel_case(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let word = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    };
    let joined: String = words.map(word).collect();
    if joined.starts_with(|c: char| c.is_ascii_alphabetic()) { joined } else { format!("Set{joined}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_unique() {
        assert_eq!(unique(["a-b", "a_b", "aB", "1", "_"], camel_case), ["AB", "AB2", "AB3", "Set1", "Set"]);
    }
}
