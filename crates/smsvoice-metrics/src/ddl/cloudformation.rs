//! The tables, views, prepared statements and named queries as resources of CloudFormation, in YAML: the part of
//! `infra/template.yaml` that is written here and by nobody's hand.
//!
//! The template has the parameters `Database` and `FirstDay`, the bucket `LakeBucket`, the database `GlueDatabase` and the
//! workgroup `WorkGroup`.

use smsvoice_lake::Table;

use super::{CatalogTable, CatalogView, DayRange, TablesOf, named_queries, prepared};
use crate::engine::LocalEngine;
use crate::error::EngineError;
use crate::template::join;

/// All resources, each indented as an entry of `Resources`.
pub async fn cloudformation(engine: &LocalEngine) -> Result<String, EngineError> {
    let lake = TablesOf::new("s3://${LakeBucket}", DayRange::default());
    let mut resources: Vec<String> = Table::ALL.iter().map(|of| table(*of, &lake)).collect();
    resources.extend(CatalogView::all(engine).await?.iter().map(view));
    resources.extend(prepared().iter().map(|prepared| {
        format!(
            "  {}Statement:\n    Type: AWS::Athena::PreparedStatement\n    Properties:\n      StatementName: {}\n      \
            WorkGroup: !Ref WorkGroup\n      Description: {}\n      QueryStatement: |\n{}\n",
            resource(&prepared.name),
            prepared.name,
            quoted(&prepared.doc),
            indented(&prepared.sql, 8)
        )
    }));
    resources.extend(named_queries().iter().map(|query| {
        format!(
            "  {}Query:\n    Type: AWS::Athena::NamedQuery\n    DependsOn: RatesBetweenStatement\n    Properties:\n      Name: {}\n      Database: !Ref GlueDatabase\n      \
            WorkGroup: !Ref WorkGroup\n      Description: {}\n      QueryString: |\n{}\n",
            resource(query.name),
            query.name,
            quoted(query.doc),
            indented(&query.sql, 8)
        )
    }));
    Ok(resources.join("\n"))
}

fn table(of: Table, lake: &TablesOf) -> String {
    let entry = CatalogTable::of(of, lake);
    let parameters = join(&entry.parameters, "", |(key, value)| {
        format!("          {key}: {}\n", substituted(&value.replace(&lake.days.first.to_string(), "${FirstDay}")))
    });
    let folders = join(entry.partition_columns, "", |name| format!("          - {{Name: {name}, Type: string}}\n"));
    let columns = join(&entry.columns, "", |column| {
        let comment = quoted(&column.comment);
        format!("            - {{Name: {}, Type: {}, Comment: {comment}}}\n", column.name, quoted(column.kind))
    });
    format!(
        "  {}Table:\n{HEAD}        Name: {of}\n        TableType: EXTERNAL_TABLE\n        Parameters:\n{parameters}        \
        PartitionKeys:\n{folders}        StorageDescriptor:\n          Location: {}\n          InputFormat: {}\n          \
        OutputFormat: {}\n          SerdeInfo:\n            SerializationLibrary: {}\n          Columns:\n{columns}",
        resource(of.as_str()),
        substituted(&entry.location),
        CatalogTable::INPUT_FORMAT,
        CatalogTable::OUTPUT_FORMAT,
        CatalogTable::SERDE,
    )
}

/// How every entry of Glue's begins.
const HEAD: &str = "    Type: AWS::Glue::Table\n    Properties:\n      CatalogId: !Ref AWS::AccountId\n      \
    DatabaseName: !Ref GlueDatabase\n      TableInput:\n";

fn view(view: &CatalogView) -> String {
    let columns = join(&view.hive_columns(), "", |(name, kind)| {
        format!("            - {{Name: {name}, Type: {}}}\n", quoted(kind))
    });
    let definition = quoted(&view.definition("${Database}"));
    format!(
        "  {}View:\n{HEAD}        Name: {}\n        Description: {}\n        TableType: VIRTUAL_VIEW\n        Parameters:\n          \
        presto_view: 'true'\n          comment: Presto View\n        ViewExpandedText: /* Presto View */\n        \
        ViewOriginalText: !Join\n          - ''\n          - - '/* Presto View: '\n            - Fn::Base64: !Sub {definition}\n            \
        - ' */'\n        StorageDescriptor:\n          SerdeInfo: {{}}\n          Columns:\n{columns}",
        resource(view.view.name),
        view.view.name,
        quoted(view.view.doc),
    )
}

/// `rates_between` as the name of a resource: `RatesBetween`.
fn resource(name: &str) -> String {
    let words = name.split(['_', '-']);
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// A text in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text in quotes in which `${LakeBucket}` and `${FirstDay}` are filled in; the folders' own names stay.
fn substituted(text: &str) -> String {
    let text = text.replace("${channel}", "${!channel}").replace("${dt}", "${!dt}");
    if text.contains("${") { format!("!Sub {}", quoted(&text)) } else { quoted(&text) }
}

fn indented(text: &str, by: usize) -> String {
    text.lines().map(|line| format!("{:by$}{line}", "")).collect::<Vec<_>>().join("\n")
}
