//! A role: who may assume it, and what it may do.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{last, list, maybe, page, text};
use crate::{
    aws::{Aws, CallError},
    facts::{Found, Role},
    operations::{
        GET_POLICY, GET_POLICY_VERSION, GET_ROLE, GET_ROLE_POLICY, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES,
        Operation, SIMULATE_PRINCIPAL_POLICY,
    },
    policy::Document,
};

/// Reads the role of this ARN. IAM's simulator is asked about `needs`; where it may not be asked, the policies are there.
pub(super) async fn role(aws: &Aws, arn: &str, needs: &[(&'static str, String)]) -> Found<Role> {
    match read(aws, last(arn, '/')).await {
        Ok(mut role) => {
            for (action, resource) in needs {
                if let Ok(answer) = simulated(aws, arn, action, resource).await {
                    role.simulated.extend(answer.map(|allowed| (format!("{action} {resource}"), allowed)));
                }
            }
            Found::Is(role)
        }
        Err(error) => error.into_found(),
    }
}

async fn read(aws: &Aws, name: &str) -> Result<Role, CallError> {
    let answer = aws.call(&GET_ROLE, json!({"RoleName": name})).await?;
    let trust = document(&answer["GetRoleResult"]["Role"]["AssumeRolePolicyDocument"]);
    let mut policies = BTreeMap::new();
    for policy in names(aws, &LIST_ROLE_POLICIES, name, "ListRolePoliciesResult", "PolicyNames").await? {
        let policy = text(&policy);
        let answer = aws.call(&GET_ROLE_POLICY, json!({"RoleName": name, "PolicyName": policy})).await?;
        policies.insert(policy, document(&answer["GetRolePolicyResult"]["PolicyDocument"]));
    }
    let (result, member) = ("ListAttachedRolePoliciesResult", "AttachedPolicies");
    for policy in names(aws, &LIST_ATTACHED_ROLE_POLICIES, name, result, member).await? {
        let arn = text(&policy["PolicyArn"]);
        let answer = aws.call(&GET_POLICY, json!({"PolicyArn": arn})).await?;
        let version = text(&answer["GetPolicyResult"]["Policy"]["DefaultVersionId"]);
        let answer = aws.call(&GET_POLICY_VERSION, json!({"PolicyArn": arn, "VersionId": version})).await?;
        policies.insert(arn, document(&answer["GetPolicyVersionResult"]["PolicyVersion"]["Document"]));
    }
    Ok(Role { trust, policies, simulated: BTreeMap::new() })
}

/// All pages of a list about a role.
async fn names(
    aws: &Aws,
    operation: &Operation,
    role: &str,
    result: &str,
    member: &str,
) -> Result<Vec<Value>, CallError> {
    let (mut found, mut marker) = (Vec::new(), None);
    loop {
        let answer = aws.call(operation, page(json!({"RoleName": role}), "Marker", marker.as_deref())).await?;
        found.extend(list(&answer[result][member]).iter().cloned());
        marker = maybe(&answer[result]["Marker"]);
        if marker.is_none() {
            return Ok(found);
        }
    }
}

/// What IAM's simulator says; none if it says nothing about this.
async fn simulated(aws: &Aws, arn: &str, action: &str, resource: &str) -> Result<Option<bool>, CallError> {
    let request = json!({"PolicySourceArn": arn, "ActionNames": [action], "ResourceArns": [resource]});
    let answer = aws.call(&SIMULATE_PRINCIPAL_POLICY, request).await?;
    let results = list(&answer["SimulatePrincipalPolicyResult"]["EvaluationResults"]);
    let result = results.iter().find(|result| result["EvalActionName"] == action);
    Ok(result.map(|result| result["EvalDecision"] == "allowed"))
}

/// A policy as IAM sends it, percent-encoded.
fn document(value: &Value) -> Document {
    Document::read(&percent_decode_str(value.as_str().unwrap_or_default()).decode_utf8_lossy())
}
