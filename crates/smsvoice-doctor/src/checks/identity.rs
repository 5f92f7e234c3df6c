//! Who asks, and where.

use super::look;
use crate::{facts::Facts, finding::Finding};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let absent = || ("AWS does not know you".to_owned(), "set AWS_PROFILE, or sign in with `aws sso login`".to_owned());
    let caller = match look("identity", "AWS", &facts.caller, absent) {
        Ok(caller) => caller,
        Err(finding) => return vec![finding],
    };
    let mut findings = vec![Finding::good(
        "identity",
        &caller.arn,
        format!("you are in account {}, region {}", caller.account, facts.region),
    )];
    let worlds = facts.desired.iter().chain(facts.sets.is().filter(|_| facts.desired.is_none()));
    let sets = worlds.flat_map(|world| &world.sets).flat_map(|(id, set)| set.destinations.iter().map(move |d| (id, d)));
    for (id, (name, destination)) in sets {
        for (_, arn) in destination.target.arns() {
            let mut parts = arn.split(':').skip(3);
            let (region, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let place = format!("{id} / {name}");
            if !region.is_empty() && region != facts.region {
                let says = format!("{arn} is in {region}, and its configuration set in {}", facts.region);
                let cure = format!("create the target in {}, or ask with --region {region}", facts.region);
                findings.push(Finding::failure("region", place, says, cure));
            } else if account != caller.account {
                let says = format!("{arn} is of account {account}, and you are in {}", caller.account);
                findings.push(Finding::failure(
                    "account",
                    place,
                    says,
                    format!("use a target in account {}", caller.account),
                ));
            }
        }
    }
    findings
}
