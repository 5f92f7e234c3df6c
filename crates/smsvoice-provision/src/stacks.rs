//! Outputs of CloudFormation stacks, for placeholders of the desired state.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_sdk_cloudformation as cloudformation;

use crate::failure::{Failure, Kind};
use crate::patience::{Patience, Waiting};

/// The outputs of these stacks. A stack that does not exist is missing in the answer.
pub async fn outputs(
    config: &SdkConfig,
    stacks: &BTreeSet<String>,
    patience: &Patience,
    notify: &(dyn Fn(Waiting<'_>) + Sync),
) -> Result<BTreeMap<String, BTreeMap<String, String>>, Failure> {
    let client = cloudformation::Client::new(config);
    let mut found = BTreeMap::new();
    for name in stacks {
        let answer = patience.persist(notify, async |_| {
            let answer = client.describe_stacks().stack_name(name).send().await;
            answer.map_err(|error| Failure::of("DescribeStacks", &error))
        });
        let stack = match answer.await {
            Ok(answer) => answer.stacks.unwrap_or_default().into_iter().next(),
            // AWS's words for a stack that is not there are a ValidationError's.
            Err(failure) if failure.kind == Kind::Missing || failure.message.contains("does not exist") => None,
            Err(failure) => return Err(failure),
        };
        let outputs = stack.map(|stack| stack.outputs.unwrap_or_default().into_iter());
        let outputs = outputs.map(|all| all.filter_map(|one| Some((one.output_key?, one.output_value?))).collect());
        found.extend(outputs.map(|outputs| (name.clone(), outputs)));
    }
    Ok(found)
}
